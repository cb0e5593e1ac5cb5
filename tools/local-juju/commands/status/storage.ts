// Storage as `juju status --format json` and `juju storage` describe it.
import type { Model, Storage } from '../../state.ts';
import { naturally } from '../text/names.ts';
import { statusTime } from '../text/times.ts';
import type { Selection } from './filter.ts';
import type { FilesystemInfo, StorageInfo, StorageSection } from './shape.ts';

/** Storage that is bound to its machine goes with it; all other is kept and can be attached again. */
export function outlivesUnit(storage: Storage): boolean {
  return storage.pool !== 'rootfs' && storage.pool !== 'tmpfs';
}

export function describeStorage(model: Model, selection: Selection, options: { zone: string; utc: boolean }): StorageSection {
  const shown = Object.values(model.storage)
    .filter(storage => storage.owner === undefined || selection.units.has(storage.owner))
    .sort((a, b) => naturally(a.id, b.id));
  if (shown.length === 0) return {};
  return {
    storage: Object.fromEntries(shown.map(storage => [storage.id, describeInstance(model, storage, options)])),
    filesystems: Object.fromEntries(shown.map(storage => [String(storage.number), describeFilesystem(model, storage, options)])),
  };
}

export function describeInstance(model: Model, storage: Storage, options: { zone: string; utc: boolean }): StorageInfo {
  const since = statusTime(storage.created, options.zone, options.utc);
  const machine = storage.owner === undefined ? undefined : model.units[storage.owner]?.machine;
  return {
    kind: storage.kind,
    life: storage.life,
    status: { current: statusOf(storage), since },
    persistent: outlivesUnit(storage),
    ...(storage.owner === undefined
      ? {}
      : {
          attachments: {
            units: { [storage.owner]: { ...(machine === undefined ? {} : { machine }), location: storage.location, life: storage.life } },
          },
        }),
  };
}

/** 1.0 GiB, 512 MiB, as Juju prints sizes given in MiB. */
export function sizeText(mebibytes: number): string {
  if (mebibytes < 1024) return `${mebibytes} MiB`;
  const units = ['GiB', 'TiB', 'PiB'];
  let value = mebibytes / 1024;
  let at = 0;
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024;
    at++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[at]}`;
}

function statusOf(storage: Storage): string {
  if (storage.owner === undefined && storage.machine === undefined) return 'detached';
  return storage.detaching === true || storage.life !== 'alive' ? 'detaching' : 'attached';
}

function describeFilesystem(model: Model, storage: Storage, options: { zone: string; utc: boolean }): FilesystemInfo {
  const machine = storage.machine ?? model.units[storage.owner ?? '']?.machine;
  const { owner, location, life } = storage;
  return {
    'provider-id': storage.volume,
    storage: storage.id,
    ...(machine === undefined
      ? {}
      : {
          attachments: {
            machines: { [machine]: { 'mount-point': location, 'read-only': false, life } },
            ...(owner === undefined ? {} : { units: { [owner]: { machine, location, life } } }),
          },
        }),
    pool: storage.pool,
    size: storage.sizeMiB,
    life: storage.life,
    status: {
      current: statusOf(storage),
      since: statusTime(storage.created, options.zone, options.utc),
    },
  };
}
