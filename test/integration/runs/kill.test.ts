import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isAlive, killed, processesWith } from '#test/lab/local-box.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { me, requestOf, startApp } from './app.ts';

const child = path.resolve('test/integration/runs/launch-child.ts');
const requestId = '0123456789ab';

async function surroundings() {
  const [data, home, base] = [
    await tempDirectory('data'),
    await tempDirectory('home'),
    await tempDirectory('code'),
  ];
  const history = path.join(home, 'history');
  writeFileSync(
    path.join(base, 'train.sh'),
    `echo start $$ >>"${history}"; echo loss=0.5; echo done >>"${history}"\n`,
  );
  onTestFinished(async () => {
    await until('everything of the box is gone', () => {
      const left = processesWith(`HOME=${home}\0`);
      for (const { pid } of left) killed(pid);
      return left.length === 0;
    });
  });
  return { data, home, base, history };
}

test.each(['accepted', 'turn', 'snapshot', 'sync', 'starting', 'launched', 'running'])(
  'kill -9 after "%s": the run is there once, whole',
  async (step) => {
    const { data, home, base, history } = await surroundings();
    const app = spawn(process.execPath, [child, data, home, base, requestId, step], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const timeout = setTimeout(() => app.kill('SIGTERM'), 60_000);
    const [, signal] = await once(app, 'exit');
    clearTimeout(timeout);
    expect(signal).toBe('SIGKILL');

    const again = startApp({ data, home });
    onTestFinished(() => again.close());
    // The client never had its answer and sends the same request again.
    const run = again.runs.launch(requestOf('workdir: .\nrun: sh train.sh', base, requestId), me);
    await until(
      'it has ended',
      () => ['succeeded', 'failed', 'lost'].includes(again.runs.get(run.id).state),
      {
        deadlineMs: 60_000,
      },
    );
    expect(again.runs.get(run.id)).toMatchObject({ state: 'succeeded', exitCode: 0, epoch: 1 });
    expect(again.runs.counts().succeeded).toBe(1);
    expect(readFileSync(history, 'utf8').match(/^start/gm)).toHaveLength(1);
    await until(
      'its log is here',
      async () => (await again.runs.readLog(run.id, 1, 0, 100)).bytes.toString() === 'loss=0.5\n',
    );
  },
);

test('kill -9 with a stop on its way: it is delivered', async () => {
  const { data, home, base } = await surroundings();
  writeFileSync(path.join(base, 'train.sh'), 'echo $$ >"$HOME/pid"; while :; do sleep 1; done\n');
  const app = startApp({ data, home });
  const run = app.runs.launch(requestOf('workdir: .\nrun: sh train.sh', base), me);
  await until(
    'it trains',
    () => existsSync(path.join(home, 'pid')) && readFileSync(path.join(home, 'pid'), 'utf8') !== '',
  );
  await until('it is known to run', () => app.runs.get(run.id).state === 'running');
  // The word is in the database, and the process dies before the box hears it.
  await app.programs.close();
  app.runs.stop(run.id, 1, me);
  await app.close();
  const trainer = Number(readFileSync(path.join(home, 'pid'), 'utf8'));
  expect(isAlive(trainer)).toBe(true);

  const again = startApp({ data, home });
  onTestFinished(() => again.close());
  expect(again.runs.get(run.id).state).toBe('stopping');
  await until('it is stopped', () => again.runs.get(run.id).state === 'stopped');
  expect(isAlive(trainer)).toBe(false);
});
