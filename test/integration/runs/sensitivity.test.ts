import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Activity } from '#backend/activity/index.ts';
import { systemClock } from '#backend/clock.ts';
import { EventBus } from '#backend/events.ts';
import { Sensitivity } from '#backend/sensitivity/index.ts';
import { killed, processesWith } from '#test/lab/local-box.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { me, requestOf, startApp } from './app.ts';

/** Names of everything on the box. */
function onBox(home: string): string[] {
  return readdirSync(home, { recursive: true, encoding: 'utf8' });
}

test('nothing of a run reaches the box when its data may not: at the launch, and when a label is raised after it', async () => {
  const [home, patients] = [await tempDirectory('home'), await tempDirectory('patients')];
  const dataDirectory = await tempDirectory('data');
  writeFileSync(path.join(patients, 'canary-scan.txt'), 'canary-7f31');
  const parts: { data?: Sensitivity; activity?: Activity } = {};
  let step: (name: string) => void = () => undefined;
  const app = startApp({
    data: dataDirectory,
    home,
    onStep: (name) => step(name),
    policyOf: (store) => {
      parts.activity = new Activity(store, systemClock, path.join(dataDirectory, 'activity.key'));
      parts.data = new Sensitivity({
        store,
        activity: parts.activity,
        events: new EventBus(),
        clock: systemClock,
      });
      return parts.data;
    },
  });
  onTestFinished(async () => {
    await app.close();
    await until('everything of the box is gone', () => {
      const left = processesWith(`HOME=${home}\0`);
      for (const { pid } of left) killed(pid);
      return left.length === 0;
    });
  });
  const { data, activity } = parts;
  if (!data || !activity) throw new Error('no policy was asked for');
  const label = (to: 'internal' | 'restricted') => data.set({ path: patients, label: to }, me);
  const launch = () => app.runs.launch(requestOf('workdir: .\nrun: cat canary-scan.txt', patients), me);

  label('restricted');
  expect(launch).toThrow(expect.objectContaining({ code: 'SENSITIVITY_VIOLATION' }));

  label('internal');
  // The code is taken, the connection stands, and the next thing would be to send it.
  step = (name) => void (name === 'snapshot' && label('restricted'));
  const run = launch();
  await until('it is refused', () => app.runs.get(run.id).state === 'failed');
  expect(app.runs.get(run.id).evidence).toMatchObject({ error: { code: 'SENSITIVITY_VIOLATION' } });
  const found = onBox(home);
  expect(found.filter((name) => name.includes(run.id) || name.includes('canary'))).toEqual([]);
  expect(activity.list({ search: '', action: 'run.send', limit: 10 })).toMatchObject([
    { target: run.id, result: 'refused' },
  ]);

  // The same launch goes when it may: what was looked for above would have been found.
  step = () => undefined;
  label('internal');
  const allowed = launch();
  await until('it has succeeded', () => app.runs.get(allowed.id).state === 'succeeded');
  expect(onBox(home).some((name) => name.includes(allowed.id))).toBe(true);
  expect(existsSync(patients)).toBe(true);
});
