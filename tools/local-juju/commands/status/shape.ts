// The shape of `juju status --format json`, keys in the order Juju prints them. Absent keys are left out, never undefined.

export type StatusInfo = { current: string; message?: string; since?: string; version?: string; life?: string };
export type BaseInfo = { name: string; channel: string };
export type MachineInfo = {
  'juju-status': StatusInfo;
  'dns-name': string;
  'ip-addresses': string[];
  'instance-id': string;
  'machine-status': StatusInfo;
  'modification-status': StatusInfo;
  base: BaseInfo;
  'network-interfaces': Record<string, { 'ip-addresses': string[]; 'is-up': boolean }>;
  constraints: string;
  hardware: string;
};
export type UnitInfo = {
  'workload-status': StatusInfo;
  'juju-status': StatusInfo;
  leader?: true;
  machine?: string;
  'open-ports'?: string[];
  'public-address'?: string;
  subordinates?: Record<string, UnitInfo>;
};
export type ApplicationInfo = {
  charm: string;
  base: BaseInfo;
  'charm-origin': string;
  'charm-name': string;
  'charm-rev': number;
  'charm-version'?: string;
  exposed: boolean;
  life?: string;
  'application-status': StatusInfo;
  relations?: Record<string, { 'related-application': string; interface: string; scope: string }[]>;
  'subordinate-to'?: string[];
  units?: Record<string, UnitInfo>;
  version?: string;
  'endpoint-bindings': Record<string, string>;
};
export type StorageInfo = {
  kind: string;
  life?: string;
  status: StatusInfo;
  persistent: boolean;
  attachments?: { units: Record<string, { machine?: string; location?: string; life?: string }> };
};
export type FilesystemInfo = {
  'provider-id': string;
  storage: string;
  attachments?: {
    machines: Record<string, { 'mount-point': string; 'read-only': boolean; life: string }>;
    units?: Record<string, { machine: string; location: string; life: string }>;
  };
  pool: string;
  size: number;
  life: string;
  status: StatusInfo;
};
export type StorageSection = { storage?: Record<string, StorageInfo>; filesystems?: Record<string, FilesystemInfo> };
export type EndpointInfo = { interface: string; role: string };
export type RemoteApplicationInfo = {
  url: string;
  endpoints: Record<string, EndpointInfo>;
  life?: string;
  'application-status': StatusInfo;
  relations?: Record<string, string[]>;
};
export type OfferInfo = {
  application: string;
  charm: string;
  'total-connected-count': number;
  'active-connected-count': number;
  endpoints: Record<string, EndpointInfo>;
};
export type ModelInfo = {
  name: string;
  type: string;
  controller: string;
  cloud: string;
  region: string;
  version: string;
  'model-status': StatusInfo;
  sla: string;
};
export type Status = {
  model: ModelInfo;
  machines: Record<string, MachineInfo>;
  applications: Record<string, ApplicationInfo>;
  'application-endpoints'?: Record<string, RemoteApplicationInfo>;
  offers?: Record<string, OfferInfo>;
  storage: StorageSection;
  controller: { timestamp: string };
};
/** One line of the table of integrations; not part of the JSON. */
export type IntegrationLine = {
  provider: string;
  requirer: string;
  interface: string;
  type: 'regular' | 'peer' | 'subordinate';
  message: string;
};
