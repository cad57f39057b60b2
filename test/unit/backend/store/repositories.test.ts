import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newId } from '#shared/domain/id.ts';
import { type Attempt, type RunState, runStates } from '#shared/domain/run.ts';
import { settings as settingsSchema } from '#shared/domain/settings.ts';
import { seededRandom, seedInventory, seedRuns } from '#test/lab/seed.ts';
import { ManualClock, tempStore } from '#test/temp-store.ts';

const windowOf = {
  search: '',
  states: [] as RunState[],
  archived: false,
  descending: true,
  offset: 0,
  limit: 1000,
};

describe('settings', () => {
  it('say of which day the rate of money is: today where it is given without one', async () => {
    const clock = new ManualClock(Date.UTC(2026, 10, 29, 23, 59));
    const store = await tempStore({ clock });
    store.settings.update({ currency: 'EUR' });
    expect(store.settings.get().currencyRateOn).toBe('');
    store.settings.update({ currencyPerDollar: 0.9 });
    expect(store.settings.get().currencyRateOn).toBe('2026-11-29');
    clock.advance(86_400_000);
    store.settings.update({ theme: 'dark' });
    expect(store.settings.get().currencyRateOn).toBe('2026-11-29');
    store.settings.update({ currencyPerDollar: 0.91, currencyRateOn: '2026-11-27' });
    expect(store.settings.get().currencyRateOn).toBe('2026-11-27');
    expect(() => store.settings.update({ currencyRateOn: '27.11.2026' })).toThrowError(
      expect.objectContaining({ code: 'SETTING_INVALID' }),
    );
  });

  it('gives defaults, keeps what is changed and leaves the rest alone', async () => {
    const store = await tempStore();
    expect(store.settings.get()).toEqual(settingsSchema.parse({}));
    store.settings.update({ theme: 'dark', backupsKept: 3 });
    expect(store.settings.update({ language: 'zh-CN' })).toMatchObject({
      theme: 'dark',
      backupsKept: 3,
      language: 'zh-CN',
    });
  });

  it('refuses a bad value and saves nothing of the request', async () => {
    const store = await tempStore();
    expect(() => store.settings.update({ theme: 'dark', backupsKept: 0 })).toThrowError(
      expect.objectContaining({ code: 'SETTING_INVALID', params: { key: 'backupsKept' } }),
    );
    expect(store.settings.get().theme).toBe('system');
  });

  it('uses the default for a saved value that makes no sense, says so once, and keeps keys of a newer version', async () => {
    const store = await tempStore();
    for (const [key, value] of [
      ['theme', '"pink"'],
      ['refreshSeconds', '{not json'],
      ['fromTheFuture', '42'],
    ]) {
      store.sql.run('INSERT INTO settings (key, value) VALUES (?, ?)', key ?? '', value ?? '');
    }
    expect(store.settings.get()).toEqual(settingsSchema.parse({}));
    store.settings.get();
    expect(
      store.notices
        .list()
        .map((notice) => notice.params.key)
        .sort(),
    ).toEqual(['refreshSeconds', 'theme']);
    store.settings.update({ theme: 'light' });
    expect(store.sql.get("SELECT value FROM settings WHERE key = 'fromTheFuture'")).toEqual({ value: '42' });
  });
});

