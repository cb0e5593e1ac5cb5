// Fails on known vulnerabilities of the packages that package-lock.json names. A registry that does not tell is no reason to fail, but is
// said: then nothing is known.
import { spawnSync } from 'node:child_process';

const { stdout, error } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8', timeout: 120_000, maxBuffer: 64 * 1024 * 1024 });

const report = parsed(stdout);
if (report?.auditReportVersion === undefined) {
  const why = report?.message ?? error?.message ?? 'npm audit gave no report';
  process.stdout.write(`not audited: the registry does not tell of vulnerabilities (${why})\n`);
} else {
  const found = Object.values(report.vulnerabilities);
  for (const { name, severity, range } of found) process.stdout.write(`${severity}: ${name} ${range}\n`);
  process.stdout.write(`${found.length} of the packages have known vulnerabilities\n`);
  process.exitCode = found.length === 0 ? 0 : 1;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
