// `juju show-action`: one action of an application, with what it takes.
import { JujuError } from '../../contract.ts';
import { goYaml, inOrder } from '../output.ts';
import type { CommandSpec } from '../spec.ts';
import { isApplicationName } from '../text/names.ts';

export const showAction: CommandSpec = {
  name: 'show-action',
  summary: 'Shows what an action does and takes',
  usage: '<application> <action>',
  most: 2,
  details: 'For each argument its type, what it is for, and its default.',
  examples: ['juju show-action mongodb set-password'],
  flags: [],
  run(call) {
    const [name, wanted] = call.args;
    if (name === undefined) throw new JujuError('no application specified', 2);
    if (wanted === undefined) throw new JujuError('no action specified', 2);
    if (!isApplicationName(name)) throw new JujuError(`invalid application name "${name}"`, 2);
    const { applications, charms } = call.model().state;
    const application = applications[name];
    if (!application) throw new JujuError(`application "${name}" not found`);
    const action = charms[application.charm]?.actions[wanted];
    if (!action) {
      call.console.err(`unknown action "${wanted}"\n\n`);
      return 1;
    }
    const properties = Object.entries((action.schema.properties ?? {}) as Record<string, unknown>);
    const taken = Object.fromEntries(properties.flatMap(([key, value]) => (isMap(value) ? [[key, argumentOf(value)]] : [])));
    call.console.out(`${action.description}\n\nArguments\n${goYaml(taken)}\n`);
    return 0;
  },
};

function argumentOf(property: Record<string, unknown>): unknown {
  const { type = null, description = null, default: initial } = property;
  return inOrder({ type, description, ...(initial === undefined ? {} : { default: initial }) });
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
