import { rmSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { until } from '#test/until.ts';
import { oneBox } from '../runs/world.ts';
import { boxA, me, reads, world } from './world.ts';

const whole = { search: '', only: 'all' as const, offset: 0, limit: 10 };

test('a path is labelled once, changed by labelling it again, and said in the activity log', async () => {
  const { data, folder, entries } = await world(oneBox());
  const patients = await folder('patients');
  const first = data.set({ path: `${patients}/`, label: 'internal', countries: ['FR', 'DE', 'DE'] }, me);
  expect(first).toMatchObject({ path: patients, name: path.basename(patients), countries: ['DE', 'FR'] });
  const second = data.set({ path: `${patients}/../${path.basename(patients)}`, label: 'restricted' }, me);
  expect(second).toEqual({ ...first, label: 'restricted' });
  expect(data.list()).toEqual([second]);
  data.remove(second.id, me);
  expect(data.list()).toEqual([]);
  expect(() => data.remove(second.id, me)).toThrow(expect.objectContaining({ code: 'DATA_SET_UNKNOWN' }));
  expect(entries('data').map(({ action }) => action)).toEqual(['data.remove', 'data.change', 'data.add']);
  expect(entries('data.change')[0]?.details).toMatchObject({
    label: 'restricted',
    before: { label: 'internal' },
  });
});

test('a label belongs to something that is there, by its whole path; it stays when that is gone', async () => {
  const { data, folder } = await world(oneBox());
  const patients = await folder('patients');
  const set = (at: string) => data.set({ path: at, label: 'internal' }, me);
  expect(() => set('data/patients')).toThrow(expect.objectContaining({ code: 'DATA_PATH_RELATIVE' }));
  expect(() => set(path.join(patients, 'no'))).toThrow(
    expect.objectContaining({ code: 'DATA_PATH_MISSING' }),
  );
  set(patients);
  rmSync(patients, { recursive: true });
  expect(data.set({ path: patients, label: 'restricted' }, me)).toMatchObject({ label: 'restricted' });
});

test('what a site may hold belongs to its address: changed it is the default again, back it is as it was', async () => {
  const { app, data, entries } = await world(oneBox());
  const policy = () => data.policies().find(({ siteId }) => siteId === boxA);
  expect(policy()).toMatchObject({ maxLabel: 'internal', country: null, isDefault: true });
  data.setPolicy(boxA, { maxLabel: 'restricted', country: 'DE' }, me);
  data.setPolicy(boxA, { region: 'Bayern' }, me);
  const said = { maxLabel: 'restricted', country: 'DE', region: 'Bayern', isDefault: false };
  expect(policy()).toMatchObject(said);
  app.store.sites.update(boxA, { ssh: { host: 'elsewhere' } });
  expect(policy()).toMatchObject({ maxLabel: 'internal', country: null, isDefault: true });
  app.store.sites.update(boxA, { ssh: { host: 'box', user: 'other' } });
  expect(policy()).toMatchObject(said);
  expect(entries('site.policy')).toHaveLength(2);
});

test('a label taken away while a run waits lets it go, and the report still says what it reads', async () => {
  const { app, data, folder } = await world(oneBox());
  const patients = await folder('patients');
  const set = data.set({ path: patients, label: 'confidential' }, me);
  data.setPolicy(boxA, { maxLabel: 'confidential' }, me);
  app.onStep = (step) => void (step === 'turn' && data.remove(set.id, me));
  const run = await app.launch(boxA, reads(patients));
  await until('it runs', () => app.state(run.id) === 'running');
  expect(data.report(whole).rows).toMatchObject([
    { label: 'confidential', outcome: 'sent', data: [{ id: set.id, isRemoved: true }] },
  ]);
});

test('rows that were damaged count as the strictest they can be', async () => {
  const { app, data, folder } = await world(oneBox());
  const patients = await folder('patients');
  data.set({ path: patients, label: 'public' }, me);
  data.setPolicy(boxA, { maxLabel: 'restricted', country: 'DE' }, me);
  app.store.sql.run("UPDATE dataSets SET label = 'harmless'");
  app.store.sql.run("UPDATE placePolicies SET maxLabel = 'anything', country = '??'");
  expect(data.list()).toMatchObject([{ label: 'restricted' }]);
  expect(data.policies()).toMatchObject([{ maxLabel: 'public', country: null }]);
});

test('the report outlives the data set, the run and the site; as CSV it runs nothing in a spreadsheet', async () => {
  const { app, data, folder } = await world(oneBox());
  const patients = await folder('patients');
  const name = '=HYPERLINK("http://x","y"),\n"z"';
  const set = data.set({ path: patients, label: 'internal', name: '@SUM(1)' }, me);
  const run = await app.launch(boxA, reads(patients), { name });
  await until('it runs', () => app.state(run.id) === 'running');
  app.access.boxes.get(boxA)?.end(run.id, 1, 0);
  await until('it has ended', () => app.state(run.id) === 'succeeded');
  data.remove(set.id, me);
  await app.runs.delete(run.id, true, me);
  app.store.sites.remove(boxA);
  expect(data.report(whole)).toMatchObject({
    total: 1,
    rows: [{ runId: run.id, state: null, outcome: 'sent', data: [{ name: '@SUM(1)', isRemoved: true }] }],
  });
  expect(data.report({ ...whole, search: 'sum(1) nobody' }).total).toBe(0);
  expect(data.report({ ...whole, search: 'SUM(1) box' }).total).toBe(1);
  expect(data.report({ ...whole, label: 'public' }).total).toBe(0);
  const pieces: string[] = [];
  for await (const piece of data.exportReport(whole)) pieces.push(piece);
  const csv = pieces.join('');
  expect(csv.split('\r\n')).toHaveLength(3);
  expect(csv).toContain(`"'=HYPERLINK(""http://x"",""y""), ""z"""`);
  expect(csv).toContain(`"'@SUM(1) (internal) ${patients}"`);
});
