// Relations between applications: integrate, remove-relation.
import { JujuError } from '../../contract.ts';
import type { CommandSpec } from '../spec.ts';

export const integrate: CommandSpec = {
  name: 'integrate',
  aliases: ['relate', 'add-relation'],
  summary: 'Relates two applications',
  usage: '<application>[:<endpoint>] <application>[:<endpoint>]',
  details: 'Endpoints need to be named only where more than one pair would fit.',
  examples: ['juju integrate mongodb data-integrator', 'juju integrate mongodb:database app:db'],
  flags: [{ names: ['via'], value: 'subnets', help: 'Accepted as Juju does; relations across models are not part of the local Juju' }],
  run(call) {
    const [a, b] = call.args;
    if (a === undefined || b === undefined || call.args.length !== 2)
      throw new JujuError('an integration must involve two applications', 2);
    call.model().integrate(a, b);
    return 0;
  },
};

export const removeRelation: CommandSpec = {
  name: 'remove-relation',
  summary: 'Removes the relation between two applications',
  usage: '<application>[:<endpoint>] <application>[:<endpoint>] | <relation id>',
  details: 'Units of both sides run relation-departed and relation-broken. --force does not wait for those that are in error.',
  examples: ['juju remove-relation mongodb data-integrator', 'juju remove-relation 4'],
  flags: [
    { names: ['force'], help: 'Remove it even where hooks fail' },
    { names: ['no-wait'], help: 'With --force: do not wait for any hook' },
  ],
  run(call) {
    const [a, b] = call.args;
    if (call.flags.on('no-wait') && !call.flags.on('force')) throw new JujuError('--no-wait without --force not valid', 2);
    if (a === undefined || call.args.length > 2) throw new JujuError('a relation must involve two applications', 2);
    if (b === undefined && !/^\d+$/.test(a)) throw new JujuError(`relation ID "${a}" not valid`, 2);
    call.model().removeRelation(a, b, { force: call.flags.on('force'), ...(call.flags.on('no-wait') ? { noWait: true } : {}) });
    return 0;
  },
};
