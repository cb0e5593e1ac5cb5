// The little there is to say of the controller: controllers, whoami, version.

import { inOrder, outputFlags, print } from '../output.ts';
import type { CommandSpec } from '../spec.ts';
import { layTable } from '../text/table.ts';
import { cloudName, controllerName, jujuVersion, regionName } from '../version.ts';

export const controllers: CommandSpec = {
  name: 'controllers',
  aliases: ['list-controllers'],
  summary: 'Shows the controller',
  usage: '',
  most: 0,
  details: 'There is one: the background process on this computer.',
  controllerWide: true,
  flags: [
    ...outputFlags('tabular', 'tabular, json, yaml'),
    { names: ['refresh'], help: 'Accepted as Juju does; without effect' },
    { names: ['managed'], help: 'Accepted as Juju does; without effect' },
  ],
  run(call) {
    const current = call.controller.current();
    const count = call.controller.models().length;
    print(
      call,
      'tabular',
      () =>
        inOrder({
          controllers: {
            [controllerName]: {
              ...(current === undefined ? {} : { 'current-model': `admin/${current}` }),
              user: 'admin',
              access: 'superuser',
              cloud: cloudName,
              region: regionName,
              'agent-version': jujuVersion,
              'model-count': count,
            },
          },
          'current-controller': controllerName,
        }),
      {
        tabular: () =>
          layTable(
            [
              ['Controller', 'Model', 'User', 'Access', 'Cloud/Region', 'Models', 'Nodes', 'HA', 'Version'],
              [
                `${controllerName}*`,
                current ?? '-',
                'admin',
                'superuser',
                `${cloudName}/${regionName}`,
                String(count),
                '1',
                '-',
                jujuVersion,
              ],
            ],
            { right: [5, 6, 7] },
          ),
      },
    );
    return 0;
  },
};

export const whoami: CommandSpec = {
  name: 'whoami',
  summary: 'Shows the current controller, model and user',
  usage: '',
  most: 0,
  details: 'The user is always admin.',
  controllerWide: true,
  flags: outputFlags('tabular', 'tabular, json, yaml'),
  run(call) {
    const model = call.controller.current();
    print(call, 'tabular', () => inOrder({ controller: controllerName, ...(model === undefined ? {} : { model }), user: 'admin' }), {
      tabular: () =>
        layTable([
          ['Controller:', controllerName],
          ['Model:', model ?? '<no-current-model>'],
          ['User:', 'admin'],
        ]),
    });
    return 0;
  },
};

export const version: CommandSpec = {
  name: 'version',
  summary: 'Prints the version of Juju whose behaviour this one follows',
  usage: '',
  most: 0,
  details: 'The second part says that it is the local one.',
  controllerWide: true,
  flags: [...outputFlags('smart', 'smart, json, yaml'), { names: ['all'], help: 'Show all there is to know' }],
  run(call) {
    const text = `${jujuVersion}-local-${process.arch === 'x64' ? 'amd64' : process.arch}`;
    print(call, 'smart', () => (call.flags.on('all') ? { version: text } : text), { smart: () => `${text}\n` });
    return 0;
  },
};
