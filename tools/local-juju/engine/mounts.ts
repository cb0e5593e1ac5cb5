// File systems of their own for storage of the pool `tmpfs`, where this computer lets us mount; elsewhere a folder takes their place.
import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';

/** Mounts a tmpfs of that size over the folder, unless there is one already. @returns why there is none, or undefined. */
export const mountTmpfs = (folder: string, sizeMiB: number): string | undefined => {
  if (mountPoints().includes(realpathSync(folder))) return undefined;
  if (process.getuid?.() !== 0) return 'only root may mount';
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m,mode=0755`, 'local-juju', folder], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return (error as Error & { stderr?: Buffer }).stderr?.toString().trim() || (error as Error).message;
  }
};

/** Takes away what is mounted at the path or below it, also while it is in use. */
export const unmountBelow = (path: string): void => {
  const real = realPath(path);
  for (const point of mountPoints().reverse()) {
    if (point === real || point.startsWith(`${real}/`)) execFileSync('umount', ['--lazy', point], { stdio: 'pipe' });
  }
};

const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return path; // there is none
  }
};

/** In the order of mounting; blanks stand as `\040`: proc_pid_mounts(5). */
const mountPoints = (): string[] =>
  readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .flatMap(line => line.split(' ')[1] ?? [])
    .map(point => point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))));
