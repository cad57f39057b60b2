import { create } from 'zustand';
import { rpc } from '#renderer/app/backend.ts';
import type { LivePart } from '#renderer/app/live-part.ts';
import { learnRuns } from '#renderer/features/runs/run-store.ts';
import type { Client } from '#shared/contract/index.ts';
import type { Migration } from '#shared/domain/migration.ts';
import { endedStates, hasEnded } from '#shared/domain/run.ts';

interface RecentState {
  loaded: boolean;
  error: unknown;
  /** Ids: the runs that ended last, and those that were made last. */
  ended: readonly string[];
  made: readonly string[];
  /** The last moves, the newest first. */
  moves: readonly Migration[];
}

/** What happened lately, as ids of runs; the runs themselves are in the runs' store and stay up to date there. */
export const useRecent = create<RecentState>()(() => ({
  loaded: false,
  error: null,
  ended: [],
  made: [],
  moves: [],
}));

const kept = 30;

async function load(client: Client): Promise<void> {
  const [ended, made] = await Promise.all([
    client.runs.list({ states: [...endedStates], sort: 'ended', descending: true, limit: kept }),
    client.runs.list({ sort: 'created', descending: true, limit: kept }),
  ]);
  learnRuns([...ended.rows, ...made.rows]);
  // Moves are beside the point where they cannot be had: the rest is shown without them.
  const moves = await client.migrations.list({ limit: kept }).catch((thrown: unknown) => {
    console.info('The last moves could not be loaded:', thrown);
    return useRecent.getState().moves;
  });
  useRecent.setState({
    loaded: true,
    error: null,
    ended: ended.rows.map(({ id }) => id),
    made: made.rows.map(({ id }) => id),
    moves,
  });
}

const withFirst = (ids: readonly string[], id: string) =>
  ids.includes(id) ? ids : [id, ...ids].slice(0, kept);

export const recentPart: LivePart = {
  async reload(client) {
    try {
      await load(client);
    } catch (error) {
      useRecent.setState({ error });
      throw error;
    }
  },
  apply(event) {
    if (event.type === 'migration.changed') {
      const { migration } = event;
      useRecent.setState(({ moves }) => ({
        moves: [migration, ...moves.filter(({ id }) => id !== migration.id)]
          .sort((a, b) => b.startedAt - a.startedAt)
          .slice(0, kept),
      }));
      return;
    }
    if (event.type !== 'run.changed') return;
    const { id, state } = event.run;
    useRecent.setState(({ ended, made }) => ({
      ended: hasEnded(state) ? withFirst(ended, id) : ended.filter((other) => other !== id),
      made: withFirst(made, id),
    }));
  },
};

/** Loads now: the page calls it when it opens. */
export const loadRecent = (): void => {
  recentPart
    .reload(rpc())
    .catch((thrown: unknown) => console.info('What happened lately could not be loaded:', thrown));
};
