import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { killed, processesWith } from '#test/lab/local-box.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { me, requestOf, startApp } from './app.ts';

/** Every file below `directory` that holds the bytes of `text`. */
function filesWith(directory: string, text: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(directory, name))
    .filter(
      (file) => statSync(file, { throwIfNoEntry: false })?.isFile() && readFileSync(file).includes(text),
    );
}

test('a secret is in the trainer’s environment, and in no file here or on the box, alive or ended', async () => {
  const [data, home] = [await tempDirectory('data'), await tempDirectory('home')];
  const app = startApp({ data, home });
  onTestFinished(async () => {
    await app.close();
    await until('everything of the box is gone', () => {
      const left = processesWith(`HOME=${home}\0`);
      for (const { pid } of left) killed(pid);
      return left.length === 0;
    });
  });
  const canary = 'canary-0d5e1f';
  const yaml = [
    'secrets:',
    `  INLINE: ${canary}-inline`,
    '  GIVEN: null',
    'envs: {HF_TOKEN: null}',
    'setup: test -n "$GIVEN"',
    // Shows that they are there without printing them.
    'run: |',
    '  for each in "$INLINE" "$GIVEN" "$HF_TOKEN"; do printf %s "$each" | wc -c; done',
    '  while [ ! -e "$HOME/go" ]; do sleep 0.1; done',
  ].join('\n');
  const request = {
    ...requestOf(yaml, null),
    secrets: { GIVEN: `${canary}-given` },
    envs: { HF_TOKEN: `${canary}-token` },
  };
  const run = app.runs.launch(request, me);
  const log = async () => (await app.runs.readLog(run.id, 1, 0, 1000)).bytes.toString();
  await until('it says what it has', async () => (await log()) === '20\n19\n19\n');
  expect(filesWith(data, canary)).toEqual([]);
  expect(filesWith(home, canary)).toEqual([]);
  app.runs.stop(run.id, 1, me);
  await until('it has ended', () => app.runs.get(run.id).state === 'stopped');
  expect(JSON.stringify(app.runs.get(run.id))).not.toContain(canary);
  expect(filesWith(data, canary)).toEqual([]);
  expect(filesWith(home, canary)).toEqual([]);
});
