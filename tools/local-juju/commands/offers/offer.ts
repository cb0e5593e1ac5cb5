// What a model offers to others: offer, offers, find-offers, remove-offer.
import { JujuError } from '../../contract.ts';
import { inOrder, outputFlags, print } from '../output.ts';
import type { Call, CommandSpec } from '../spec.ts';
import type { EndpointInfo } from '../status/shape.ts';
import { isApplicationName, naturally } from '../text/names.ts';
import { layTable } from '../text/table.ts';
import { controllerName } from '../version.ts';
import { describeOffer, type OfferInfo, users } from './describe.ts';
import { type OfferUrl, offeringModel, parseOfferUrl } from './offer-url.ts';

const controllerFlag = { names: ['c', 'controller'], value: 'string', help: 'Accepted as Juju does; there is one controller' };

export const offer: CommandSpec = {
  name: 'offer',
  summary: 'Offers endpoints of an application to other models',
  usage: '[<model>.]<application>:<endpoint>[,…] [<offer name>]',
  most: 2,
  details:
    'The offer has the name of its application unless another is given. Other models integrate with it by its URL, admin/<model>.<offer>.',
  examples: ['juju offer mongodb:database', 'juju offer prod.mongodb:database shared'],
  controllerWide: true,
  flags: [controllerFlag],
  run(call) {
    const [spec, name] = call.args;
    if (spec === undefined) throw new JujuError('an offer must at least specify application endpoint', 2);
    const [, model, application = '', endpoints] = /^\/?(?:([^.]*)\.)?([^:]*)(?::(.*))?$/.exec(spec) ?? [];
    if (endpoints === undefined) {
      throw new JujuError('endpoints must conform to format "<application-name>:<endpoint-name>[,...]" ');
    }
    if (!isApplicationName(application)) throw new JujuError(`application name "${application}" not valid`);
    if (endpoints === '') throw new JujuError(`specify endpoints for ${application}" `);
    const live = model === undefined ? call.model() : call.controller.model(model.replace(/^.*\//, ''));
    const names = endpoints.split(',');
    live.offer(application, names, name ?? application);
    const url = `admin/${live.state.name}.${name ?? application}`;
    call.console.err(`Application "${application}" endpoints [${names.join(', ')}] available at "${url}"\n`);
    return 0;
  },
};

export const offers: CommandSpec = {
  name: 'offers',
  aliases: ['list-offers'],
  summary: 'Lists what the model offers, and who is connected',
  usage: '[<offer name>]',
  most: 1,
  details: `Each connection has the number of its relation, which suspend-relation and remove-relation take. --format=yaml names the model that it
comes from; --format=summary has a line for each offer.`,
  examples: ['juju offers', 'juju offers mongodb --format=yaml'],
  flags: [
    ...outputFlags('tabular', 'tabular, summary, json, yaml'),
    { names: ['application'], value: 'name', help: 'Only offers of this application' },
    { names: ['interface'], value: 'name', help: 'Only offers with this interface' },
    { names: ['active-only'], help: 'Only offers that have connections' },
  ],
  run(call) {
    const { state } = call.model();
    const { flags } = call;
    const all = Object.fromEntries(
      Object.values(state.offers)
        .filter(({ name, application }) => (call.args[0] ?? name) === name && (flags.text('application') ?? application) === application)
        .map(one => [one.name, describeOffer(state, one)] as const)
        .filter(
          ([, one]) => hasInterface(one.endpoints, flags.text('interface')) && (one.connections !== undefined || !flags.on('active-only')),
        )
        .sort(([a], [b]) => naturally(a, b)),
    );
    print(call, 'tabular', () => inOrder(all), { tabular: () => layTable(connectionRows(all)), summary: () => layTable(summaryRows(all)) });
    return 0;
  },
};

function connectionRows(all: Record<string, OfferInfo>): string[][] {
  return [
    ['Offer', 'User', 'Relation id', 'Status', 'Endpoint', 'Interface', 'Role', 'Ingress subnets'],
    ...Object.entries(all).flatMap(([name, { connections, endpoints }]) =>
      connections === undefined
        ? [[name, '-', '', '', '', '', '', '']]
        : connections.map((one, at) => [
            at === 0 ? name : '',
            one.username,
            String(one['relation-id']),
            one.status.current,
            one.endpoint,
            endpoints[one.endpoint]?.interface ?? '',
            endpoints[one.endpoint]?.role ?? '',
            (one['ingress-subnets'] ?? []).join(','),
          ]),
    ),
  ];
}

function summaryRows(all: Record<string, OfferInfo>): string[][] {
  return [
    ['Offer', 'Application', 'Charm', 'Connected', 'Store', 'URL', 'Endpoint', 'Interface', 'Role'],
    ...Object.entries(all).flatMap(([name, { application, charm, connections = [], store, 'offer-url': url, endpoints }]) => {
      const joined = connections.filter(({ status }) => status.current === 'joined').length;
      return Object.entries(endpoints).map(([endpoint, info], at) => [
        ...(at === 0 ? [name, application, charm, `${joined}/${connections.length}`, store, url] : ['', '', '', '', '', '']),
        endpoint,
        info.interface,
        info.role,
      ]);
    }),
  ];
}

export const findOffers: CommandSpec = {
  name: 'find-offers',
  summary: 'Finds what the models offer',
  usage: '[<model>[.<offer>]]',
  most: 1,
  details: 'Without words: the offers of all models.',
  examples: ['juju find-offers', 'juju find-offers admin/prod', 'juju find-offers --interface mongodb_client'],
  flags: [
    ...outputFlags('tabular', 'tabular, json, yaml'),
    { names: ['url'], value: 'url', help: 'The same as the words' },
    { names: ['interface'], value: 'name', help: 'Only offers with this interface' },
    { names: ['offer'], value: 'name', help: 'Only offers of this name' },
  ],
  run(call) {
    const found = foundOffers(call).sort((a, b) => naturally(a['offer-url'], b['offer-url']));
    if (found.length === 0) throw new JujuError('no matching application offers found');
    const shown = () =>
      inOrder(
        Object.fromEntries(found.map(one => [`${one.store}:${one['offer-url']}`, { access: 'admin', endpoints: one.endpoints, users }])),
      );
    print(call, 'tabular', shown, {
      tabular: () =>
        layTable([
          ['Store', 'URL', 'Access', 'Interfaces'],
          ...found.map(one => [controllerName, one['offer-url'], 'admin', interfacesText(one.endpoints)]),
        ]),
    });
    return 0;
  },
};

function foundOffers(call: Call): OfferInfo[] {
  const { flags, args, controller } = call;
  if (flags.has('url') && flags.has('offer')) throw new JujuError('cannot specify both a URL term and offer term', 2);
  if (flags.has('url') && args.length > 0) throw new JujuError('URL term cannot be specified twice', 2);
  const [, model, name] = /^(?:[^:/.]+:)?(?:[^:/.]+\/)?([^:/.]*)(?:\.(.+))?$/.exec(args[0] ?? flags.text('url') ?? '') ?? [];
  const offerName = name ?? flags.text('offer');
  return controller
    .models()
    .filter(({ state }) => (model || state.name) === state.name)
    .flatMap(({ state }) => Object.values(state.offers).map(one => ({ name: one.name, ...describeOffer(state, one) })))
    .filter(one => (offerName ?? one.name) === one.name && hasInterface(one.endpoints, flags.text('interface')));
}

function hasInterface(endpoints: Record<string, EndpointInfo>, wanted: string | undefined): boolean {
  return wanted === undefined || Object.values(endpoints).some(endpoint => endpoint.interface === wanted);
}

function interfacesText(endpoints: Record<string, EndpointInfo>): string {
  return Object.entries(endpoints)
    .map(([name, endpoint]) => `${endpoint.interface}:${name}`)
    .sort()
    .join(', ');
}

export const removeOffer: CommandSpec = {
  name: 'remove-offer',
  summary: 'Removes offers',
  usage: '<offer url> [<offer url> …]',
  details: 'An offer of the current model may be named without the rest of its URL. --force removes the relations with it as well.',
  examples: ['juju remove-offer prod.mongodb', 'juju remove-offer mongodb --force'],
  controllerWide: true,
  flags: [
    controllerFlag,
    { names: ['force'], help: 'Remove the relations with the offer as well' },
    { names: ['y', 'yes'], help: 'Do not ask' },
  ],
  async run(call) {
    const { flags, args, console } = call;
    if (args.length === 0) throw new JujuError('no offers specified', 2);
    const force = flags.on('force');
    const urls = args.map((word): OfferUrl => parseOfferUrl(word) ?? { model: call.model().state.name, offer: word });
    if (force && !flags.on('y')) {
      const names = urls.map(url => `admin/${url.model}.${url.offer}`).join(', ');
      console.out(`WARNING! This command will remove offers: ${names}\nThis includes all relations to those offers.\n\nContinue [y/N]? `);
      const answer = (await console.readLine())?.trim().toLowerCase();
      if (answer !== 'y' && answer !== 'yes') throw new JujuError('offer removal: aborted');
    }
    for (const url of urls) offeringModel(call.controller, url).removeOffer(url.offer, force);
    return 0;
  },
};
