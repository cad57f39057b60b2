import { because, toldWithin } from '#shared/domain/because.ts';
import type { Accelerator } from '#shared/domain/machine.ts';
import type { MigrationCheck } from '#shared/domain/migration.ts';
import type { MoveFacts } from '../facts.ts';
import { bytesInWords, fail, pass, warn } from '../sentences.ts';

/** Drivers show a little less than the nominal size. */
const alike = 0.97;

/** Whether there are GPUs for it, and whether they are as good to it as those it has. */
export function gpuChecks(facts: MoveFacts): MigrationCheck[] {
  const { run, room, to, held } = facts;
  if (run.spec.resources.accelerators.length === 0) return [pass('CHECK_NO_GPUS')];
  if (!room.ok) {
    // Which machine is meant is said by the check itself.
    const inner = toldWithin(room.why.params).find(([name]) => name === 'why')?.[1];
    const why = because('why', inner ?? room.why);
    const isForGood = room.why.code === 'RUN_NO_SUCH_ACCELERATOR';
    return [
      isForGood
        ? fail('CHECK_GPUS_NEVER', { to: to.name, ...why }, 'DO_ELASTIC')
        : fail('CHECK_GPUS_TAKEN', why, 'DO_FREE_GPUS'),
    ];
  }
  const given = room.value;
  const asked = held.length > 0 ? held.length : Math.ceil(run.spec.resources.accelerators[0]?.count ?? 1);
  return [
    given.length < asked
      ? warn('CHECK_GPUS_FEWER', { given: given.length, asked }, null)
      : pass('CHECK_GPUS_FREE', { to: to.name, gpus: modelsOf(given) }),
    ...memory(facts, given),
    ...makers(facts, given),
    ...cuda(facts, given),
  ];
}

function modelsOf(accelerators: readonly Accelerator[]): string {
  const counts = new Map<string, number>();
  for (const { model } of accelerators) counts.set(model, (counts.get(model) ?? 0) + 1);
  return [...counts].map(([model, count]) => `${count} × ${model}`).join(', ');
}

/** On one GPU, by the run's own processes. Null where its machine does not tell. */
function usedBytes({ held, run }: MoveFacts): number | null {
  const used = held.map(({ processes }) => {
    const own = processes.filter(({ runId }) => runId === run.id).map(({ memoryBytes }) => memoryBytes ?? 0);
    return own.reduce((sum, bytes) => sum + bytes, 0);
  });
  const most = Math.max(0, ...used);
  return most > 0 ? most : null;
}

const leastMemory = (accelerators: readonly Accelerator[]): number | null => {
  const known = accelerators.flatMap(({ memoryBytes }) => memoryBytes ?? []);
  return known.length > 0 ? Math.min(...known) : null;
};

function memory(facts: MoveFacts, given: readonly Accelerator[]): MigrationCheck[] {
  const { from, to, held } = facts;
  const has = leastMemory(given);
  if (has === null) return [];
  // With fewer GPUs each has more to hold; how much is the trainer's business.
  const used = usedBytes(facts);
  const words = { to: to.name, from: from.name, has: bytesInWords(has) };
  if (used !== null && used > has) {
    return [fail('CHECK_GPU_MEMORY_LOW', { ...words, used: bytesInWords(used) }, 'DO_BIGGER_GPU')];
  }
  const had = leastMemory(held);
  if (had !== null && has < had * alike)
    return [warn('CHECK_GPU_MEMORY_LESS', { ...words, had: bytesInWords(had) }, 'DO_BIGGER_GPU')];
  return used === null ? [] : [pass('CHECK_GPU_MEMORY', { ...words, used: bytesInWords(used) })];
}

function makers({ from, to, held }: MoveFacts, given: readonly Accelerator[]): MigrationCheck[] {
  const here = held[0];
  const there = given[0];
  if (here === undefined || there === undefined) return [];
  if (here.vendor !== there.vendor) {
    const words = { from: from.name, to: to.name, here: here.vendor, there: there.vendor };
    return [fail('CHECK_GPU_VENDOR', words, 'DO_SAME_VENDOR')];
  }
  return here.model === there.model
    ? []
    : [warn('CHECK_GPU_MODEL', { here: here.model, there: there.model }, null)];
}

/** A driver runs what was built for an older CUDA, not for a newer major one; within a major one mostly. */
function cuda({ from, to }: MoveFacts, given: readonly Accelerator[]): MigrationCheck[] {
  if (!given.some(({ vendor }) => vendor === 'nvidia')) return [];
  const here = from.inventory?.cudaVersion ?? null;
  const there = to.inventory?.cudaVersion ?? null;
  if (here === null) return [];
  if (there === null) return [warn('CHECK_CUDA_UNKNOWN', { to: to.name }, 'DO_UPDATE_DRIVER')];
  const words = { from: from.name, to: to.name, here, there };
  const [major, minor] = versionOf(here);
  const [majorThere, minorThere] = versionOf(there);
  if (majorThere < major) return [fail('CHECK_CUDA_OLDER', words, 'DO_UPDATE_DRIVER')];
  if (majorThere === major && minorThere < minor)
    return [warn('CHECK_CUDA_OLDER', words, 'DO_UPDATE_DRIVER')];
  return [pass('CHECK_CUDA', words)];
}

const versionOf = (text: string): [number, number] => {
  const [, major, minor] = /^(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return [Number(major ?? 0), Number(minor ?? 0)];
};
