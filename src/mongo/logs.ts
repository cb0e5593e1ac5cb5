// The servers' own log files.
import type { Link } from './session.ts';

/** Lets the server rename its log file, and the audit log where it has one, and begin new ones. @throws when it cannot. */
export async function rotateLog(link: Link): Promise<void> {
  if (link.kind !== 'open') throw new Error(`cannot rotate the log: ${link.reason}`);
  await link.command({ logRotate: 1 }, { timeoutMs: 10_000 });
}
