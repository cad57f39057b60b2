import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Activity } from '#backend/activity/index.ts';
import { systemClock } from '#backend/clock.ts';
import { CopyJobs, JobTable } from '#backend/copies/index.ts';
import { EventBus } from '#backend/events.ts';
import { Sensitivity } from '#backend/sensitivity/index.ts';
import type { Store } from '#backend/store/index.ts';
import type { CopyJob } from '#shared/domain/copy.ts';
import { newId, thisComputerId } from '#shared/domain/id.ts';
import { copiesBetween, localMachine } from '#test/integration/copies/lab.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { tempStore } from '#test/temp-store.ts';
import { until } from '#test/until.ts';

const owner = { name: 'Ann', role: 'owner' } as const;
const operator = { name: 'Bob', role: 'operator' } as const;

/** This computer, and a box beside it that is this computer too. */
async function room({ store: given }: { store?: Store } = {}) {
  const store = given ?? (await tempStore());
  const boxId =
    given === undefined ? newId() : (store.sites.list().find(({ kind }) => kind === 'ssh')?.id ?? '');
  if (given === undefined) {
    for (const site of [
      { id: thisComputerId, kind: 'local' as const, name: 'here' },
      { id: boxId, kind: 'ssh' as const, name: 'box', ssh: { host: 'box' } },
    ]) {
      store.sites.insert({ ...site, autoConnect: false, createdAt: 1 });
      store.machines.upsert({ id: site.id, siteId: site.id, name: site.name });
    }
  }
  const events = new EventBus();
  const told: CopyJob[] = [];
  const off = events.subscribe((event) => {
    if (event.type === 'copy.changed') told.push(event.copy);
  });
  onTestFinished(() => off?.());
  const activity = new Activity(store, systemClock, path.join(await tempDirectory('key'), 'activity.key'));
  const sensitivity = new Sensitivity({ store, activity, events, clock: systemClock });
  const jobs = new CopyJobs({
    copies: await copiesBetween({ [thisComputerId]: localMachine(), [boxId]: localMachine() }),
    table: new JobTable(store),
    policy: sensitivity,
    machine: (id) => ({ id, name: id === boxId ? 'box' : 'here' }),
    activity,
    events,
    clock: systemClock,
    log: pino({ level: 'silent' }),
  });
  onTestFinished(() => jobs.close());
  const source = await tempDirectory('source');
  const place = await tempDirectory('place');
  const ended = (id: string) =>
    until('it has ended', () => {
      const job = jobs.get(id);
      return job.state === 'running' ? null : job;
    });
  return { store, jobs, told, activity, sensitivity, boxId, source, place, ended };
}
const ask = (from: string, machineId: string, to: string, more = {}) => ({
  requestId: newId(),
  from: { machineId: thisComputerId, path: from },
  to: { machineId, path: to },
  mirror: false,
  ...more,
});

