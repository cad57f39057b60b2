import type { RunDemand } from '#shared/domain/plan.ts';
import { numberText } from '#shared/domain/sentence-values.ts';
import { acceleratorKey } from '../accelerators.ts';

/** So many accelerators of a place that are used, on so many of its machines. */
export interface Use {
  gpus: number;
  nodes: number;
}

/** What a place has: a name (null: no accelerator) and how many per machine. */
export interface Has {
  accelerator: string | null;
  count: number;
}

export type Wanted = { uses: Use[] } | { missing: 'accelerator' | 'count'; asked: string };

const anyNames = new Set(['any', 'gpu']);
/** More machines than that are never tried for one run. */
const mostNodes = 64;

/** How a run would use what a place has: no use, one, or several to choose from. `most`: machines that may be taken together. */
export function usesOf(demand: RunDemand, has: Has, { most }: { most: number }): Wanted {
  const nodes = Math.min(most, mostNodes);
  if (demand.accelerators.length > 0) return byRequest(demand, has, nodes);
  const needsAny = demand.model !== null || demand.gpuCounts.length > 0 || demand.duration !== null;
  if (!needsAny) return { uses: [{ gpus: 0, nodes: 1 }] };
  if (has.accelerator === null) return { missing: 'accelerator', asked: askedOf(demand) };
  if (demand.gpuCounts.length === 0) return { uses: [{ gpus: has.count, nodes: 1 }] };
  const uses = byCounts(demand.gpuCounts, has.count, nodes);
  return uses.length > 0 ? { uses } : { missing: 'count', asked: String(Math.min(...demand.gpuCounts)) };
}

/** As sentences in any language name it: "H100:8 / A100:8". */
export function askedOf({ accelerators, gpuCounts }: Pick<RunDemand, 'accelerators' | 'gpuCounts'>): string {
  if (accelerators.length > 0) return accelerators.map(({ name, count }) => `${name}:${count}`).join(' / ');
  return gpuCounts.length > 0 ? `${gpuCounts.map(numberText).join(' / ')} GPU` : 'GPU';
}

function byRequest({ accelerators }: RunDemand, { accelerator, count }: Has, nodes: number): Wanted {
  const named = accelerators.filter(({ name }) => accelerator !== null && isNamed(accelerator, name));
  if (named.length === 0)
    return {
      missing: 'accelerator',
      asked: askedOf({ accelerators, gpuCounts: [] }),
    };
  // Alternatives are in order of preference: the first that can be had.
  for (const { count: asked } of named) {
    const use = takenTogether(asked, count, nodes);
    if (use !== null) return { uses: [use] };
  }
  return { missing: 'count', asked: named.map((each) => String(each.count)).join(' / ') };
}

/** Those on one machine that use most of it, and those that need several. */
function byCounts(counts: readonly number[], has: number, nodes: number): Use[] {
  const onOne = counts.filter((count) => count <= Math.max(1, has));
  const uses: Use[] = onOne.length > 0 ? [{ gpus: Math.min(Math.max(...onOne), has), nodes: 1 }] : [];
  for (const count of counts) {
    const use = count > has ? takenTogether(count, has, nodes) : null;
    if (use !== null) uses.push(use);
  }
  return uses;
}

function takenTogether(asked: number, has: number, nodes: number): Use | null {
  if (asked <= has) return { gpus: asked, nodes: 1 };
  const needed = asked / has;
  return has >= 1 && Number.isInteger(needed) && needed <= nodes ? { gpus: asked, nodes: needed } : null;
}

/** The catalogue tells sizes of one kind apart ("A100", "A100-80GB"), and so does who asks for one. */
const isNamed = (has: string, asked: string): boolean =>
  anyNames.has(asked.toLowerCase()) || acceleratorKey(has) === acceleratorKey(asked);
