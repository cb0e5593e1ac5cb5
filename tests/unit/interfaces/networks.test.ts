import { describe, expect, test } from 'vitest';
import { decodeNetworks, encodeNetworks, networksOf } from '../../../src/interfaces/networks.ts';

describe('where a unit connects from', () => {
  test.each<[string, Record<string, string>, readonly string[]]>([
    [
      'its address, in a usual cloud',
      { 'egress-subnets': '10.0.0.7/32', 'ingress-address': '10.0.0.7', 'private-address': '10.0.0.7' },
      ['10.0.0.7/32'],
    ],
    [
      'what the operator has said, and its own address besides',
      { 'egress-subnets': '198.51.100.0/24, 203.0.113.9/32', 'ingress-address': '10.0.0.7' },
      ['10.0.0.7/32', '198.51.100.0/24', '203.0.113.9/32'],
    ],
    ['two networks of one machine', { 'ingress-address': '10.0.0.7', 'private-address': '192.168.1.7' }, ['10.0.0.7/32', '192.168.1.7/32']],
    ['an address of version 6', { 'egress-subnets': 'fd00:1::7/128', 'ingress-address': 'fd00:1::7' }, ['fd00:1::7/128']],
    ['anywhere', { 'egress-subnets': '0.0.0.0/0,::/0' }, ['0.0.0.0/0', '::/0']],
    ['an address without a network', { 'egress-subnets': '10.0.0.7' }, ['10.0.0.7/32']],
  ])('%s', (_, bag, networks) => {
    expect(networksOf(bag)).toEqual(networks);
  });

  test.each([
    {},
    { 'egress-subnets': '', 'ingress-address': '' },
    { 'ingress-address': 'machine-7.example.org' },
    { 'egress-subnets': '10.0.0.7/33' },
    { 'egress-subnets': '10.0.0.256/32' },
    { 'egress-subnets': '10.0.0/24' },
    { 'egress-subnets': 'fd00::7/129' },
    { 'egress-subnets': '10.0.0.7/32; drop' },
    { 'egress-subnets': 'abcd' },
    { 'egress-subnets': ':' },
  ])('is not known of %j', bag => {
    expect(networksOf(bag)).toEqual([]);
  });

  test('is remembered as it was found, and what somebody else wrote there is not', () => {
    const found = { 'app/0': ['10.0.0.7/32'], 'app/1': [] };
    expect(decodeNetworks(encodeNetworks(found))).toEqual(found);
    expect([undefined, '', 'x', '[]', '{"app/0":"10.0.0.7"}'].map(decodeNetworks)).toEqual(Array(5).fill(undefined));
  });
});
