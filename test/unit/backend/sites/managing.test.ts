import { describe, expect, test } from 'vitest';
import { newId } from '#shared/domain/id.ts';
import { taskSpec } from '#shared/domain/spec.ts';
import { until } from '#test/until.ts';
import { hostPreview, me, unreachable, type World, world } from './world.ts';

const add = (w: World, host: string, name?: string) =>
  w.sites.add({ name, ssh: { host }, connect: false }, me);

describe('names and addresses', () => {
  test('are told apart; a free name is found for the same host', async () => {
    const w = await world();
    await add(w, 'gpu', 'Big Box');
    await expect(add(w, 'other', 'big box')).rejects.toMatchObject({ code: 'SITE_NAME_TAKEN' });
    await expect(add(w, 'other', ' \u0007 ')).rejects.toMatchObject({ code: 'SITE_NAME_EMPTY' });
    await expect(add(w, 'gpu')).rejects.toMatchObject({
      code: 'SITE_ALREADY_THERE',
      params: { name: 'Big Box' },
    });
    const first = await w.sites.add({ ssh: { host: 'box' }, connect: false }, me);
    const second = await w.sites.add({ ssh: { host: 'box', user: 'eve' }, connect: false }, me);
    expect([first.name, second.name]).toEqual(['box', 'box (2)']);
    expect(w.store.machines.get(second.id)?.name).toBe('box (2)');
  });

  test('a new name goes to the machine; a new address ends the old connection', async () => {
    const w = await world();
    const { id } = await w.sites.add({ ssh: { host: 'old' }, connect: true }, me);
    expect(await w.sites.update(id, { name: 'Renamed' }, me)).toMatchObject({
      name: 'Renamed',
      connection: { state: 'connected' },
    });
    expect(w.store.machines.get(id)?.name).toBe('Renamed');
    const old = w.pool.of('old');
    await w.sites.update(id, { ssh: { host: 'new' } }, me);
    expect(old.state).toBe('closed');
    await until('it is connected to the new one', () => w.sites.machines.isConnected(id));
    expect(w.pool.attempts.at(-1)?.host).toBe('new');
    await expect(w.sites.update('zzzzzzzzzzzz', { name: 'x' }, me)).rejects.toMatchObject({
      code: 'SITE_UNKNOWN',
    });
  });
});

test('import: a preview says what is there; an unknown host imports nothing; what is there stays as it is', async () => {
  const w = await world();
  w.config.push(hostPreview('a'), hostPreview('b'), hostPreview('c'));
  const mine = await w.sites.add({ name: 'Mine', ssh: { host: 'a' }, connect: false }, me);
  expect((await w.sites.preview()).map(({ host, siteId }) => [host, siteId])).toEqual([
    ['a', mine.id],
    ['b', null],
    ['c', null],
  ]);
  await expect(w.sites.importHosts({ hosts: ['b', 'nope'] }, me)).rejects.toMatchObject({
    code: 'IMPORT_HOST_UNKNOWN',
  });
  expect(w.sites.list()).toHaveLength(2);
  const imported = await w.sites.importHosts({ hosts: ['a', 'b', 'b'] }, me);
  expect(imported.map(({ name }) => name)).toEqual(['Mine', 'b']);
  await until('b is connected', () => w.stateOf('b') === 'connected');
  expect(w.stateOf('Mine')).toBe('disconnected');
});

test('removing: refused while runs have not ended, forced it goes with its machine', async () => {
  const w = await world();
  const { id } = await w.sites.add({ ssh: { host: 'gpu' }, connect: true }, me);
  const runId = newId();
  w.store.runs.insert({
    id: runId,
    requestId: null,
    name: 'train',
    priority: 0,
    createdAt: 1,
    acceleratorsAsked: '',
    yaml: '',
    spec: taskSpec.parse({
      name: null,
      resources: {
        accelerators: [],
        cpus: null,
        memoryGiB: null,
        diskGiB: null,
        ports: [],
        infra: null,
        cloud: {},
      },
      numNodes: 1,
      workdir: null,
      fileMounts: {},
      envs: {},
      secretNames: [],
      setup: null,
      run: 'true',
      checkpoint: null,
    }),
    snapshot: null,
    attempts: [
      {
        runId,
        epoch: 1,
        machineId: id,
        machineName: 'gpu',
        state: 'running',
        evidence: { kind: 'heartbeat', at: 1, beat: 1 },
        createdAt: 1,
        startedAt: 1,
        endedAt: null,
        seenAt: 1,
        exitCode: null,
        accelerators: [],
        logBytes: 0,
        directory: null,
        pid: null,
      },
    ],
  });
  await expect(w.sites.remove(id, false, me)).rejects.toMatchObject({
    code: 'SITE_HAS_RUNS',
    params: { count: 1 },
  });
  expect(w.sites.machines.isConnected(id)).toBe(true);
  const connection = w.pool.of('gpu');
  await w.sites.remove(id, true, me);
  expect(connection.state).toBe('closed');
  expect(w.store.machines.get(id)).toBeUndefined();
  expect(w.events.at(-1)).toEqual({ type: 'site.removed', siteId: id });
  expect(w.activity.map(({ action, result }) => `${action} ${result}`).slice(-2)).toEqual([
    'site.remove failed',
    'site.remove done',
  ]);
});

