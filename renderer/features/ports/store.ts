import { create } from 'zustand';
import { gather } from '#renderer/app/gather.ts';
import type { LivePart } from '#renderer/app/live-part.ts';
import type { Forward } from '#shared/domain/forward.ts';

interface ForwardsState {
  loaded: boolean;
  error: unknown;
  byId: ReadonlyMap<string, Forward>;
}

/** Ports of machines that are forwarded to this computer, oldest first. */
export const useForwards = create<ForwardsState>()(() => ({ loaded: false, error: null, byId: new Map() }));

export const learnForwards = (changed: readonly Forward[]): void =>
  useForwards.setState(({ byId }) => {
    const next = new Map(byId);
    for (const forward of changed) next.set(forward.id, forward);
    return { byId: next };
  });

const forget = (forwardId: string): void =>
  useForwards.setState(({ byId }) => {
    const next = new Map(byId);
    next.delete(forwardId);
    return { byId: next };
  });

// What is removed while changes of it still wait to be shown must not come back with them.
const removed = new Set<string>();
const forwardChanged = gather<Forward>((changed) =>
  learnForwards(changed.filter(({ id }) => !removed.has(id))),
);

export const forwardsPart: LivePart = {
  async reload(client) {
    try {
      const all = await client.ports.list();
      useForwards.setState({ loaded: true, error: null, byId: new Map(all.map((one) => [one.id, one])) });
    } catch (error) {
      useForwards.setState({ error });
      throw error;
    }
  },
  apply(event) {
    if (event.type === 'forward.changed') forwardChanged(event.forward);
    else if (event.type === 'forward.removed') {
      removed.add(event.forwardId);
      forget(event.forwardId);
    }
  },
};
