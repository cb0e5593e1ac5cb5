// `node tests/simulation/answers.ts [--runs 1000] [--seed 1]`: mongod and mongos answer strangely while an operator does to a set or a
// cluster what he does in its life. Nothing is lost by it, no hook fails, and when they speak sense again all is as it would have been.
import { parseArgs } from 'node:util';

await import('./outside/hooks.ts');
const { enumerateLives, playStrange } = await import('./strange-life.ts');

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' }, only: { type: 'string' } },
});
const phases = await enumerateLives();
let failed = 0;
let altered = 0;
const commands = new Set<string>();
const first = Number(values.only ?? values.seed);
const count = values.only === undefined ? Number(values.runs) : 1;
for (let seed = first; seed < first + count; seed += 1) {
  const outcome = await playStrange(phases, seed);
  altered += outcome.altered;
  for (const command of outcome.commands) commands.add(command);
  if (outcome.violations.length === 0 && values.only === undefined) continue;
  if (outcome.violations.length > 0) failed += 1;
  console.log(`seed ${seed}, ${outcome.name}: ${outcome.violations.map(({ what, detail }) => `${what} (${detail})`).join('; ')}`);
  if (values.only !== undefined) for (const line of outcome.story) console.log(`  ${line}`);
}
console.log(`${count} runs from seed ${first}: ${altered} answers of ${commands.size} commands were strange, ${failed} runs failed`);
console.log(`  ${[...commands].sort().join(', ')}`);
process.exitCode = failed === 0 ? 0 : 1;
