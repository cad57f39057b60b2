import type { Alternative, Placement, PlaceRef, Pool, PoolQuota, PortfolioRun } from '#shared/domain/plan.ts';
import type { OwnMachine } from '../place/index.ts';

/** What is taken until nobody knows when is taken for so long. Told as `basis: 'assumed'`. */
export const assumedBusyMs = 24 * 3_600_000;
/** Of an offer whose quota is not known, so many are rented at once at most. */
export const rentedAtOnce = 4;
/** Where quotas allow more than anybody has runs for. */
const mostAtOnce = 1000;
/** Options of one run: what is on its Pareto front first, then the cheapest. More change plans little and cost time. */
export const mostOptions = 32;

/** The pool that a place belongs to. Accelerators of one machine that differ are pools of their own. */
export const poolIdOf = ({ kind, id, accelerator }: PlaceRef): string =>
  kind === 'machine' ? `machine/${id}/${accelerator ?? '-'}` : `${kind}/${id}`;

/** Own machines as they free up, epoch ms; those that take no runs now are none. */
export function ownPools(machines: readonly OwnMachine[], at: number): Pool[] {
  return machines.flatMap((machine) => {
    if (machine.unready !== null) return [];
    const kinds = Map.groupBy(machine.gpus, ({ accelerator }) => accelerator);
    if (kinds.size === 0) return [ownPool(machine, null, 1, [])];
    return [...kinds].map(([accelerator, gpus]) =>
      ownPool(
        machine,
        accelerator,
        gpus.length,
        gpus.flatMap(({ freeAt }): Pool['busy'] => {
          if (freeAt === null) return [{ gpus: 1, untilAt: at + assumedBusyMs, basis: 'assumed' }];
          return freeAt <= at ? [] : [{ gpus: 1, untilAt: freeAt, basis: 'estimated' }];
        }),
      ),
    );
  });
}

function ownPool(machine: OwnMachine, accelerator: string | null, gpus: number, busy: Pool['busy']): Pool {
  const place: PlaceRef = {
    kind: 'machine',
    id: machine.id,
    title: machine.name,
    provider: null,
    region: null,
    country: machine.country,
    accelerator,
    gpus,
    nodes: 1,
  };
  return { id: poolIdOf(place), place, gpus, busy };
}

/** What one run may choose from: the best of what was judged, without the waiting that a schedule finds out by itself. */
export function optionsOf({ alternatives }: Placement, most = mostOptions): PortfolioRun['options'] {
  const open = alternatives.filter(({ excluded }) => !excluded);
  const cost = ({ costMicros }: Alternative) => costMicros?.p50 ?? Number.POSITIVE_INFINITY;
  const ranked = open.toSorted(
    (a, b) =>
      Number(b.place.kind === 'machine') - Number(a.place.kind === 'machine') ||
      Number(b.pareto) - Number(a.pareto) ||
      cost(a) - cost(b),
  );
  return ranked.slice(0, most).flatMap((alternative) => {
    const { place, durationMs, costMicros, parts, carbonGrams } = alternative;
    if (durationMs === null || costMicros === null) return [];
    return [
      {
        poolId: poolIdOf(place),
        gpus: gpusOf(place),
        durationMs: Math.max(1, Math.round(durationMs.p50 - (parts?.waitMs ?? 0))),
        costMicros: costMicros.p50,
        carbonGrams: carbonGrams ?? 0,
        ...(place.nodes > 1 ? { nodes: place.nodes } : {}),
      },
    ];
  });
}

/** A run without GPUs takes one place of a machine. */
const gpusOf = ({ gpus }: PlaceRef) => (gpus > 0 ? gpus : 1);

/**
 * Offers that options name, each with what may be rented of it at once: what its quotas leave, which it shares with other offers that
 * count against them. `quotasOf`: empty where none is known.
 */
export function rentedPools(
  placements: readonly Placement[],
  quotasOf: (place: PlaceRef) => readonly PoolQuota[],
): Pool[] {
  const pools = new Map<string, Pool>();
  for (const { alternatives } of placements) {
    for (const { place, excluded } of alternatives) {
      if (excluded || place.kind === 'machine') continue;
      const id = poolIdOf(place);
      const quotas = quotasOf(place);
      const gpus = Math.max(gpusOf(place), (gpusOf(place) / place.nodes) * atOnce(place, quotas));
      const known = pools.get(id);
      if (known !== undefined && known.gpus >= gpus) continue;
      pools.set(id, { id, place, gpus, busy: [], ...(quotas.length === 0 ? {} : { quotas: [...quotas] }) });
    }
  }
  return [...pools.values()];
}

/** Machines of an offer that may be there at once. */
function atOnce({ nodes }: PlaceRef, quotas: readonly PoolQuota[]): number {
  if (quotas.length === 0) return nodes * rentedAtOnce;
  return quotas.reduce(
    (least, { most, perMachine }) =>
      perMachine > 0 ? Math.min(least, Math.floor(most / perMachine)) : least,
    mostAtOnce,
  );
}
