import type { RunsPrograms } from '#backend/processes/index.ts';
import { SyncBox } from './box.ts';

/**
 * Removes from a box the code that no run needs: neither one of `keep` (snapshot ids) nor anything used within
 * `olderThanMinutes`. Returns the bytes it freed.
 */
export async function collectGarbage(
  programs: RunsPrograms,
  {
    root,
    keep,
    olderThanMinutes = 1440,
  }: { root: string; keep: Iterable<string>; olderThanMinutes?: number },
  { signal, scriptsDirectory }: { signal?: AbortSignal; scriptsDirectory?: string } = {},
): Promise<number> {
  const names = [...keep].filter((id) => /^[0-9a-f]{32}$/.test(id));
  const box = new SyncBox(programs, scriptsDirectory);
  const answers = await box.ask(
    'gc',
    [root, String(olderThanMinutes)],
    { needed: 0, place: root },
    {
      signal,
      stdin: Buffer.from(names.map((name) => `${name}\n`).join('')),
      timeoutMs: 300_000,
    },
  );
  const freed = Number(answers.find(([word]) => word === 'freed')?.[1]);
  return Number.isFinite(freed) ? Math.max(0, freed) * 1024 : 0;
}