describe('refresh', () => {
  test('200 sites in parallel under the limit, with progress; one that cannot be reached fails nothing', async () => {
    const w = await world();
    w.store.settings.update({ parallelConnections: 16 });
    for (let n = 0; n < 200; n++) await add(w, `box${n}`);
    w.pool.opening.set('*', async ({ target }) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (target.host === 'box5') throw unreachable();
      return w.pool.connect(target.host);
    });
    const { jobId, finished } = w.sites.refresh([], me);
    await finished;
    const told = w.events.flatMap((event) => (event.type === 'progress' ? [event.progress] : []));
    expect(told.at(-1)).toMatchObject({ jobId, done: 201, total: 201, state: 'done' });
    expect(w.pool.mostAtOnce).toBeLessThanOrEqual(16);
    const known = w.store.machines.ids().filter((id) => w.store.machines.get(id)?.inventory);
    expect(known).toHaveLength(200);
    expect(w.stateOf('box5')).toBe('unreachable');
    expect(w.pool.attempts.every(({ background }) => background)).toBe(true);
  });

  test('can be cancelled; one machine alone may ask the user; an unknown one is refused', async () => {
    const w = await world();
    const { id } = await add(w, 'slow');
    w.pool.opening.set(
      'slow',
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const { jobId, finished } = w.sites.refresh([id], me);
    await until('it is being tried', () => w.pool.attempts.length === 1);
    expect(w.pool.attempts[0]?.background).toBe(false);
    w.jobs.cancel(jobId);
    await finished;
    expect(w.events.at(-1)).toMatchObject({ type: 'progress', progress: { state: 'cancelled' } });
    expect(() => w.sites.refresh(['zzzzzzzzzzzz'], me)).toThrow(
      expect.objectContaining({ code: 'MACHINE_UNKNOWN' }),
    );
  });

  test('goes on by itself: light ones by the setting, a full one now and then; a lost box is left alone', async () => {
    const w = await world();
    const { id } = await w.sites.add({ ssh: { host: 'gpu' }, connect: true }, me);
    const box = w.pool.of('gpu');
    await until('the first is saved', () => w.store.machines.get(id)?.inventory);
    for (let n = 1; n <= 31; n++) {
      const before = box.asked.length;
      await until('it sleeps', () => w.clock.sleeping > 0);
      w.clock.advance(30_000);
      await until(
        `probe ${n} is saved`,
        () => box.asked.length > before && w.store.machines.get(id)?.seenAt === w.clock.now(),
      );
    }
    expect(box.asked[0]).toBe('full');
    expect(box.asked.filter((mode) => mode === 'full')).toHaveLength(2);
    expect(box.asked.length).toBeGreaterThan(20);
    expect(w.store.machines.get(id)?.inventory?.hostName).toBe('gpu7');
    box.lose();
    const asked = box.asked.length;
    w.clock.advance(500);
    expect(box.asked.length).toBe(asked);
  });

  test('an answer that makes no sense keeps what was known, and is told once', async () => {
    const w = await world();
    const { id } = await w.sites.add({ ssh: { host: 'gpu' }, connect: true }, me);
    await until('the first is saved', () => w.store.machines.get(id)?.inventory);
    w.pool.of('gpu').behaviour = async () => new TextEncoder().encode('This account is not available.\n');
    await w.sites.refresh([id], me).finished;
    await w.sites.refresh([id], me).finished;
    expect(w.store.machines.get(id)?.inventory?.hostName).toBe('gpu7');
    expect(w.store.notices.list().map(({ code }) => code)).toEqual(['PROBE_FAILED']);
  });
});

test('test connection: of an address, of a site, of this computer', async () => {
  const w = await world();
  const steps = async (what: Parameters<typeof w.sites.test>[0]) => {
    const found: string[] = [];
    for await (const { step, state } of w.sites.test(what)) found.push(`${step} ${state}`);
    return found;
  };
  expect(await steps({ ssh: { host: 'x' } })).toEqual(['resolve ok']);
  expect((await steps({ siteId: w.idOf('This computer') })).slice(-2)).toEqual(['shell ok', 'tools ok']);
  expect(() => w.sites.test({ siteId: 'zzzzzzzzzzzz' })).toThrow(
    expect.objectContaining({ code: 'SITE_UNKNOWN' }),
  );
});
