import { create } from 'zustand';
import { rpc } from '#renderer/app/backend.ts';
import type { LivePart } from '#renderer/app/live-part.ts';
import type { Client } from '#shared/contract/index.ts';
import type { Evacuation, MachinePolicy, Proposal, RebalancePolicy } from '#shared/domain/recovery.ts';

interface PlacesState {
  loaded: boolean;
  error: unknown;
  policies: Readonly<Record<string, MachinePolicy>>;
  rebalance: RebalancePolicy | null;
  proposals: readonly Proposal[];
  evacuations: readonly Evacuation[];
}

/** What is set for machines, what the rules of the yard propose, and machines that are being emptied. */
export const usePlaces = create<PlacesState>()(() => ({
  loaded: false,
  error: null,
  policies: {},
  rebalance: null,
  proposals: [],
  evacuations: [],
}));

export const defaultPolicy: MachinePolicy = { draining: false, window: null, preference: 0 };

async function load(client: Client): Promise<void> {
  try {
    const [policies, { policy, proposals }, evacuations] = await Promise.all([
      client.places.policies(),
      client.places.rebalance(),
      client.places.evacuations(),
    ]);
    usePlaces.setState({ loaded: true, error: null, policies, rebalance: policy, proposals, evacuations });
  } catch (error) {
    usePlaces.setState({ error });
    throw error;
  }
}

const pauseMs = 200;
let again: ReturnType<typeof setTimeout> | null = null;
/** Asks again soon: several changes at once are one question. */
export function placesLater(): void {
  if (again !== null) return;
  again = setTimeout(() => {
    again = null;
    load(rpc()).catch((thrown: unknown) => console.info('Places could not be loaded again:', thrown));
  }, pauseMs);
}

export const placesPart: LivePart = {
  reload: load,
  apply(event) {
    if (event.type === 'places.changed' || event.type === 'recovery.changed') placesLater();
  },
};

export const openProposals = (proposals: readonly Proposal[]): Proposal[] =>
  proposals.filter(({ state }) => state === 'open').sort((a, b) => b.at - a.at);

/** The evacuation of a machine that is under way, else the last one that ended. */
export const evacuationOf = (evacuations: readonly Evacuation[], machineId: string): Evacuation | undefined =>
  evacuations
    .filter((each) => each.machineId === machineId)
    .sort(
      (a, b) => Number(b.state === 'running') - Number(a.state === 'running') || b.startedAt - a.startedAt,
    )[0];
