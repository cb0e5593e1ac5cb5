// Secrets of other models, which a unit reads over a relation across models. The offering model knows its reader by the name that it has
// there, and holds the content; the unit's own model keeps the label and the revision that it follows.
import { remoteApplicationName, unitUnder } from '../cross-model.ts';
import type { Values } from '../state.ts';
import { ToolError } from './errors.ts';
import type { Running } from './running.ts';
import { consumerLabelTaken } from './secret-labels.ts';
import { byLabel } from './secrets-view.ts';

export type Reading = { peek: boolean; refresh: boolean };
type RemoteUri = { id: string; model: string };

/** The secret of another model that a URI or, where no secret of this model has it, a label names. */
export const remoteSecretOf = (running: Running, uri: { id: string; model?: string } | undefined, label: string): RemoteUri | undefined => {
  const { model, unitName } = running;
  if (uri !== undefined) return uri.model === undefined || uri.model === model.uuid ? undefined : { id: uri.id, model: uri.model };
  if (byLabel(running, label) !== undefined) return undefined;
  return Object.values(model.remoteSecrets).find(secret => secret.consumers[unitName]?.label === label);
};

/** Reads the followed revision or the newest, as of a secret of the own model. @throws {ToolError} */
export const readRemoteSecret = (running: Running, uri: RemoteUri, label: string, how: Reading): Values => {
  const { model, unitName, applicationName, host } = running;
  const source = host.otherModel?.(uri.model);
  const secret = source?.model.secrets[uri.id];
  const reader = remoteApplicationName(model, applicationName);
  const unit = unitUnder(reader, unitName);
  // Whether there is such a secret is not told to those who may not read it.
  if (source === undefined || !secret?.grants.some(grant => grant.name === (grant.kind === 'unit' ? unit : reader))) {
    throw new ToolError('permission denied');
  }
  const taken = label === '' ? undefined : consumerLabelTaken(model, uri.id, unitName, label);
  if (taken) throw new ToolError(taken);
  const known = model.remoteSecrets[uri.id]?.consumers[unitName];
  const number = known === undefined || how.peek || how.refresh ? secret.latest : known.tracked;
  const revision = secret.revisions.find(one => one.revision === number);
  if (revision === undefined) throw new ToolError(`secret revision "${uri.id}/${number}" not found`);
  const tracked = known !== undefined && how.peek ? known.tracked : number;
  if (known?.tracked === tracked && (label === '' || known.label === label)) return revision.content;
  model.remoteSecrets[uri.id] ??= { id: uri.id, model: uri.model, latest: secret.latest, consumers: {} };
  model.remoteSecrets[uri.id]!.consumers[unitName] = { label: label || (known?.label ?? ''), tracked };
  secret.consumers[unit] = { label: '', tracked };
  host.changed();
  source.changed();
  return revision.content;
};
