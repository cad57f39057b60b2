/**
 * `npm run demo [-- --keep]`: the main job end to end in a terminal. This computer is the site, the bundled sample the
 * training (PyTorch where it is, else plain Python 3, else Node): launched, its progress and loss shown live, its result told.
 * No account, no network, no trace left: its own data directory goes when it ends, and the run's directory with it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ownBackend } from '#cli/own-backend.ts';
import { followEvents } from '#renderer/rpc/events.ts';
import { newId, thisComputerId } from '#shared/domain/id.ts';
import { hasEnded, type Run } from '#shared/domain/run.ts';
import { root } from './tools.ts';

const keep = process.argv.includes('--keep');
const sample = path.join(root, 'resources', 'samples', 'digits');
const directory = mkdtempSync(path.join(tmpdir(), 'trainyard-demo-'));
const backend = await ownBackend(directory);
const { client } = backend;
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());

const tell = (text: string) => process.stdout.write(`${text}\n`);
const isTerminal = process.stdout.isTTY;

/** Resolves with the run once it has ended; draws its progress meanwhile. */
async function watch(run: Run): Promise<Run> {
  const ended = Promise.withResolvers<void>();
  const losses: number[] = [];
  let toldAt = 0;
  stop.signal.addEventListener('abort', () => ended.reject(new Error('interrupted')), { once: true });
  const off = followEvents(await backend.connection(), {
    onOpen: () => void look().catch(ended.reject),
    onEvent(event) {
      if (event.type !== 'run.changed' || event.run.id !== run.id) return;
      const { state, step, totalSteps, lastMetrics } = event.run;
      const loss = lastMetrics.find(({ name }) => name === 'loss')?.value;
      if (loss !== undefined && loss !== losses.at(-1)) losses.push(loss);
      if (state === 'running' && step !== null && loss !== undefined) draw(step, totalSteps, loss);
      if (hasEnded(state)) ended.resolve();
    },
  });
  const look = async () => {
    if (hasEnded((await client.runs.get({ runId: run.id })).state)) ended.resolve();
  };
  const draw = (step: number, total: number | null, loss: number) => {
    const line = `  step ${String(step).padStart(4)}${total === null ? '' : ` of ${total}`}  ${bar(step, total)}  loss ${loss.toFixed(4)}  ${curve(losses)}`;
    if (isTerminal) process.stdout.write(`\r\x1b[K${line}`);
    else if (performance.now() - toldAt > 1000) {
      toldAt = performance.now();
      tell(line);
    }
  };
  try {
    await ended.promise;
  } finally {
    off();
    if (isTerminal) tell('');
  }
  return client.runs.get({ runId: run.id });
}

/** An interrupted demo leaves no training behind. */
async function endRun(runId: string): Promise<void> {
  await client.runs.kill({ runId });
  for (let tries = 0; tries < 100 && !hasEnded((await client.runs.get({ runId })).state); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await client.runs.delete({ runId, keepOnBox: false });
}

const bar = (step: number, total: number | null) => {
  const filled = total === null ? 0 : Math.min(20, Math.round((step / total) * 20));
  return `${'█'.repeat(filled)}${'·'.repeat(20 - filled)}`;
};

/** The last losses as a little curve of block characters. */
function curve(losses: readonly number[]): string {
  const last = losses.slice(-24);
  const low = Math.min(...last);
  const span = Math.max(...last) - low || 1;
  return last.map((loss) => '▁▂▃▄▅▆▇█'.charAt(Math.round(((loss - low) / span) * 7))).join('');
}

let launched: string | null = null;
try {
  const machine = await client.machines.get({ machineId: thisComputerId });
  tell(
    `Site:    ${machine.name}${machine.inventory ? `, ${machine.inventory.os}, ${machine.inventory.cpuCount ?? '?'} cores` : ''}`,
  );
  const run = await client.runs.launch({
    requestId: newId(),
    yaml: await readFile(path.join(sample, 'task.yaml'), 'utf8'),
    baseDirectory: sample,
    machineId: thisComputerId,
    name: 'demo',
    envs: {},
    secrets: {},
    priority: 0,
  });
  launched = run.id;
  tell(`Run:     ${run.name} (${run.id}), launched under the supervisor that runs use on every box`);
  const end = await watch(run);
  const attempt = end.attempts.at(-1);
  const log = await client.logs.info({ runId: run.id });
  const head = await client.logs.read({
    runId: run.id,
    offset: 0,
    length: Math.min(2000, Math.max(1, log.bytes)),
  });
  tell(`Trainer: ${Buffer.from(head.base64, 'base64').toString().split('\n')[0]}`);
  tell(
    `Result:  ${end.state}${end.exitCode === null ? '' : `, exit code ${end.exitCode} recorded on the box`}`,
  );
  for (const { name, value } of end.lastMetrics) tell(`         ${name} ${value}`);
  if (end.startedAt !== null && end.endedAt !== null)
    tell(
      `         ${((end.endedAt - end.startedAt) / 1000).toFixed(1)} s of training, ${log.bytes} bytes of log`,
    );
  if (keep) tell(`Kept:    ${attempt?.directory ?? ''}`);
  else await client.runs.delete({ runId: run.id, keepOnBox: false });
  if (end.state !== 'succeeded') process.exitCode = 1;
} catch (error) {
  process.stderr.write(
    `trainyard: ${stop.signal.aborted ? 'interrupted' : error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
} finally {
  if (stop.signal.aborted && launched !== null) await endRun(launched);
  await backend.close();
  rmSync(directory, { recursive: true, force: true });
}
process.exit();
