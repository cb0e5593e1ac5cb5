// A client of another make, MongoDB's driver for Python, with just what get-credentials printed.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { getCredentials } from '../../support/client.ts';
import { withModel } from '../../support/model.ts';
import { projectFolder } from '../../support/project.ts';
import { pythonPackages } from '../../support/python.ts';
import { deployMongodb, isWell } from './world.ts';

const PROGRAM = `
import sys, pymongo
client = pymongo.MongoClient(sys.stdin.read(), serverSelectionTimeoutMS=20000)
orders = client.get_default_database()["orders"]
orders.insert_one({"item": "tea"})
print(orders.find_one({}, {"_id": 0}), client.get_default_database().name, len(client.topology_description.server_descriptions()))
`;

test('writes and reads', async context => {
  const packages = await pythonPackages('pymongo', join(projectFolder, 'tests', 'support', 'pymongo-requirements.txt'));
  if ('missing' in packages) return context.skip(packages.missing);
  await withModel(async model => {
    await deployMongodb(model, 2);
    await model.juju('deploy', 'data-integrator', '--config', 'database-name=shop');
    await model.juju('integrate', 'mongodb', 'data-integrator');
    await model.waitFor(
      'the client to be served',
      status => status.applications['data-integrator']?.['application-status'].current === 'active' && isWell(status, 2),
    );
    const { uris } = await getCredentials(model);
    expect(await python(PROGRAM, packages.folder, uris)).toBe("{'item': 'tea'} shop 2\n");
  });
});

/** What the program prints. The input goes by a pipe: it holds a password. */
const python = (program: string, packages: string, input: string): Promise<string> =>
  new Promise((done, failed) => {
    const child = spawn('python3', ['-c', program], { env: { ...process.env, PYTHONPATH: packages }, stdio: ['pipe', 'pipe', 'pipe'] });
    let printed = '';
    let complaints = '';
    child.stdout.on('data', text => {
      printed += text;
    });
    child.stderr.on('data', text => {
      complaints += text;
    });
    child.on('error', failed);
    child.on('close', code => (code === 0 ? done(printed) : failed(new Error(complaints))));
    child.stdin.end(input);
  });
