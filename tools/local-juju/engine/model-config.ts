// Configuration of a model. Keys that the local Juju acts on are checked; others are kept and shown.
import { isIP } from 'node:net';
import { JujuError } from '../contract.ts';
import type { Model } from '../state.ts';
import { addressOfUnit, syncNetworkValues } from './scope.ts';
import { parseDuration, updateStatusAfter } from './times.ts';

const booleans = ['automatically-retry-hooks', 'development', 'test-mode', 'disable-network-management', 'ssl-hostname-verification'];
const shortestIntervalMs = 1_000;

/** @throws {JujuError} before anything is changed. */
export const setModelConfig = (model: Model, values: Record<string, string>, reset: readonly string[], now: string): void => {
  const parsed = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, parseValue(key, value)]));
  const interval = model.config['update-status-hook-interval'];
  const egress = model.config['egress-subnets'];
  Object.assign(model.config, parsed);
  for (const key of reset) delete model.config[key];
  if (model.config['egress-subnets'] !== egress) {
    for (const unit of Object.values(model.units)) syncNetworkValues(model, unit, addressOfUnit(model, unit));
  }
  if (model.config['update-status-hook-interval'] === interval) return;
  for (const unit of Object.values(model.units)) {
    if (unit.agent.nextUpdateStatus !== '') unit.agent.nextUpdateStatus = updateStatusAfter(model, now, Math.random());
  }
};

const parseValue = (key: string, value: string): string | boolean => {
  if (key === 'update-status-hook-interval') return checkInterval(value);
  if (key === 'egress-subnets') return checkSubnets(value);
  if (!booleans.includes(key)) return value;
  if (/^(1|t|true)$/i.test(value)) return true;
  if (/^(0|f|false)$/i.test(value)) return false;
  throw new JujuError(`${key}: expected bool, got string("${value}")`);
};

const checkSubnets = (value: string): string => {
  const subnets = value.split(',').map(subnet => subnet.trim());
  for (const subnet of value.trim() === '' ? [] : subnets) {
    const [address = '', length = '', ...more] = subnet.split('/');
    const bits = isIP(address) === 4 ? 32 : 128;
    if (isIP(address) === 0 || !/^\d{1,3}$/.test(length) || Number(length) > bits || more.length > 0)
      throw new JujuError(`invalid egress subnet: invalid CIDR address: ${subnet}`);
  }
  return value;
};

// Juju allows no less than a minute; here a test may ask for less.
const checkInterval = (value: string): string => {
  const duration = parseDuration(value);
  if (duration === undefined)
    throw new JujuError(`invalid update status hook interval in model configuration: time: invalid duration "${value}"`);
  if (duration < shortestIntervalMs) throw new JujuError(`update status hook interval ${value} cannot be less than 1s`);
  if (duration > 3_600_000) throw new JujuError(`update status hook interval ${value} cannot be greater than 60m`);
  return value;
};
