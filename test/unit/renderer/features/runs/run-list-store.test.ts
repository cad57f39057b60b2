import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setBackend } from '#renderer/app/backend.ts';
import {
  noteVisible,
  openList,
  rowAt,
  runListPart,
  setFilter,
  useRunList,
} from '#renderer/features/runs/run-list-store.ts';
import { runsPart, useRuns } from '#renderer/features/runs/run-store.ts';
import type { BackendConnection } from '#renderer/rpc/index.ts';
import type { RunFilter } from '#shared/contract/runs.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { fixtureMachines, fixtureRun, fixtureSites } from '#test/lab/fixture-data.ts';
import { until } from '#test/until.ts';

const now = Date.UTC(2026, 10, 28, 12);
const machines = fixtureMachines(fixtureSites(now, 7), now);

/** The backend's list: newest first, only what the store uses of it. */
class Backend {
  rows: RunSummary[] = Array.from({ length: 1000 }, (_, index) => fixtureRun(index, machines, now));
  asked: RunFilter[] = [];
  readonly client = {
    runs: {
      list: async (filter: RunFilter) => {
        this.asked.push(filter);
        const rows = this.rows.filter(({ name }) => name.includes(filter.search ?? ''));
        return { rows: rows.slice(filter.offset, filter.offset + filter.limit), total: rows.length };
      },
      counts: async () => ({}),
    },
  };
}

let backend: Backend;
beforeEach(() => {
  backend = new Backend();
  setBackend({ rpc: backend.client } as unknown as BackendConnection);
  vi.stubGlobal('location', { pathname: '/runs' });
  vi.stubGlobal('requestAnimationFrame', (call: () => void) => setTimeout(call, 0));
});
afterEach(() => {
  vi.unstubAllGlobals();
  useRunList.setState({ total: null, error: null, loading: false });
});

const nameAt = (index: number) => rowAt(index)?.name;
async function open(): Promise<void> {
  openList();
  await until('the list is there', () => {
    const { total, loading } = useRunList.getState();
    return total !== null && !loading;
  });
}

describe('the list of runs', () => {
  it('asks for a screenful first, then for the whole window', async () => {
    await open();
    expect(useRunList.getState()).toMatchObject({ total: 1000, error: null });
    expect(backend.asked.map(({ offset, limit }) => [offset, limit])).toEqual([
      [0, 64],
      [0, 200],
    ]);
    expect(nameAt(0)).toBe(backend.rows[0]?.name);
    expect(nameAt(199)).toBe(backend.rows[199]?.name);
    expect(rowAt(200)).toBeUndefined();
  });

  it('asks for a window once, when it comes into view', async () => {
    await open();
    backend.asked = [];
    noteVisible(390, 420);
    noteVisible(391, 421);
    await until('both windows are there', () => rowAt(390) && rowAt(420));
    expect(backend.asked.map(({ offset }) => offset)).toEqual([200, 400]);
    noteVisible(0, 30);
    expect(backend.asked.length).toBe(2);
  });

  it('shows a change in its place at once, and a new run soon after', async () => {
    await open();
    const [changed] = backend.rows;
    if (!changed) throw new Error('no rows');
    const before = useRunList.getState().revision;
    const event = { type: 'run.changed', run: { ...changed, step: 777 } } as const;
    runsPart.apply(event);
    runListPart.apply(event);
    await until('it is shown', () => rowAt(0)?.step === 777 && useRunList.getState().revision > before);
    const added = { ...fixtureRun(5000, machines, now), name: 'brand-new' };
    backend.rows = [added, ...backend.rows];
    runListPart.apply({ type: 'run.changed', run: added });
    await until('it is there', () => nameAt(0) === 'brand-new');
    expect(useRunList.getState().total).toBe(1001);
  });

  it('forgets a run that was removed', async () => {
    await open();
    const [gone] = backend.rows;
    if (!gone) throw new Error('no rows');
    backend.rows = backend.rows.slice(1);
    const event = { type: 'run.removed', runId: gone.id } as const;
    runsPart.apply(event);
    runListPart.apply(event);
    await until('it is gone', () => rowAt(0) && rowAt(0)?.id !== gone.id);
    await until('its summary too', () => !useRuns.getState().byId.has(gone.id));
  });

  it('keeps the answer of the newest filter, whichever comes last', async () => {
    await open();
    const { list } = backend.client.runs;
    const slow = Promise.withResolvers<void>();
    backend.client.runs.list = async (filter) => {
      if (filter.search === 'a') await slow.promise;
      return list(filter);
    };
    setFilter({ search: 'a' });
    setFilter({ search: 'clip' });
    await until('the newest is there', () => nameAt(0)?.includes('clip'));
    slow.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(nameAt(0)).toContain('clip');
    setFilter({ search: '' });
    await until('all are there', () => useRunList.getState().total === 1000);
  });

  it('says what went wrong and keeps what it shows', async () => {
    await open();
    backend.client.runs.list = () => Promise.reject(new Error('away'));
    setFilter({ descending: false });
    await until('it is said', () => useRunList.getState().error !== null);
    expect(rowAt(0)).toBeDefined();
    setFilter({ descending: true });
  });
});
