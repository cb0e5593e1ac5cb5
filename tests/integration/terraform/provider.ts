// A stand-in for Terraform's provider juju/juju, which a computer need not have. It knows the resources and refuses nothing that fits them;
// a plan asks no more of a provider. Terraform reaches it over a unix socket (its way of debugging a provider), so that it is neither
// installed nor built.
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { join } from 'node:path';
import { withUnknown } from './msgpack.ts';
import { isComputed, schemaAnswer } from './schema.ts';
import { bytesOf, frame, message, unframe } from './wire.ts';

export type Provider = { environment: Record<string, string>; asked: string[]; stop(): Promise<void> };

/**
 * @param folder where the socket goes.
 * @returns what Terraform's environment must have to use it, and the names of the calls that it got.
 */
export const startProvider = async (folder: string): Promise<Provider> => {
  const asked: string[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer();
  server.on('session', session => {
    sessions.add(session.on('close', () => sessions.delete(session)));
  });
  server.on('stream', (stream, headers) => {
    const [, service, call = ''] = (headers[':path'] ?? '').split('/');
    if (service === 'tfplugin6.Provider') asked.push(call);
    answer(stream, service === 'tfplugin6.Provider' ? calls[call] : undefined);
  });
  const socket = join(folder, 'provider.sock');
  await new Promise<void>((done, failed) => server.once('error', failed).listen(socket, done));
  const place = { Protocol: 'grpc', ProtocolVersion: 6, Pid: process.pid, Test: true, Addr: { Network: 'unix', String: socket } };
  return {
    environment: { TF_REATTACH_PROVIDERS: JSON.stringify({ 'juju/juju': place }) },
    asked,
    stop: () =>
      new Promise(done => {
        server.close(() => done());
        for (const session of sessions) session.destroy();
      }),
  };
};

type Call = (request: Buffer) => Buffer;

const nothing: Call = () => Buffer.alloc(0);

const calls: Record<string, Call> = {
  GetProviderSchema: schemaAnswer,
  ValidateProviderConfig: nothing,
  ValidateResourceConfig: nothing,
  ConfigureProvider: nothing,
  // What the configuration proposes is what is planned. What Juju will set is known after apply.
  PlanResourceChange: request => {
    const type = bytesOf(1, request).toString();
    const proposed = bytesOf(1, bytesOf(3, request));
    return message([[1, message([[1, withUnknown(proposed, name => isComputed(type, name))]])]]);
  },
  StopProvider: nothing,
};

/** Answers one call; Terraform also asks for services that a provider may lack, and takes code 12, unimplemented, for no. */
const answer = (stream: ServerHttp2Stream, call: Call | undefined): void => {
  stream.on('error', () => stream.destroy());
  if (call === undefined) {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' }, { endStream: true });
    return;
  }
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  stream.on('end', () => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(frame(call(unframe(Buffer.concat(parts)))));
  });
};
