import { create } from 'zustand';
import { gather } from '#renderer/app/gather.ts';
import type { LivePart } from '#renderer/app/live-part.ts';
import type { Client } from '#shared/contract/index.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import type { RunState, RunSummary } from '#shared/domain/run.ts';

interface RunsState {
  /** Grows with every change: the map itself is kept, because copying ten thousand entries per event would be felt. */
  version: number;
  byId: Map<string, RunSummary>;
  counts: Partial<Record<RunState, number>>;
  /** All runs that have not ended are in `byId`. */
  activeLoaded: boolean;
}

/** Summaries of every run that the page has met, always as the backend last said. */
export const useRuns = create<RunsState>()(() => ({
  version: 0,
  byId: new Map(),
  counts: {},
  activeLoaded: false,
}));

export const activeStates: readonly RunState[] = ['queued', 'preparing', 'starting', 'running', 'stopping'];
export const isActive = (state: RunState): boolean => activeStates.includes(state);

/** One run's summary, drawn again only when that run changes. */
export const useRunSummary = (id: string): RunSummary | undefined => useRuns(({ byId }) => byId.get(id));

export function learnRuns(rows: readonly RunSummary[]): void {
  const { byId, version } = useRuns.getState();
  for (const row of rows) byId.set(row.id, row);
  useRuns.setState({ version: version + 1 });
}

let client: Client | null = null;
let countTimer: ReturnType<typeof setTimeout> | null = null;

async function loadCounts(from: Client): Promise<void> {
  useRuns.setState({ counts: await from.runs.counts() });
}

/** Counts follow changes of state, several at once asked for together. */
function countsLater(): void {
  if (countTimer !== null) return;
  countTimer = setTimeout(() => {
    countTimer = null;
    if (client) loadCounts(client).catch((thrown: unknown) => console.info('Counting runs failed:', thrown));
  }, 250);
}

type RunEvent = Extract<AppEvent, { type: 'run.changed' | 'run.removed' }>;
const runEvent = gather<RunEvent>((events) => {
  const { byId, version } = useRuns.getState();
  let moved = false;
  for (const event of events) {
    if (event.type === 'run.removed') {
      byId.delete(event.runId);
      moved = true;
      continue;
    }
    const before = byId.get(event.run.id);
    moved ||= before?.state !== event.run.state || before.archived !== event.run.archived;
    byId.set(event.run.id, event.run);
  }
  useRuns.setState({ version: version + 1 });
  if (moved) countsLater();
});

export const runsPart: LivePart = {
  async reload(from) {
    client = from;
    const [active] = await Promise.all([
      from.runs.list({ states: [...activeStates], limit: 1000 }),
      loadCounts(from),
    ]);
    learnRuns(active.rows);
    useRuns.setState({ activeLoaded: true });
  },
  apply(event) {
    if (event.type === 'run.changed' || event.type === 'run.removed') runEvent(event);
  },
};
