import { create } from 'zustand';
import { rpc } from '#renderer/app/backend.ts';
import { gather } from '#renderer/app/gather.ts';
import type { LivePart } from '#renderer/app/live-part.ts';
import { painted } from '#renderer/app/painted.ts';
import type { RunFilter } from '#shared/contract/runs.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { learnRuns, useRuns } from './run-store.ts';

export type ListFilter = Omit<RunFilter, 'offset' | 'limit'>;

interface RunListState {
  filter: ListFilter;
  /** How many rows match; null before the first answer. */
  total: number | null;
  /** Changes when rows, or their order, may be others. */
  revision: number;
  loading: boolean;
  error: unknown;
}

export const defaultFilter: ListFilter = {
  search: '',
  states: [],
  archived: false,
  sort: 'created',
  descending: true,
};

/** The list of runs as its page shows it: windows of the backend's sorted and filtered rows, loaded as they come into view. */
export const useRunList = create<RunListState>()(() => ({
  filter: defaultFilter,
  total: null,
  revision: 0,
  loading: false,
  error: null,
}));

export const windowSize = 200;
const screenful = 64;
/** Page number → the ids of its rows. */
let pages = new Map<number, string[]>();
let visible: [number, number] = [0, 0];
let generation = 0;
const underWay = new Set<number>();

export function rowAt(index: number): RunSummary | undefined {
  const id = pages.get(Math.floor(index / windowSize))?.[index % windowSize];
  return id === undefined ? undefined : useRuns.getState().byId.get(id);
}

const bump = (rest: Partial<RunListState> = {}) =>
  useRunList.setState(({ revision }) => ({ revision: revision + 1, ...rest }));

async function fetchPage(page: number, limit = windowSize): Promise<{ ids: string[]; total: number }> {
  const { filter } = useRunList.getState();
  const { rows, total } = await rpc().runs.list({ ...filter, offset: page * windowSize, limit });
  learnRuns(rows);
  return { ids: rows.map((row) => row.id), total };
}

function pagesInView(): number[] {
  const [first, last] = visible;
  const from = Math.floor(first / windowSize);
  const to = Math.floor(last / windowSize);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Loads what is in view again and forgets the rest; what is shown stays until the answer is here. */
export async function reloadList(): Promise<void> {
  generation += 1;
  const mine = generation;
  underWay.clear();
  const isFirst = useRunList.getState().total === null;
  useRunList.setState({ loading: true });
  try {
    if (isFirst) {
      // As many as a screen holds are on it sooner than a whole window would be.
      const { ids, total } = await fetchPage(0, screenful);
      if (mine !== generation) return;
      pages = new Map([[0, ids]]);
      bump({ total });
      if (total <= ids.length) {
        useRunList.setState({ loading: false, error: null });
        return;
      }
      await painted();
    }
    const wanted = pagesInView();
    const answers = await Promise.all(wanted.map((page) => fetchPage(page)));
    if (mine !== generation) return;
    pages = new Map(wanted.map((page, index) => [page, answers[index]?.ids ?? []]));
    bump({ total: answers[0]?.total ?? 0, loading: false, error: null });
  } catch (error) {
    if (mine === generation) useRunList.setState({ loading: false, error });
  }
}

/** The rows now in view: windows that are missing are asked for. */
export function noteVisible(first: number, last: number): void {
  visible = [first, last];
  for (const page of pagesInView()) {
    if (pages.has(page) || underWay.has(page)) continue;
    underWay.add(page);
    const mine = generation;
    fetchPage(page)
      .then(({ ids, total }) => {
        if (mine !== generation) return;
        underWay.delete(page);
        pages.set(page, ids);
        bump({ total });
      })
      .catch((error: unknown) => {
        underWay.delete(page);
        if (mine === generation) useRunList.setState({ error });
      });
  }
}

export function setFilter(patch: Partial<ListFilter>): void {
  const filter = { ...useRunList.getState().filter, ...patch };
  // An absent machine is another thing than one that is undefined.
  if (filter.machineId === undefined) delete filter.machineId;
  visible = [0, 0];
  useRunList.setState({ filter });
  void reloadList();
}

/** The page is there: load unless that has been done. */
export function openList(): void {
  const { total, loading } = useRunList.getState();
  if (total === null && !loading) void reloadList();
}

/** Resolves when the first rows (or the reason why there are none) are here; at once where the list is not what is opened. */
export function firstRows(): Promise<void> {
  const isHere = () => useRunList.getState().total !== null || useRunList.getState().error !== null;
  if (location.pathname !== '/runs' || isHere()) return Promise.resolve();
  return new Promise((resolve) => {
    const off = useRunList.subscribe(() => {
      if (!isHere()) return;
      off();
      resolve();
    });
  });
}

let later: ReturnType<typeof setTimeout> | null = null;
function reloadSoon(): void {
  if (later !== null) return;
  later = setTimeout(() => {
    later = null;
    void reloadList();
  }, 300);
}

/** In place at once; where a row may belong elsewhere now, the windows are asked for again soon after. */
const runChanged = gather<RunSummary>((changed) => {
  const { filter } = useRunList.getState();
  const shown = new Set([...pages.values()].flat());
  // The summaries themselves are in their store already: both gather for the same time, that one was told first or is now.
  learnRuns(changed);
  bump();
  const moves = filter.states.length > 0 || filter.sort === 'state' || filter.sort === 'ended';
  if (moves || changed.some(({ id, archived }) => !shown.has(id) || archived !== filter.archived))
    reloadSoon();
});

export const runListPart: LivePart = {
  async reload() {
    const wanted = useRunList.getState().total !== null || location.pathname === '/runs';
    if (wanted) await reloadList();
  },
  apply(event) {
    if (useRunList.getState().total === null) return;
    if (event.type === 'run.removed') reloadSoon();
    else if (event.type === 'run.changed') runChanged(event.run);
  },
};
