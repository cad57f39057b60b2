import { isOfKind, wholeCount } from '#backend/runs/index.ts';
import { because, type Told } from '#shared/domain/because.ts';
import type { Accelerator } from '#shared/domain/machine.ts';
import { sayRoom } from '#shared/domain/room-sentences.ts';
import type { AcceleratorRequest } from '#shared/domain/spec.ts';

/** A run that needs a place. */
export interface Item {
  runId: string;
  priority: number;
  createdAt: number;
  /** Alternatives, any of which will do. Empty: none needed. */
  requests: readonly AcceleratorRequest[];
  /** What it asks for in the task, bytes and cores; 0: nothing said. */
  memoryBytes: number;
  cpus: number;
}

/** What a machine can still hold. */
export interface Bin {
  machineId: string;
  name: string;
  free: readonly Accelerator[];
  /** Available now, bytes; null: not known, nothing is refused for it. */
  memoryBytes: number | null;
  cpus: number | null;
  preference: number;
  runs: number;
}

export interface Placed {
  runId: string;
  machineId: string | null;
  /** Of each machine that was looked at, why not; empty where a place was found. */
  why: Told[];
}

/**
 * Who goes where: by priority, then age, each to the machine that it fills best (fewest accelerators of its kind left over),
 * so that large ones that come later still find room. Pairs in `refused` ("runId/machineId") are left out. Pure.
 */
export function pack(items: readonly Item[], bins: readonly Bin[], refused: ReadonlySet<string>): Placed[] {
  const left = bins.map((bin) => ({ ...bin, free: [...bin.free] }));
  const order = [...items].sort(
    (a, b) => b.priority - a.priority || a.createdAt - b.createdAt || (a.runId < b.runId ? -1 : 1),
  );
  return order.map((item) => {
    const why: Told[] = [];
    const fits = left.flatMap((bin) => {
      const verdict = tryBin(item, bin, refused);
      if ('code' in verdict) {
        why.push(sayRoom('ROOM_ON', { machine: bin.name, ...because('why', verdict) }));
        return [];
      }
      return [{ bin, ...verdict }];
    });
    const [best] = fits.sort(
      (a, b) =>
        a.leftOver - b.leftOver ||
        b.bin.preference - a.bin.preference ||
        a.bin.runs - b.bin.runs ||
        (a.bin.machineId < b.bin.machineId ? -1 : 1),
    );
    if (best === undefined) {
      return {
        runId: item.runId,
        machineId: null,
        why: why.length > 0 ? why : [sayRoom('ROOM_NO_OTHER')],
      };
    }
    const { bin, taken } = best;
    bin.free = bin.free.filter((each) => !taken.includes(each));
    if (bin.memoryBytes !== null) bin.memoryBytes -= item.memoryBytes;
    bin.runs += 1;
    return { runId: item.runId, machineId: bin.machineId, why: [] };
  });
}

function tryBin(
  item: Item,
  bin: Bin,
  refused: ReadonlySet<string>,
): { taken: readonly Accelerator[]; leftOver: number } | Told {
  if (refused.has(`${item.runId}/${bin.machineId}`)) return sayRoom('ROOM_REFUSED_THERE');
  if (bin.memoryBytes !== null && item.memoryBytes > bin.memoryBytes) return sayRoom('ROOM_LITTLE_MEMORY');
  if (bin.cpus !== null && item.cpus > bin.cpus) return sayRoom('ROOM_FEW_PROCESSORS');
  if (item.requests.length === 0) return { taken: [], leftOver: bin.free.length };
  for (const request of item.requests) {
    const matching = bin.free.filter((each) => isOfKind(each, request.name));
    const count = wholeCount(request);
    if (matching.length >= count)
      return { taken: matching.slice(0, count), leftOver: matching.length - count };
  }
  return sayRoom('ROOM_FEW_FREE');
}
