import type { Machine } from '#shared/domain/machine.ts';
import type { Proposal } from '#shared/domain/recovery.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import type { Prompt, Site } from '#shared/domain/site.ts';

/** Something that will not go on, or gets worse, without the user. Most urgent kind first. */
export type Need =
  | { kind: 'prompt'; id: string; prompt: Prompt }
  | { kind: 'blocked'; id: string; site: Site }
  | { kind: 'fault'; id: string; machine: Machine; index: number; fault: string }
  | { kind: 'disk'; id: string; machine: Machine; path: string; freeBytes: number; sizeBytes: number }
  | { kind: 'proposal'; id: string; proposal: Proposal }
  | { kind: 'run'; id: string; run: RunSummary };

const recentMs = 24 * 3_600_000;
const order: readonly Need['kind'][] = ['prompt', 'blocked', 'fault', 'proposal', 'disk', 'run'];

/** A disk is short where less than 5 % and less than 20 GiB of it are free. */
const isShort = (disk: { sizeBytes: number; freeBytes: number; readOnly: boolean }) =>
  !disk.readOnly &&
  disk.sizeBytes > 0 &&
  disk.freeBytes < disk.sizeBytes * 0.05 &&
  disk.freeBytes < 20 * 2 ** 30;

export function findNeeds(
  found: {
    prompts: readonly Prompt[];
    sites: readonly Site[];
    machines: Iterable<Machine>;
    ended: readonly RunSummary[];
    proposals?: readonly Proposal[];
  },
  now: number,
): Need[] {
  const needs: Need[] = [];
  for (const prompt of found.prompts) needs.push({ kind: 'prompt', id: `prompt ${prompt.id}`, prompt });
  for (const site of found.sites) {
    if (site.connection.state === 'blocked') needs.push({ kind: 'blocked', id: `site ${site.id}`, site });
  }
  for (const machine of found.machines) {
    for (const { index, fault } of machine.inventory?.accelerators ?? []) {
      if (fault !== null)
        needs.push({ kind: 'fault', id: `gpu ${machine.id} ${index}`, machine, index, fault });
    }
    const short = machine.inventory?.disks.find(isShort);
    if (short)
      needs.push({
        kind: 'disk',
        id: `disk ${machine.id}`,
        machine,
        path: short.path,
        freeBytes: short.freeBytes,
        sizeBytes: short.sizeBytes,
      });
  }
  for (const proposal of found.proposals ?? []) {
    if (proposal.state === 'open') needs.push({ kind: 'proposal', id: `proposal ${proposal.id}`, proposal });
  }
  for (const run of found.ended) {
    const ended = run.state === 'failed' || run.state === 'lost';
    if (ended && !run.archived && (run.endedAt ?? 0) > now - recentMs)
      needs.push({ kind: 'run', id: `run ${run.id}`, run });
  }
  return needs.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** When a run that prints its step will be done, if it goes on as it has: epoch ms, or null where it cannot be said. */
export function expectedEnd(run: RunSummary, now: number): number | null {
  const { step, totalSteps, startedAt } = run;
  if (run.state !== 'running' || step === null || totalSteps === null || startedAt === null) return null;
  if (step <= 0 || totalSteps <= step || now <= startedAt) return null;
  return startedAt + ((now - startedAt) * totalSteps) / step;
}
