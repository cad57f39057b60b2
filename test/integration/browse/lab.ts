import path from 'node:path';
import { Browse } from '#backend/browse/index.ts';
import { type LocalPrograms, localPrograms } from '#backend/processes/index.ts';
import { thisComputerId } from '#shared/domain/id.ts';
import { localBox } from '#test/lab/local-box.ts';

export const owner = { name: 'tester', role: 'owner' } as const;
export const signal = new AbortController().signal;
export const page = {
  by: 'name',
  descending: false,
  search: '',
  hidden: false,
  offset: 0,
  limit: 500,
} as const;

export type BrowsedKind = 'dash' | 'bash' | 'busybox';

export interface Browsed {
  home: string;
  programs: LocalPrograms;
  browse: Browse;
  recorded: { action: string; result?: string | undefined; details?: Record<string, unknown> | undefined }[];
  live: { directory: string; work: string }[];
  at(name: string): { machineId: string; path: string };
  close(): Promise<void>;
}

/** The room over a box without a server: the same scripts, in that box's shell and with its programs. */
export async function browsed(kind: BrowsedKind): Promise<Browsed> {
  const box = await localBox({ kind });
  const recorded: Browsed['recorded'] = [];
  const live: Browsed['live'] = [];
  const browse = new Browse({
    access: { programs: async () => box.programs },
    machine: (id) => ({ id, name: 'box' }),
    activity: { record: (entry) => void recorded.push(entry) },
    clock: { now: () => Date.now(), elapsed: () => performance.now(), sleep: async () => undefined },
    livePlaces: () => live,
  });
  return {
    home: box.home,
    programs: box.programs,
    browse,
    recorded,
    live,
    at: (name) => ({ machineId: thisComputerId, path: path.posix.join(box.home, name) }),
    close: () => box.close(),
  };
}

export { localPrograms };
