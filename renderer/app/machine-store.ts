import { create } from 'zustand';
import type { Client } from '#shared/contract/index.ts';
import type { Machine } from '#shared/domain/machine.ts';
import { gather } from './gather.ts';
import type { LivePart } from './live-part.ts';

interface MachinesState {
  loaded: boolean;
  error: unknown;
  total: number;
  byId: ReadonlyMap<string, Machine>;
}

/** All machines with their last known inventory. Loaded in portions, so that a thousand of them never hold up a frame. */
export const useMachines = create<MachinesState>()(() => ({
  loaded: false,
  error: null,
  total: 0,
  byId: new Map(),
}));

const portion = 200;

async function loadAll(client: Client): Promise<void> {
  const byId = new Map<string, Machine>();
  let total = 1;
  for (let offset = 0; offset < total; offset += portion) {
    const answer = await client.machines.list({ offset, limit: portion });
    total = answer.total;
    for (const machine of answer.rows) byId.set(machine.id, machine);
    if (answer.rows.length === 0) break;
  }
  useMachines.setState({ loaded: true, error: null, total: byId.size, byId });
}

const machineChanged = gather<Machine>((changed) =>
  useMachines.setState(({ byId }) => {
    const next = new Map(byId);
    for (const machine of changed) next.set(machine.id, machine);
    return { byId: next, total: next.size };
  }),
);

export const machinesPart: LivePart = {
  async reload(client) {
    try {
      await loadAll(client);
    } catch (error) {
      useMachines.setState({ error });
      throw error;
    }
  },
  apply(event) {
    if (event.type === 'machine.changed') {
      machineChanged(event.machine);
    } else if (event.type === 'site.removed') {
      useMachines.setState(({ byId }) => {
        const next = new Map([...byId].filter(([, machine]) => machine.siteId !== event.siteId));
        return { byId: next, total: next.size };
      });
    }
  },
};
