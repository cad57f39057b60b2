import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { killed, processesWith } from '#test/lab/local-box.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { me, requestOf, startApp } from './app.ts';

async function app() {
  const [data, home] = [await tempDirectory('data'), await tempDirectory('home')];
  const started = startApp({ data, home });
  onTestFinished(async () => {
    await started.close();
    await until('everything of the box is gone', () => {
      const left = processesWith(`HOME=${home}\0`);
      for (const { pid } of left) killed(pid);
      return left.length === 0;
    });
  });
  const run = async (yaml: string) => {
    const { id } = started.runs.launch(requestOf(yaml, null), me);
    await until('it has ended', () => started.runs.get(id).endedAt !== null);
    expect(started.runs.get(id)).toMatchObject({ state: 'succeeded' });
    return id;
  };
  const setups = () => readFileSync(path.join(home, 'setups'), 'utf8').length;
  return { runs: started.runs, run, setups };
}

test('a setup that changes the machine is done once, whatever the number of runs', async () => {
  const { run, setups } = await app();
  const yaml = 'setup: printf x >>"$HOME/setups"\nrun: test -e "$HOME/setups"';
  await run(yaml);
  await run(yaml);
  expect(setups()).toBe(1);
});

test('a setup that leaves something in the working directory is done for each run, and once for its restarts', async () => {
  const { runs, run, setups } = await app();
  const yaml = 'setup: printf x >>"$HOME/setups"; mkdir made\nrun: test -d made';
  const first = await run(yaml);
  await run(yaml);
  expect(setups()).toBe(2);
  runs.restart(first, { secrets: {} }, me);
  await until('the restart has ended', () => runs.get(first).attempts[1]?.state === 'succeeded');
  expect(setups()).toBe(2);
});