describe('sites and machines', () => {
  it('keeps a site as it was given, whatever its names hold', async () => {
    const store = await tempStore();
    const site = {
      id: newId(),
      kind: 'ssh' as const,
      name: `a'b"c\n\u202e$(x)`,
      ssh: { host: "o'box", port: 2222, user: 'ünï' },
      autoConnect: true,
      createdAt: 5,
    };
    store.sites.insert(site);
    expect(store.sites.list()).toEqual([site]);
    expect(store.sites.update(site.id, { name: 'other' })).toEqual({ ...site, name: 'other' });
    expect(() => store.sites.insert(site)).toThrowError(expect.objectContaining({ code: 'SITE_EXISTS' }));
    expect(() => store.sites.update(newId(), { name: 'x' })).toThrowError(
      expect.objectContaining({ code: 'SITE_UNKNOWN' }),
    );
  });

  it('shows the last inventory, counts runs, finds by accelerator, and forgets machines with their site but not their runs', async () => {
    const store = await tempStore();
    const { machineIds } = seedRuns(store, 200, { machines: 5 });
    const [id = ''] = machineIds;
    const machine = store.machines.require(id);
    const live = store.runs.list({ ...windowOf, sort: 'created' as const, machineId: id }).rows;
    expect(machine.queuedRuns).toBe(live.filter((run) => run.state === 'queued').length);
    expect(machine.runningRuns).toBe(
      live.filter((run) => ['preparing', 'starting', 'running', 'stopping'].includes(run.state)).length,
    );
    store.machines.setInventory(id, seedInventory(seededRandom(3), 'host', machine.seenAt ?? 0));
    expect(store.machines.connection(id)).toBe('disconnected');
    store.machines.setConnection(id, 'connected');
    expect(store.machines.require(id).connectionState).toBe('connected');
    const model = store.machines.require(id).inventory?.accelerators[0]?.model ?? 'host';
    const found = store.machines.list({
      search: model,
      offset: 0,
      limit: 10,
      sort: 'name',
      descending: false,
    });
    expect(found.rows.map((row) => row.id)).toContain(id);
    store.sites.remove(id);
    expect(store.machines.get(id)).toBeUndefined();
    expect(() => store.machines.require(id)).toThrowError(
      expect.objectContaining({ code: 'MACHINE_UNKNOWN' }),
    );
    expect(store.runs.list({ ...windowOf, sort: 'created' as const, machineId: id }).total).toBe(live.length);
  });

  it('never moves the time it was last seen back', async () => {
    const store = await tempStore();
    const { machineIds } = seedRuns(store, 0, { machines: 1 });
    const [id = ''] = machineIds;
    store.machines.setSeen(id, 9e12);
    store.machines.setSeen(id, 5);
    expect(store.machines.require(id).seenAt).toBe(9e12);
  });
});

