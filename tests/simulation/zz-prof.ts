import '/work/wt/sim/tests/simulation/outside/hooks.ts';

const { play, makeHistory } = await import('/work/wt/sim/tests/simulation/history.ts');
const from = Number(process.argv[2]),
  n = Number(process.argv[3]);
const t = process.cpuUsage();
let hooks = 0,
  calls = 0;
for (let s = from; s < from + n; s++) {
  const o = await play(makeHistory(s));
  hooks += o.hooks;
  calls += o.calls;
  if (o.violations.length) console.log(s, JSON.stringify(o.violations.slice(0, 2)));
}
const u = process.cpuUsage(t);
console.log(n, hooks, calls, ((u.user + u.system) / 1e6 / n).toFixed(4), 'CPU s each');