describe.skipIf(!needs('linux'))('copies that users ask for', () => {
  it("are done by rsync's rules, told of, recorded, and one for each request", async () => {
    const { jobs, told, activity, boxId, source, place, ended } = await room();
    mkdirSync(path.join(source, 'tree'));
    writeFileSync(path.join(source, 'tree/file'), 'one');
    const request = ask(path.join(source, 'tree'), boxId, place);
    const { id } = jobs.start(request, operator);
    expect(jobs.start(request, operator).id).toBe(id);
    const job = await ended(id);
    expect(job).toMatchObject({ state: 'done', path: 'laptop', error: null, to: { path: `${place}/tree` } });
    expect(readFileSync(path.join(place, 'tree/file'), 'utf8')).toBe('one');
    expect(told[0]).toMatchObject({ id, state: 'running' });
    expect(told.at(-1)).toMatchObject({ id, state: 'done' });

    await ended(jobs.start(ask(`${source}/tree/`, boxId, `${place}/as`), operator).id);
    await ended(jobs.start(ask(`${source}/tree/file`, boxId, `${place}/name`), operator).id);
    await ended(jobs.start(ask(`${source}/tree/file`, boxId, `${place}/tree`), operator).id);
    for (const file of ['as/file', 'name', 'tree/file'])
      expect(readFileSync(path.join(place, file), 'utf8')).toBe('one');
    expect(jobs.list().map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done']);
    const actions = activity.list({ search: '', action: 'copy', limit: 20 }).map(({ action }) => action);
    expect(actions.filter((action) => action === 'copy.start').length).toBe(4);
    expect(actions.filter((action) => action === 'copy.end').length).toBe(4);
  });

  it('one that fails says why, one that is unknown too', async () => {
    const { jobs, boxId, source, place, ended } = await room();
    const { id } = jobs.start(ask(`${source}/none`, boxId, place), operator);
    expect(await ended(id)).toMatchObject({ state: 'failed', error: { code: 'COPY_SOURCE_MISSING' } });
    expect(() => jobs.get('000000000000')).toThrow(expect.objectContaining({ code: 'COPY_UNKNOWN' }));
  });

  it('a cancelled one ends', async () => {
    const { jobs, boxId, source, place } = await room();
    writeFileSync(path.join(source, 'file'), Buffer.alloc(50_000_000));
    const { id } = jobs.start(ask(source, boxId, place), operator);
    expect(await jobs.cancel(id, operator)).toMatchObject({ id, state: 'cancelled', error: null });
  });

  it('those of a process that is gone are told as failed, to be asked for again', async () => {
    const first = await room();
    const table = new JobTable(first.store);
    const { id } = first.jobs.start(ask(`${first.source}/none`, first.boxId, first.place), operator);
    const job = await first.ended(id);
    table.save({ job: { ...job, state: 'running' }, requestId: newId(), sources: [] });
    const second = await room({ store: first.store });
    expect(second.jobs.get(id)).toMatchObject({
      state: 'failed',
      error: { code: 'COPY_APP_ENDED', retryable: true },
    });
  });

  it('what may not go there is refused before anything is sent, also from the place that it was copied to', async () => {
    const { jobs, sensitivity, activity, boxId, source, place, ended } = await room();
    writeFileSync(path.join(source, 'patients.csv'), 'x');
    sensitivity.setPolicy(boxId, { maxLabel: 'restricted' }, owner);
    await ended(jobs.start(ask(`${source}/`, boxId, place), operator).id);
    sensitivity.set({ path: path.join(source, 'patients.csv'), label: 'restricted' }, owner);
    sensitivity.setPolicy(boxId, { maxLabel: 'internal' }, owner);
    const refused = expect.objectContaining({ code: 'SENSITIVITY_VIOLATION' });
    expect(() => jobs.start(ask(source, boxId, place), operator)).toThrow(refused);
    expect(() =>
      jobs.start(ask('/usr/share', boxId, place, { sensitivity: 'confidential' }), operator),
    ).toThrow(refused);
    // What lies on the box came from there: it is as sensitive as it was.
    const onwards = {
      ...ask('', boxId, `${place}/again`),
      from: { machineId: boxId, path: `${place}/patients.csv` },
    };
    expect(() => jobs.start(onwards, operator)).toThrow(refused);
    const override = { reason: 'the board has said so' };
    expect(() => jobs.start({ ...onwards, override }, operator)).toThrow(
      expect.objectContaining({ code: 'OVERRIDE_NEEDS_OWNER' }),
    );
    expect(await ended(jobs.start({ ...onwards, override }, owner).id)).toMatchObject({ state: 'done' });
    const results = activity
      .list({ search: '', action: 'copy.start', limit: 20 })
      .map(({ result }) => result);
    expect(results.filter((result) => result === 'refused').length).toBe(4);
    expect(activity.list({ search: '', action: 'data.override', limit: 20 }).length).toBe(1);
  });
});