describe('runs', () => {
  it('makes one run of one launch request, however often it comes', async () => {
    const store = await tempStore();
    const { machineIds, runIds } = seedRuns(store, 1, { machines: 1 });
    const run = store.runs.require(runIds[0] ?? '');
    const again = { ...run, id: newId(), requestId: newId() };
    const first = store.runs.insert(again);
    const second = store.runs.insert({ ...again, id: newId(), name: 'another' });
    expect([first.created, second.created]).toEqual([true, false]);
    expect(second.run).toEqual(first.run);
    expect(store.runs.byRequest(again.requestId)?.id).toBe(again.id);
    expect(() => store.runs.insert({ ...again, requestId: null })).toThrowError(
      expect.objectContaining({ code: 'RUN_EXISTS' }),
    );
    expect(
      store.runs.list({ ...windowOf, sort: 'created' as const, machineId: machineIds[0] ?? '' }).total,
    ).toBe(2);
  });

  it('shows a run as its newest attempt is, and refuses an attempt that is not the next', async () => {
    const store = await tempStore();
    const { runIds } = seedRuns(store, 1, { machines: 1 });
    const run = store.runs.require(runIds[0] ?? '');
    const [first] = run.attempts;
    if (!first) throw new Error('a run has an attempt');
    const next: Attempt = {
      ...first,
      epoch: 2,
      state: 'queued',
      evidence: { kind: 'queued', at: 1, position: 1, reason: '' },
      startedAt: null,
      endedAt: null,
      accelerators: [],
    };
    expect(store.runs.addAttempt(next)).toMatchObject({ epoch: 2, state: 'queued', acceleratorIndexes: [] });
    for (const epoch of [1, 2, 4]) {
      expect(() => store.runs.addAttempt({ ...next, epoch })).toThrowError(
        expect.objectContaining({ code: 'RUN_ATTEMPT_STALE' }),
      );
    }
    // The older attempt's late news must not show as the run's state.
    expect(store.runs.updateAttempt(run.id, 1, { state: 'lost', logBytes: 7.4 })).toMatchObject({
      state: 'queued',
    });
    const evidence = { kind: 'exit-record', at: 9, exitCode: 3, signal: null, by: 'itself' } as const;
    expect(
      store.runs.updateAttempt(run.id, 2, { state: 'failed', exitCode: 3, endedAt: 9.5, evidence }),
    ).toMatchObject({ state: 'failed', exitCode: 3, endedAt: 10, evidence });
    expect(store.runs.attempts(run.id).map((one) => [one.epoch, one.state, one.logBytes])).toEqual([
      [1, 'lost', 7],
      [2, 'failed', next.logBytes],
    ]);
    expect(() => store.runs.updateAttempt(newId(), 1, {})).toThrowError(
      expect.objectContaining({ code: 'RUN_UNKNOWN' }),
    );
  });

  it('follows a machine that gets another name', async () => {
    const store = await tempStore();
    const { machineIds, runIds } = seedRuns(store, 3, { machines: 1 });
    const [id = ''] = machineIds;
    store.machines.upsert({ id, siteId: id, name: 'Zürich' });
    expect(store.runs.list({ ...windowOf, sort: 'name' as const, search: 'ZÜRICH' }).total).toBe(
      runIds.length,
    );
    store.runs.rename(runIds[0] ?? '', 'Übung');
    expect(store.runs.list({ ...windowOf, sort: 'name' as const, search: 'übung zürich' }).rows[0]?.id).toBe(
      runIds[0],
    );
  });

  it('hands out the queue by priority, then age, and what has not ended', async () => {
    const store = await tempStore();
    const { machineIds } = seedRuns(store, 600, { machines: 2 });
    for (const id of machineIds) {
      const queue = store.runs.queued(id);
      const sorted = [...queue].sort(
        (a, b) => b.priority - a.priority || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1),
      );
      expect(queue).toEqual(sorted);
    }
    const live = store.runs.liveAttempts();
    const counts = store.runs.counts();
    expect(live.length).toBe(
      counts.queued + counts.preparing + counts.starting + counts.running + counts.stopping,
    );
    expect(live.length).toBe(machineIds.flatMap((id) => store.runs.liveAttempts(id)).length);
  });

  it('removes everything of a run with it', async () => {
    const store = await tempStore();
    const { runIds } = seedRuns(store, 2, { machines: 1 });
    const [id = ''] = runIds;
    store.metrics.append([{ runId: id, epoch: 1, name: 'loss', points: [[1, 2]] }]);
    store.logs.set(id, 1, { bytesKnown: 5 });
    store.runs.remove(id);
    store.runs.remove(id);
    expect(store.runs.get(id)).toBeUndefined();
    for (const table of ['attempts', 'runSpecifications', 'metricSeries', 'logs']) {
      expect(store.sql.get<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE runId = ?`, id)?.n).toBe(
        0,
      );
    }
    expect(store.sql.get<{ n: number }>('SELECT count(*) AS n FROM metricChunks')?.n).toBe(0);
  });

  it('sets a damaged row aside with a notice; everything else goes on', async () => {
    const store = await tempStore();
    const { runIds, machineIds } = seedRuns(store, 20, { machines: 2 });
    const [broken = '', alsoBroken = '', thirdBroken = ''] = runIds;
    store.sql.run('UPDATE runs SET evidence = \'{"kind":\' WHERE id = ?', broken);
    store.sql.run("UPDATE runs SET state = 'dancing' WHERE id = ?", alsoBroken);
    store.sql.run("UPDATE runSpecifications SET spec = '[]' WHERE runId = ?", thirdBroken);
    store.sql.run("UPDATE machines SET inventory = '{}' WHERE id = ?", machineIds[0] ?? '');
    store.sql.run("UPDATE sites SET ssh = '7' WHERE id = ?", machineIds[1] ?? '');
    store.sql.run("UPDATE runs SET lastMetrics = 'x' WHERE id = ?", runIds[5] ?? '');
    const list = store.runs.list({ ...windowOf, sort: 'created' as const });
    expect([list.rows.length, list.total]).toEqual([18, 18]);
    expect(store.runs.get(thirdBroken)).toBeUndefined();
    const after = store.runs.list({ ...windowOf, sort: 'created' as const });
    expect([after.rows.length, after.total]).toEqual([17, 17]);
    expect(Object.values(store.runs.counts()).reduce((a, b) => a + b)).toBe(17);
    expect(store.machines.require(machineIds[0] ?? '').inventory).toBeNull();
    expect(store.sites.list()).toHaveLength(1);
    store.sites.list();
    expect(store.notices.list().map((notice) => notice.code)).toEqual(Array(5).fill('STORE_ROW_DAMAGED'));
    expect(store.sql.all('SELECT * FROM damagedRows')).toHaveLength(5);
  });

  it('refuses to save what could not be read again', async () => {
    const store = await tempStore();
    const { runIds } = seedRuns(store, 1, { machines: 1 });
    const [id = ''] = runIds;
    const before = store.runs.require(id);
    expect(() => store.runs.updateAttempt(id, 1, { evidence: { kind: 'gossip' } as never })).toThrowError(
      expect.objectContaining({ code: 'INTERNAL' }),
    );
    expect(() => store.runs.updateAttempt(id, 1, { logBytes: Number.NaN })).toThrowError(
      expect.objectContaining({ code: 'INTERNAL' }),
    );
    expect(store.runs.require(id)).toEqual(before);
  });
});

describe('a window of the runs', () => {
  it('is what the same filter and order give on a plain array', async () => {
    const store = await tempStore();
    const { machineIds, runIds } = seedRuns(store, 300, { machines: 4, seed: 9 });
    // Equal keys, other scripts and archived ones must sort and filter the same.
    runIds.slice(0, 40).forEach((id, index) => {
      store.runs.rename(id, ['same', 'Same', 'ÄRGER', 'ärger', '训练', 'ｆｕｌｌ', 'a b'][index % 7] ?? '');
      if (index % 3 === 0) store.runs.setArchived(id, true);
    });
    const all = runIds.map((id) => store.runs.requireSummary(id));
    type Row = (typeof all)[number];
    const key = (text: string) => text.normalize('NFKC').toLowerCase();
    const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    const orders: Record<string, (a: Row, b: Row) => number> = {
      created: (a, b) => a.createdAt - b.createdAt || byBytes(a.id, b.id),
      name: (a, b) => byBytes(key(a.name), key(b.name)) || byBytes(a.id, b.id),
      state: (a, b) =>
        runStates.indexOf(a.state) - runStates.indexOf(b.state) ||
        a.createdAt - b.createdAt ||
        byBytes(a.id, b.id),
      machine: (a, b) =>
        byBytes(a.machineName, b.machineName) || a.createdAt - b.createdAt || byBytes(a.id, b.id),
      ended: (a, b) => (a.endedAt ?? -1) - (b.endedAt ?? -1) || byBytes(a.id, b.id),
    };
    const filter = fc.record({
      search: fc.constantFrom(
        '',
        'llama',
        'SAME',
        'ärger',
        '训练',
        'full',
        'a b',
        '%',
        "'",
        'lab 7b',
        all[50]?.id ?? '',
      ),
      states: fc.uniqueArray(fc.constantFrom(...runStates)),
      machineId: fc.constantFrom(undefined, ...machineIds),
      archived: fc.boolean(),
      sort: fc.constantFrom('created', 'name', 'state', 'machine', 'ended'),
      descending: fc.boolean(),
      offset: fc.nat(320),
      limit: fc.integer({ min: 1, max: 400 }),
    });
    fc.assert(
      fc.property(filter, ({ machineId, ...rest }) => {
        const sort = rest.sort as 'created';
        const got = store.runs.list({ ...rest, sort, ...(machineId === undefined ? {} : { machineId }) });
        const words = key(rest.search).split(/\s+/).filter(Boolean);
        const matching = all
          .filter(
            (run) =>
              run.archived === rest.archived &&
              (rest.states.length === 0 || rest.states.includes(run.state)) &&
              (machineId === undefined || run.machineId === machineId) &&
              words.every((word) => key(`${run.name}\n${run.id}\n${run.machineName}`).includes(word)),
          )
          .sort((a, b) => (orders[sort]?.(a, b) ?? 0) * (rest.descending ? -1 : 1));
        expect(got.total).toBe(matching.length);
        expect(got.rows.map((run) => run.id)).toEqual(
          matching.slice(rest.offset, rest.offset + rest.limit).map((run) => run.id),
        );
      }),
      { numRuns: 400 },
    );
  });

  it('is read from an index alone, not by going through all runs', async () => {
    const store = await tempStore();
    seedRuns(store, 50, { machines: 2 });
    for (const [column, name] of [
      ['createdAt', 'runsByCreated'],
      ['nameKey', 'runsByName'],
      ['stateRank', 'runsByState'],
      ['machineName', 'runsByMachine'],
      ['endedAt', 'runsByEnded'],
    ]) {
      const plan = store.sql.all<{ detail: string }>(
        `EXPLAIN QUERY PLAN SELECT rowid FROM runs WHERE place = 'listed' ORDER BY ${column} DESC LIMIT 200`,
      );
      expect(plan.map((step) => step.detail).join('\n')).toContain(`COVERING INDEX ${name}`);
      expect(plan.map((step) => step.detail).join('\n')).not.toContain('TEMP B-TREE');
    }
  });
});

describe('notices', () => {
  it('lists them newest first until dismissed, and tells listeners only of what is on the disk', async () => {
    const store = await tempStore();
    const heard: string[] = [];
    const stop = store.notices.onAdded((notice) => heard.push(notice.code));
    const add = (code: string) => store.notices.add({ level: 'info', code, params: { n: 1 }, message: 'm' });
    const first = add('ONE');
    expect(() =>
      store.transaction(() => {
        add('TWO');
        expect(heard).toEqual(['ONE']);
        throw new Error('rolled back');
      }),
    ).toThrow();
    store.transaction(() => {
      add('THREE');
      expect(heard).toEqual(['ONE']);
    });
    expect(heard).toEqual(['ONE', 'THREE']);
    store.notices.dismiss(first.id);
    store.notices.dismiss(first.id);
    expect(store.notices.list().map((notice) => notice.code)).toEqual(['THREE']);
    stop();
    add('FOUR');
    expect(heard).toHaveLength(2);
  });

  it('keeps a bounded number', async () => {
    const store = await tempStore();
    store.transaction(() => {
      for (let i = 0; i < 520; i += 1)
        store.notices.add({ level: 'info', code: 'X', params: { i }, message: '' });
    });
    const list = store.notices.list();
    expect(list).toHaveLength(500);
    expect(list[0]?.params.i).toBe(519);
  });
});

describe('logs', () => {
  it('remembers what is kept, and forgets a damaged record rather than trusting it', async () => {
    const store = await tempStore();
    const { runIds } = seedRuns(store, 1, { machines: 1 });
    const [id = ''] = runIds;
    expect(store.logs.get(id, 1)).toEqual({ inode: null, bytesKnown: 0, scannedBytes: 0, keptRanges: [] });
    store.logs.set(id, 1, { inode: '42', bytesKnown: 100, keptRanges: [[0, 50]] });
    store.logs.setScanned(id, 1, 60);
    expect(store.logs.get(id, 1)).toEqual({
      inode: '42',
      bytesKnown: 100,
      scannedBytes: 60,
      keptRanges: [[0, 50]],
    });
    store.sql.run("UPDATE logs SET keptRanges = '[[1' WHERE runId = ?", id);
    expect(store.logs.get(id, 1).keptRanges).toEqual([]);
  });
});
