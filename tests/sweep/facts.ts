// What both lives ask of a model.
import type { Document } from 'mongodb';
import type { TestModel } from '../support/model.ts';

/** By Juju's own command, so that no action of the charm is run, which might be killed. @throws when no secret has it. */
export async function passwordFromSecret(model: TestModel, application: string, user: string): Promise<string> {
  const secrets = JSON.parse(await model.juju('secrets', '--format=json')) as Record<string, Document>;
  for (const [id, { owner }] of Object.entries(secrets)) {
    if (owner !== application) continue;
    const [shown] = Object.values(JSON.parse(await model.juju('show-secret', '--reveal', '--format=json', id)) as Record<string, Document>);
    const password = shown?.content?.Data?.[`${user}-password`];
    if (password !== undefined) return password;
  }
  throw new Error(`no secret of ${application} has the password of ${user}`);
}

/** Owner and label of each secret, without those of the trap. */
export async function secretsOf(model: TestModel): Promise<string[]> {
  const secrets = Object.values(JSON.parse(await model.juju('secrets', '--format=json')) as Record<string, Document>);
  return secrets
    .filter(({ label }) => label !== 'sweep')
    .map(({ owner, label = '' }) => `${owner} ${label}`)
    .sort();
}

/** @throws with both when they differ. */
export function same(what: string, found: unknown, wanted: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}
