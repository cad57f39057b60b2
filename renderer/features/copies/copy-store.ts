import { create } from 'zustand';
import { gather } from '#renderer/app/gather.ts';
import type { LivePart } from '#renderer/app/live-part.ts';
import type { CopyJob } from '#shared/domain/copy.ts';

interface CopiesState {
  loaded: boolean;
  error: unknown;
  byId: ReadonlyMap<string, CopyJob>;
}

/** Copies that somebody asked for: those under way and the last ones that ended. */
export const useCopies = create<CopiesState>()(() => ({ loaded: false, error: null, byId: new Map() }));

export const learnCopies = (changed: readonly CopyJob[]): void =>
  useCopies.setState(({ byId }) => {
    const next = new Map(byId);
    for (const copy of changed) next.set(copy.id, copy);
    return { byId: next };
  });

const copyChanged = gather<CopyJob>(learnCopies);

export const copiesPart: LivePart = {
  async reload(client) {
    try {
      const all = await client.copies.list();
      useCopies.setState({ loaded: true, error: null, byId: new Map(all.map((copy) => [copy.id, copy])) });
    } catch (error) {
      useCopies.setState({ error });
      throw error;
    }
  },
  apply(event) {
    if (event.type !== 'copy.changed') return;
    copyChanged(event.copy);
  },
};

/** Those under way first, then the newest. */
export const orderCopies = (copies: Iterable<CopyJob>): CopyJob[] =>
  [...copies].sort(
    (a, b) => Number(b.state === 'running') - Number(a.state === 'running') || b.startedAt - a.startedAt,
  );
