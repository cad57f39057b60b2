import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Actor } from '#shared/domain/role.ts';
import { FakeBox } from '#test/fakes/box.ts';
import { until } from '#test/until.ts';
import { gpu } from '../runs/queue/gpu.ts';
import { boxB, oneBox } from '../runs/world.ts';
import { boxA, me, mounts, reads, world } from './world.ts';

const operator: Actor = { name: 'lab', role: 'operator' };
const violation = expect.objectContaining({ code: 'SENSITIVITY_VIOLATION' });

test('what is too sensitive for a site is refused by rule, data and place; nothing is saved or sent', async () => {
  const boxes = oneBox();
  const { app, label, folder, entries } = await world(boxes);
  const patients = await folder('patients');
  label(patients, 'confidential');
  for (const yaml of [reads(patients), mounts(patients)]) {
    await expect(app.launch(boxA, yaml)).rejects.toMatchObject({
      code: 'SENSITIVITY_VIOLATION',
      params: { rule: 'label', data: path.basename(patients), label: 'confidential', maxLabel: 'internal' },
    });
  }
  expect(app.runs.list({ ...everything }).total).toBe(0);
  expect([boxes.get(boxA)?.launched, app.code.sent, app.code.taken]).toEqual([[], 0, 0]);
  const [entry] = entries('run.launch');
  expect(entry).toMatchObject({ result: 'refused', details: { code: 'SENSITIVITY_VIOLATION' } });
  expect(String(entry?.details.violations)).toMatch(/confidential.*internal/);
});

test('it may go where the site may hold it, and is reported there', async () => {
  const boxes = oneBox();
  const { app, data, label, folder } = await world(boxes);
  const patients = await folder('patients');
  label(patients, 'confidential', ['DE']);
  data.setPolicy(boxA, { maxLabel: 'confidential', country: 'DE', region: 'Bayern' }, me);
  const run = await app.launch(boxA, reads(patients));
  await until('it runs', () => app.state(run.id) === 'running');
  const { rows } = data.report({ search: '', only: 'all', offset: 0, limit: 10 });
  expect(rows).toMatchObject([
    {
      runId: run.id,
      epoch: 1,
      outcome: 'sent',
      state: 'running',
      label: 'confidential',
      place: { country: 'DE', region: 'Bayern', maxLabel: 'confidential' },
      data: [{ path: patients, label: 'confidential', isRemoved: false }],
      override: null,
    },
  ]);
});

test('a data set that demands countries goes to no other, and nowhere that nobody has named', async () => {
  const { app, data, label, folder } = await world(oneBox());
  const patients = await folder('patients');
  label(patients, 'internal', ['DE', 'FR']);
  const rule = (name: string) => ({ code: 'SENSITIVITY_VIOLATION', params: { rule: name } });
  await expect(app.launch(boxA, reads(patients))).rejects.toMatchObject(rule('country-unknown'));
  data.setPolicy(boxA, { country: 'US' }, me);
  await expect(app.launch(boxA, reads(patients))).rejects.toMatchObject(rule('country'));
  data.setPolicy(boxA, { country: 'FR' }, me);
  await expect(app.launch(boxA, reads(patients))).resolves.toMatchObject({ epoch: 1 });
});

test('calling a run public does not make its data public, and a link does not hide them', async () => {
  const { app, label, folder } = await world(oneBox());
  const [patients, code] = [await folder('patients'), await folder('code')];
  label(patients, 'restricted');
  symlinkSync(patients, path.join(code, 'linked'));
  mkdirSync(path.join(patients, 'part'));
  for (const source of [patients, path.join(code, 'linked'), path.join(code, 'linked', 'part')]) {
    for (const yaml of [reads(source), mounts(source), mounts(`${code}/../${path.basename(code)}/linked`)])
      await expect(app.launch(boxA, yaml, { sensitivity: 'public' })).rejects.toEqual(violation);
  }
  // From where relative paths start makes no difference.
  await expect(
    app.launch(boxA, 'workdir: linked\nrun: x', { baseDirectory: code, sensitivity: 'public' }),
  ).rejects.toEqual(violation);
  await expect(app.launch(boxA, reads(code))).resolves.toMatchObject({ epoch: 1 });
});

test('a run that is called restricted stays off a site for internal data', async () => {
  const { app } = await world(oneBox());
  await expect(app.launch(boxA, 'run: x', { sensitivity: 'restricted' })).rejects.toMatchObject({
    params: { rule: 'label', data: '', label: 'restricted' },
  });
});

