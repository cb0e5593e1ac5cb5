// The driver for Node as a client that writes all the time: told what to do by lines of JSON, and answers by such lines. The programs beside
// it do the same with the drivers for Python and Go.
import { createInterface } from 'node:readline';
import { MongoClient } from 'mongodb';

type Command = { do: 'write' | 'try' | 'end'; name: string; uri: string };
/** `given` is the URI to go on with. */
type Writer = { given: string | undefined; going: boolean };

const pauseMs = 40;
const writers = new Map<string, Writer>();
const say = (line: Record<string, unknown>) => void process.stdout.write(`${JSON.stringify(line)}\n`);
// AuthenticationFailed; or MechanismUnavailable, which a driver meets that took the older mechanism because the server knows no such user.
const isRefusal = (error: unknown): boolean => [18, 334].includes((error as { code?: number }).code ?? 0);

/** One document after the other, each tried once; the driver's own settings hold. `turn` counts the URIs. */
const loop = async (name: string, writer: Writer): Promise<void> => {
  let client: MongoClient | undefined;
  let turn = 0;
  for (let number = 0; writer.going; number += 1) {
    try {
      if (writer.given !== undefined) {
        const before = client;
        client = new MongoClient(writer.given);
        writer.given = undefined;
        turn += 1;
        await before?.close();
      }
      await client
        ?.db()
        .collection<{ _id: number }>(name)
        .insertOne({ _id: number }, { writeConcern: { w: 'majority' } });
      say({ name, wrote: number });
    } catch (error) {
      say({ name, turn, failed: String(error), refused: isRefusal(error) });
    }
    await new Promise(wake => setTimeout(wake, pauseMs));
  }
  await client?.close();
  say({ name, ended: true });
};

const tryIt = async (name: string, uri: string): Promise<void> => {
  const client = new MongoClient(uri);
  try {
    await client.db('admin').command({ ping: 1 });
    say({ name, tried: 'accepted' });
  } catch (error) {
    say({ name, tried: isRefusal(error) ? 'refused' : String(error) });
  } finally {
    await client.close();
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: what, name, uri } = JSON.parse(line) as Command;
  const writer = writers.get(name);
  if (what === 'try') void tryIt(name, uri);
  else if (what === 'end') {
    if (writer !== undefined) writer.going = false;
  } else if (writer !== undefined) writer.given = uri;
  else {
    const fresh = { given: uri, going: true };
    writers.set(name, fresh);
    void loop(name, fresh);
  }
}
process.exit(0);
