// The socket and the client in bash that hooks find under the tools' names: words, standard input, bytes, texts of refusals.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HookContext } from '../../../../tools/local-juju/contract.ts';
import { serveTools, writeTools } from '../../../../tools/local-juju/tools-server/serve.ts';
import { toolNames } from '../../../../tools/local-juju/tools-server/tools.ts';
import { runProgram } from '../../../support/run-program.ts';
import { type World, world } from './kit.ts';

let folder: string;
let server: Server;
let kit: World;
let current: HookContext;
const defects: unknown[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tools-'));
  kit = world();
  current = kit.begin('prov/0');
  const lookup = (token: string) => {
    if (token === 'broken') return async () => Promise.reject(new Error('out of order'));
    return token === 'prov/0-x' ? current : undefined;
  };
  server = await serveTools('127.0.0.1', 0, lookup, error => defects.push(error));
  writeTools(folder, { host: '127.0.0.1', port: (server.address() as AddressInfo).port });
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

type Said = { code: number; stdout: string; stderr: string };
type Given = { stdin?: string; env?: Record<string, string> };

const call = async (tool: string, args: readonly string[], { stdin = '', env = {} }: Given = {}): Promise<Said> => {
  const options = { env: { PATH: process.env.PATH, JUJU_CONTEXT_ID: 'prov/0-x', ...env }, extendEnv: false, cwd: folder, timeout: 15_000 };
  const { exitCode: code = -1, stdout, stderr } = await runProgram(join(folder, tool), args, { ...options, stdin: 'pipe', input: stdin });
  return { code, stdout, stderr };
};

describe('a tool', () => {
  test('stands under its name, and so do all others', async () => {
    expect((await readdir(folder)).filter(name => name !== 'jujuc').sort()).toEqual(toolNames);
    expect(await call('is-leader', [])).toEqual({ code: 0, stdout: 'True\n', stderr: '' });
  });

  test('gets its words as they are and answers with its exit code', async () => {
    const value = 'a  b\n"c" $d \\n\n';
    expect(await call('state-set', [`k=x${value}x`])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await call('state-get', ['k'])).stdout).toBe(`x${value}x\n`);
    expect(await call('relation-get', ['-r', '1'])).toEqual({ code: 2, stdout: '', stderr: 'ERROR no unit or application specified\n' });
    expect((await call('status-set', ['active', ''])).code).toBe(0);
    expect(kit.model.units['prov/0']!.workload).toMatchObject({ current: 'active', message: '' });
  });

  test.each([{ args: ['--file', '-'] }, { args: ['--file=-'] }])('reads the standard input for $args', async ({ args }) => {
    const stdin = `key: |\n  one\n  two\nlong: ${'x'.repeat(20_000)}\n`;
    expect(await call('state-set', args, { stdin })).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await call('state-get', ['key'])).stdout).toBe('one\ntwo\n\n');
    expect((await call('state-get', ['long'])).stdout).toHaveLength(20_001);
  });

  test('reads the standard input only when it is asked for', async () => {
    expect((await call('relation-set', ['-r', '0', 'a=1', 'b=--file -'], { stdin: 'a: 2\n' })).code).toBe(0);
    expect((await call('relation-get', ['-r', '0', 'a', 'prov/0'])).stdout).toBe('1\n');
  });

  test('prints what its wire cannot hold as it is', async () => {
    expect((await call('state-set', ['--file', '-'], { stdin: 'nul: "a\\0b"\n' })).code).toBe(0);
    expect(await call('state-get', ['nul'])).toEqual({ code: 0, stdout: 'a\0b\n', stderr: '' });
  });
});

describe('refusals', () => {
  test.each([
    { env: { JUJU_CONTEXT_ID: '' }, stderr: 'ERROR JUJU_CONTEXT_ID not set\n' },
    { env: { JUJU_CONTEXT_ID: 'other' }, stderr: 'ERROR bad request: wrong context ID; got "other"\n' },
    { env: { JUJU_CONTEXT_ID: 'broken' }, stderr: 'ERROR out of order\n' },
  ])('$stderr', async ({ env, stderr }) => {
    expect(await call('is-leader', [], { env })).toEqual({ code: 1, stdout: '', stderr });
  });

  test('a defect is told to whoever serves', async () => {
    const before = defects.length;
    await call('is-leader', [], { env: { JUJU_CONTEXT_ID: 'broken' } });
    expect(defects.slice(before)).toEqual([new Error('out of order')]);
  });

  test('nobody listens', async () => {
    const other = await mkdtemp(join(tmpdir(), 'tools-'));
    try {
      writeTools(other, { host: '127.0.0.1', port: 1 });
      const env = { PATH: process.env.PATH, JUJU_CONTEXT_ID: 'x', JUJU_AGENT_SOCKET_ADDRESS: '/run/agent.socket' };
      const { stderr } = await runProgram(join(other, 'is-leader'), [], { env, extendEnv: false });
      expect(stderr).toBe('ERROR dial unix /run/agent.socket: connect: no such file or directory\n');
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  });
});
