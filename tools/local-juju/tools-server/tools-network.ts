// network-get. Each machine has one address on the loopback interface, which is all there is to tell.
import { isIPv6 } from 'node:net';
import { egressSubnets } from '../egress.ts';
import type { GoValue } from '../format/json.ts';
import { goQuote } from '../format/quote.ts';
import { ToolError, UsageError } from './errors.ts';
import { noMore } from './flags.ts';
import { relationFlag } from './relations.ts';
import { applicationOf, type Running, unitOf } from './running.ts';
import type { Call, Tool } from './tool.ts';

const loopback = { mac: '00:00:00:00:00:00', name: 'lo' };

const networkGet: Tool = {
  summary: 'get network config',
  usage: '[options] <binding-name> [--ingress-address] [--bind-address] [--egress-subnets]',
  output: 'smart',
  flags: {
    relation: relationFlag,
    'primary-address': { boolean: true, about: '(deprecated) get the primary address for the binding' },
    'bind-address': { boolean: true, about: 'get the address for the binding on which the unit should listen' },
    'ingress-address': { boolean: true, about: 'get the ingress address for the binding' },
    'egress-subnets': { boolean: true, about: 'get the egress subnets for the binding' },
  },
  run: call => {
    const [binding] = call.words;
    if (binding === undefined) throw new UsageError('no arguments specified');
    if (binding === '') throw new UsageError('no binding name specified');
    noMore(call.words.slice(1));
    if (!isBinding(call.running, binding)) throw new ToolError(`no network config found for binding ${goQuote(binding)}`);
    const address = call.running.host.addressOf(call.running.unitName);
    return { value: chosen(call, address) ?? everything(call, address) };
  },
};

const isBinding = (running: Running, name: string): boolean => {
  const { charm } = applicationOf(running);
  const { endpoints = {}, extraBindings = [] } = running.model.charms[unitOf(running).agent.charm || charm] ?? {};
  return name === 'juju-info' || Object.hasOwn(endpoints, name) || extraBindings.includes(name);
};

/** What single flags asked for: the bare value for one, a map for several. */
const chosen = ({ flags, running }: Call, address: string): GoValue => {
  const values = new Map<string, GoValue>();
  if (flags['bind-address']) values.set('bind-address', address);
  if (flags['egress-subnets']) values.set('egress-subnets', egressSubnets(running.model, address));
  if (flags['ingress-address']) values.set('ingress-address', address);
  if (flags['primary-address']) {
    if (values.size > 0) throw new ToolError('--primary-address must be the only flag specified');
    return address;
  }
  return values.size > 1 ? values : [...values.values()][0];
};

/** YAML still names some things in the old way as well. */
const everything = ({ flags, running }: Call, address: string): GoValue => {
  const old = flags.format !== 'json';
  const cidr = isIPv6(address) ? `${address}/128` : `${address.split('.').slice(0, 3).join('.')}.0/24`;
  const one = new Map<string, GoValue>([
    ['hostname', ''],
    ['value', address],
    ['cidr', cidr],
    ['address', old ? address : undefined],
  ]);
  const network = new Map<string, GoValue>([
    ['mac-address', loopback.mac],
    ['interface-name', loopback.name],
    ['addresses', [one]],
    ['macaddress', old ? loopback.mac : undefined],
    ['interfacename', old ? loopback.name : undefined],
  ]);
  return new Map<string, GoValue>([
    ['bind-addresses', [network]],
    ['egress-subnets', egressSubnets(running.model, address)],
    ['ingress-addresses', [address]],
  ]);
};

export const networkTools: Readonly<Record<string, Tool>> = { 'network-get': networkGet };
