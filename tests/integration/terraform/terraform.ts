// Terraform on a copy of the repository's modules: nothing is fetched, and nothing is written beside the modules themselves.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { projectFolder } from '../../support/project.ts';
import { makeTestFolder } from '../../support/run-folder.ts';
import { runProgram } from '../../support/run-program.ts';
import { startProvider } from './provider.ts';

export type Run = { code: number; stdout: string; stderr: string };
export type Diagnostic = { severity: 'error' | 'warning'; summary: string; detail: string };
/** A planned resource. What is known after apply is not among the values. */
export type Planned = { address: string; type: string; values: Record<string, unknown> };
export type Plan = { resources: Planned[]; outputs: Record<string, unknown>; diagnostics: Diagnostic[] };

export type Workspace = {
  folder: string;
  /** The calls that the stand-in for the provider got. */
  asked: readonly string[];
  /** Runs terraform in a folder of the workspace; the modules lie in `terraform`. */
  run(where: string, ...args: string[]): Promise<Run>;
  /** Plans with these variables. Where the plan is refused there are diagnostics alone. @throws when terraform says no reason. */
  plan(where: string, variables: Record<string, unknown>): Promise<Plan>;
  close(): Promise<void>;
};

export const modulesFolder = join(projectFolder, 'terraform');

/** The modules' names. */
export const modules = ['mongodb', 'mongos', 'replica-set', 'sharded-cluster'];

/** Why nothing can be tested with Terraform on this computer, or undefined. */
export const whyNot = (): string | undefined => {
  const { status, stdout } = spawnSync('terraform', ['version', '-json'], { env: environment('/'), encoding: 'utf8' });
  if (status !== 0) return 'there is no terraform in PATH';
  const { terraform_version: version } = JSON.parse(stdout) as { terraform_version: string };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 5) ? undefined : `terraform ${version} is older than 1.5`;
};

/** The first of Terraform's own plugin folders that has the provider itself, or undefined. */
export const pluginFolder = (): string | undefined =>
  [
    join(homedir(), '.terraform.d', 'plugins'),
    join(homedir(), '.local', 'share', 'terraform', 'plugins'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
  ].find(folder => existsSync(folder) && readdirSync(folder).some(host => existsSync(join(folder, host, 'juju', 'juju'))));

/** @param standIn whether the provider is the stand-in; otherwise it is what `terraform init` finds. */
export const openWorkspace = async (standIn = true): Promise<Workspace> => {
  const folder = await makeTestFolder('tf-');
  const home = join(folder, 'home');
  await mkdir(home);
  await writeFile(join(home, 'terraform.rc'), 'disable_checkpoint = true\n');
  await cp(modulesFolder, join(folder, 'terraform'), { recursive: true, filter: path => !basename(path).startsWith('.terraform') });
  const provider = standIn ? await startProvider(folder) : undefined;
  const run: Workspace['run'] = async (where, ...args) => {
    const options = { cwd: join(folder, where), env: { ...environment(home), ...provider?.environment }, extendEnv: false };
    const { exitCode: code = 1, stdout, stderr } = await runProgram('terraform', args, options);
    return { code, stdout, stderr };
  };
  return {
    folder,
    asked: provider?.asked ?? [],
    run,
    plan: (where, variables) => planWith(folder, run, where, variables),
    close: async () => {
      await provider?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const planWith = async (folder: string, run: Workspace['run'], where: string, variables: Record<string, unknown>): Promise<Plan> => {
  const file = join(folder, 'variables.json');
  await writeFile(file, JSON.stringify(variables));
  const { code, stdout, stderr } = await run(where, 'plan', '-input=false', '-json', `-var-file=${file}`, '-out=made.plan');
  const diagnostics = stdout.split('\n').flatMap(diagnosticOf);
  if (code !== 0) {
    if (!diagnostics.some(({ severity }) => severity === 'error')) throw new Error(`terraform plan failed: ${stdout}${stderr}`);
    return { resources: [], outputs: {}, diagnostics };
  }
  const shown = await run(where, 'show', '-json', 'made.plan');
  const { planned_values: planned } = JSON.parse(shown.stdout) as { planned_values: { root_module: Module; outputs?: Outputs } };
  const outputs = Object.entries(planned.outputs ?? {}).map(([name, { value }]) => [name, value]);
  return { resources: resourcesOf(planned.root_module), outputs: Object.fromEntries(outputs), diagnostics };
};

type Module = { resources?: Planned[]; child_modules?: Module[] };
type Outputs = Record<string, { value?: unknown }>;

const resourcesOf = ({ resources = [], child_modules = [] }: Module): Planned[] => [...resources, ...child_modules.flatMap(resourcesOf)];

const diagnosticOf = (line: string): Diagnostic[] => {
  if (line === '') return [];
  const { diagnostic } = JSON.parse(line) as { diagnostic?: Diagnostic };
  return diagnostic === undefined ? [] : [diagnostic];
};

/** Nothing of the user's own configuration of Terraform, and no calls home. */
const environment = (home: string): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: home,
  TF_CLI_CONFIG_FILE: join(home, 'terraform.rc'),
  TF_IN_AUTOMATION: '1',
  CHECKPOINT_DISABLE: '1',
});
