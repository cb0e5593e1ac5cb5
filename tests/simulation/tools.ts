// The hook tools that the charm uses, and whether each writes.
export const hookTools: ReadonlyMap<string, boolean> = new Map([
  ...['is-leader', 'config-get', 'relation-ids', 'relation-list', 'relation-get', 'network-get', 'status-get', 'secret-get'].map(
    name => [name, false] as const,
  ),
  ...['secret-info-get', 'secret-ids', 'opened-ports', 'goal-state', 'action-get', 'storage-get', 'juju-log'].map(
    name => [name, false] as const,
  ),
  ...['relation-set', 'status-set', 'secret-add', 'secret-set', 'secret-grant', 'secret-revoke', 'secret-remove'].map(
    name => [name, true] as const,
  ),
  ...['open-port', 'close-port', 'application-version-set', 'action-set', 'action-fail', 'action-log'].map(name => [name, true] as const),
]);
