// Models of one controller that are related to each other: what happens in one is followed in the other, also by the next background
// process. Hooks are missing and end at once; no process is started.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LiveModel } from '../../../../tools/local-juju/contract.ts';
import { type OwnedController, openController } from '../../../../tools/local-juju/engine/controller.ts';
import type { Relation } from '../../../../tools/local-juju/state.ts';
import { until } from '../../../support/until.ts';
import { prov, req } from './charms.ts';
import { fakeWiring, withFolder } from './fakes.ts';
import { requestFor } from './simulation.ts';

const nothing = () => undefined;
const open = (folder: string) => openController(folder, fakeWiring(), { info: nothing, warn: nothing, error: nothing }, nothing);
const relationIn = (live: LiveModel): Relation | undefined =>
  Object.values(live.state.relations).find(({ remote }) => remote !== undefined);
/** Whether the unit of this model is in its relation with the other one, and has joined the unit there. */
const isJoined = (live: LiveModel, unit: string) => {
  const relation = relationIn(live);
  return (
    relation?.units[unit]?.inScope === true && Object.keys(live.state.units[unit]!.agent.relations[relation.id]?.members ?? {}).length === 1
  );
};
const bothAre = (joined: boolean, controller: OwnedController) =>
  until(
    `both units to have ${joined ? 'joined' : 'left'}`,
    async () => isJoined(controller.model('prod'), 'prov/0') === joined && isJoined(controller.model('web'), 'req/0') === joined,
  );

/** A charm without a single hook. */
const charmIn = async (folder: string, name: string, endpoints: string): Promise<string> => {
  const charm = join(folder, `charm-${name}`);
  await mkdir(join(charm, 'hooks'), { recursive: true });
  await writeFile(join(charm, 'metadata.yaml'), `name: ${name}\nsummary: s\ndescription: d\n${endpoints}`);
  return charm;
};

test('one follows the other, over a restart, an absence and the end of it', () =>
  withFolder(async folder => {
    const data = join(folder, 'data');
    await mkdir(data);
    let controller = await open(data);
    const [offering, consuming] = [await controller.addModel('prod', {}), await controller.addModel('web', {})];
    const provider = await charmIn(folder, 'prov', 'provides: {database: {interface: db}}\n');
    const requirer = await charmIn(folder, 'req', 'requires: {db: {interface: db}}\n');
    await offering.deploy(requestFor(prov, { source: provider, cwd: '/' }), nothing);
    await consuming.deploy(requestFor(req, { source: requirer, cwd: '/' }), nothing);
    offering.offer('prov', ['database'], 'prov');
    consuming.consume(offering.state, 'prov', 'prov-there');
    consuming.integrate('req', 'prov-there');
    await bothAre(true, controller);
    await controller.release();

    controller = await open(data);
    await bothAre(true, controller);
    const relation = relationIn(controller.model('prod'))!;
    controller.model('prod').suspendRelation(relation.id, 'audit');
    await bothAre(false, controller);
    controller.model('prod').resumeRelation(relation.id);
    await bothAre(true, controller);
    await controller.release();

    // A model that cannot be opened is not gone.
    const state = join(offering.folder, 'model.json');
    await rename(state, `${state}.kept`);
    await writeFile(state, '{');
    controller = await open(data);
    expect(relationIn(controller.model('web'))?.life).toBe('alive');
    await controller.release();
    await rename(`${state}.kept`, state);

    controller = await open(data);
    await bothAre(true, controller);
    await controller.destroyModel('prod', { force: false, destroyStorage: true }, nothing);
    await until('the relation to be gone', async () => relationIn(controller.model('web')) === undefined);
    expect(controller.model('web').state.remoteApplications['prov-there']).toMatchObject({ terminated: true });
    await controller.erase();
  }));