test('an owner overrides with a reason that lands in the activity log; an operator is refused', async () => {
  const boxes = oneBox();
  const { app, data, label, folder, entries } = await world(boxes);
  const patients = await folder('patients');
  label(patients, 'restricted');
  const request = () => app.request(boxA, reads(patients), { override: { reason: 'agreed with the DPO' } });
  expect(() => app.runs.launch(request(), operator)).toThrow(
    expect.objectContaining({ code: 'OVERRIDE_NEEDS_OWNER' }),
  );
  expect(entries('run.launch')).toMatchObject([{ result: 'refused', role: 'operator' }]);
  const run = app.runs.launch(request(), me);
  await until('it runs', () => app.state(run.id) === 'running');
  expect(entries('data.override')).toMatchObject([
    { actor: me.name, role: 'owner', target: run.id, details: { reason: 'agreed with the DPO', epoch: 1 } },
  ]);
  expect(data.report({ search: '', only: 'overridden', offset: 0, limit: 10 }).rows).toMatchObject([
    { runId: run.id, override: { reason: 'agreed with the DPO', by: me.name }, outcome: 'sent' },
  ]);
});

test('a label raised while a run waits in the queue stops it before anything leaves', async () => {
  const boxes = oneBox();
  const { app, data, label, folder, entries } = await world(boxes, [gpu(0)]);
  const patients = await folder('patients');
  label(patients, 'internal');
  const asks = (yaml: string) => `resources: {accelerators: "A100:1"}\n${yaml}`;
  const first = await app.launch(boxA, asks('run: x'));
  await until('the first runs', () => app.state(first.id) === 'running');
  const waiting = await app.launch(boxA, asks(reads(patients)));
  const overridden = await app.launch(boxA, asks(reads(patients)), {
    override: { reason: 'not needed yet' },
  });
  expect([app.state(waiting.id), app.state(overridden.id)]).toEqual(['queued', 'queued']);
  const sent = app.code.sent;
  label(patients, 'restricted');
  boxes.get(boxA)?.end(first.id, 1, 0);
  // An override that nothing had needed covers nothing that came afterwards.
  for (const { id } of [waiting, overridden]) {
    await until('it is refused', () => app.state(id) === 'failed');
    expect(app.runs.get(id).evidence).toMatchObject({
      kind: 'launch-failed',
      error: { code: 'SENSITIVITY_VIOLATION' },
    });
  }
  expect(app.code.sent).toBe(sent);
  expect(boxes.get(boxA)?.launched.map(({ runId }) => runId)).toEqual([first.id]);
  expect(
    entries('run.send')
      .map(({ target, result }) => [target, result])
      .sort(),
  ).toEqual([waiting.id, overridden.id].map((id) => [id, 'refused']).sort());
  expect(data.report({ search: '', only: 'refused', offset: 0, limit: 10 }).total).toBe(2);
});

test('a link that is turned to other data between launch and sending is seen', async () => {
  const { app, label, folder } = await world(oneBox());
  const [patients, harmless, links] = [
    await folder('patients'),
    await folder('images'),
    await folder('links'),
  ];
  label(patients, 'restricted');
  const link = path.join(links, 'in');
  symlinkSync(harmless, link);
  app.onStep = (step) => {
    if (step !== 'turn') return;
    rmSync(link);
    symlinkSync(patients, link);
  };
  const run = await app.launch(boxA, mounts(link));
  await until('it is refused', () => app.state(run.id) === 'failed');
  expect(app.code.sent).toBe(0);
});

test('a restart elsewhere is checked as a launch is, and remembers what the run was called', async () => {
  const boxes = new Map([
    [boxA, new FakeBox()],
    [boxB, new FakeBox()],
  ]);
  const { app, data, label, folder } = await world(boxes);
  const patients = await folder('patients');
  label(patients, 'confidential');
  app.store.sites.update(boxB, { ssh: { host: 'elsewhere' } });
  data.setPolicy(boxA, { maxLabel: 'restricted' }, me);
  const called = await app.launch(boxA, 'run: x', { sensitivity: 'restricted' });
  const reading = await app.launch(boxA, reads(patients));
  for (const { id } of [called, reading]) {
    await until('it runs', () => app.state(id) === 'running');
    boxes.get(boxA)?.end(id, 1, 0);
    await until('it has ended', () => app.state(id) === 'succeeded');
    const elsewhere = { machineId: boxB, secrets: {} };
    expect(() => app.runs.restart(id, elsewhere, me)).toThrow(violation);
    const override = { reason: 'agreed with the DPO' };
    expect(() => app.runs.restart(id, { ...elsewhere, override }, operator)).toThrow(
      expect.objectContaining({ code: 'OVERRIDE_NEEDS_OWNER' }),
    );
    expect(app.runs.get(id).epoch).toBe(1);
    app.runs.restart(id, { ...elsewhere, override }, me);
    await until('it runs elsewhere', () => app.state(id) === 'running');
  }
  expect(boxes.get(boxB)?.launched).toHaveLength(2);
});

const everything = {
  search: '',
  states: [],
  archived: false,
  sort: 'created' as const,
  descending: true,
  offset: 0,
  limit: 10,
};
