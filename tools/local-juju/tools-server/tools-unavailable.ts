// Tools of Kubernetes models, payloads and metrics, which the local Juju does not have.
import { ToolError } from './errors.ts';
import type { Tool } from './tool.ts';

const names = ['add-metric', 'k8s-raw-get', 'k8s-raw-set', 'k8s-spec-get', 'k8s-spec-set', 'payload-register', 'payload-status-set'].concat(
  ['payload-unregister', 'pod-spec-get', 'pod-spec-set'],
);

export const unavailableTools: Readonly<Record<string, Tool>> = Object.fromEntries(names.map(name => [name, unavailable(name)]));

function unavailable(name: string): Tool {
  return {
    summary: 'not available in the local Juju',
    usage: '',
    flags: { file: { about: 'not used' } },
    run: () => {
      throw new ToolError(`${name} is not available in the local Juju`);
    },
  };
}
