// Relations between applications: integrate, remove-relation, and for offers suspend-relation and resume-relation.
import { JujuError } from '../../contract.ts';
import { consumeOffer } from '../offers/consume.ts';
import { type OfferUrl, parseOfferUrl } from '../offers/offer-url.ts';
import type { Call, CommandSpec } from '../spec.ts';

export const integrate: CommandSpec = {
  name: 'integrate',
  aliases: ['relate', 'add-relation'],
  summary: 'Relates two applications',
  usage: '<application>[:<endpoint>] <application>[:<endpoint>]',
  details: `Endpoints need to be named only where more than one pair would fit. One of the two may be an offer of another model, by its URL or by
the name that it has here.`,
  examples: [
    'juju integrate mongodb data-integrator',
    'juju integrate mongodb:database app:db',
    'juju integrate data-integrator admin/prod.mongodb',
  ],
  flags: [{ names: ['via'], value: 'subnets', help: 'Accepted as Juju does; without effect' }],
  run(call) {
    const [a, b] = call.args;
    if (a === undefined || b === undefined || call.args.length !== 2)
      throw new JujuError('an integration must involve two applications', 2);
    const urls = [parseOfferUrl(a), parseOfferUrl(b)];
    if (urls.every(url => url !== undefined)) throw new JujuError('providing more than one remote endpoints not supported', 2);
    const [one = a, other = b] = urls.map(url => url && consumedName(call, url));
    call.model().integrate(one, other);
    return 0;
  },
};

/** Consumes the offer, unless the model does already. Returns its name there, with the endpoint. */
function consumedName(call: Call, url: OfferUrl): string {
  consumeOffer(call, url, url.offer);
  return url.endpoint === undefined ? url.offer : `${url.offer}:${url.endpoint}`;
}

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

export const suspendRelation: CommandSpec = {
  name: 'suspend-relation',
  summary: 'Suspends a relation with an offer',
  usage: '<relation id> [<relation id> …]',
  details: `The relation is named by the number that "juju offers" shows in the model that has made the offer. Units of both sides run
relation-departed and relation-broken.`,
  examples: ['juju suspend-relation 4', 'juju suspend-relation 4 --message "until the audit is over"'],
  flags: [{ names: ['message'], value: 'text', help: 'The reason, which "juju offers --format=yaml" shows' }],
  run: call => eachRelation(call, id => call.model().suspendRelation(id, call.flags.text('message') ?? '')),
};

export const resumeRelation: CommandSpec = {
  name: 'resume-relation',
  summary: 'Resumes a suspended relation',
  usage: '<relation id> [<relation id> …]',
  details: 'For the units of both sides the relation is new: they run relation-created, relation-joined and relation-changed.',
  examples: ['juju resume-relation 4'],
  flags: [],
  run: call => eachRelation(call, id => call.model().resumeRelation(id)),
};

/** All are tried; what was refused is told together. */
function eachRelation({ args }: Call, change: (id: number) => void): number {
  if (args.length === 0) throw new JujuError('no relation ids specified', 2);
  const wrong = args.find(word => !/^\s*\d+\s*$/.test(word));
  if (wrong !== undefined) throw new JujuError(`relation ID "${wrong}" not valid`, 2);
  const failures: string[] = [];
  for (const word of args) {
    try {
      change(Number(word));
    } catch (error) {
      if (!(error instanceof JujuError)) throw error;
      failures.push(error.message);
    }
  }
  if (failures.length > 0) throw new JujuError(failures.join('\n'));
  return 0;
}
