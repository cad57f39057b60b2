/**
 * `npm run chaos [-- --moves N] [--seed S] [--lanes L] [--json]`: real runs on three real SSH boxes on this computer are moved at
 * random, and whatever can go wrong does: the app, supervisors, trainers and connections are killed, boxes cut off and rebooted.
 * Ends with what must hold of them. Exit code 1 where something does not. The same seed makes the same choices.
 */
import { parseArgs } from 'node:util';
import { chaos } from '#test/lab/moving/chaos.ts';
import { needs } from '#test/needs.ts';

const { values } = parseArgs({
  options: {
    moves: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const [moves, seed, lanes] = [count(values.moves), count(values.seed), count(values.lanes)];
if (!needs('linux', 'root', 'sshd', 'ssh', 'python3')) {
  console.error(
    'trainyard: chaos needs Linux, root (each box has an account of its own), sshd, ssh and python3.',
  );
  process.exit(2);
}

function count(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 1_000_000) return number;
  console.error('trainyard: --moves, --seed and --lanes need a whole number above 0.');
  process.exit(2);
}
const say = (text: string) => {
  if (!values.json) console.log(text);
};
const torch = needs('torch');
say(`${moves} moves, seed ${seed}, ${lanes} runs at a time${torch ? ', one with PyTorch' : ''} …`);
const enough = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    if (!enough.signal.aborted) say('Ending: the moves under way come to their end first …');
    enough.abort();
  });
let done = 0;
const result = await chaos({
  moves,
  seed,
  lanes,
  torch,
  signal: enough.signal,
  onMove({ lane, from, to, mode, fault, phase, end, why }) {
    done += 1;
    const how =
      end === null
        ? 'not moved'
        : end.phase === 'committed'
          ? `moved, stood still ${((end.downtime?.totalMs ?? 0) / 1000).toFixed(1)} s`
          : 'back';
    say(
      `${String(done).padStart(4)}  run ${lane + 1}  ${from} → ${to}  ${mode.padEnd(7)}  ${fault === 'none' ? '' : `${fault}, ${phase}`}  ${how}${why === null ? '' : ` (${why})`}`,
    );
  },
});
const broken = Object.values(result.violations).reduce((sum, one) => sum + one, 0);
if (values.json) console.log(JSON.stringify(result, null, 2));
else {
  const { downtime } = result;
  say(
    `\n${result.moves} moves in ${Math.round(result.tookMs / 1000)} s: ${result.committed} committed, ${result.rolledBack} rolled back; ${result.runs} runs.`,
  );
  if (downtime !== null)
    say(
      `Downtime: median ${(downtime.median / 1000).toFixed(2)} s, p99 ${(downtime.p99 / 1000).toFixed(2)} s.`,
    );
  for (const [name, times] of Object.entries(result.violations)) say(`${String(times).padStart(4)}  ${name}`);
  for (const { invariant, what } of result.details) say(`violated, ${invariant}: ${what}`);
}
process.exit(broken === 0 ? 0 : 1);
