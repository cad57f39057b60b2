import type { Command } from '#backend/processes/index.ts';
import type { Terminal } from '#shared/domain/terminal.ts';
import { sessionOf } from './tmux.ts';

/** Where a run is, and what belongs to it there. */
export interface RunPlace {
  machineId: string;
  /** Absolute; null: it has not started there. */
  directory: string | null;
  /** Lines of `export` for a shell, without secrets. */
  environment: string;
  /** The first process of the run's session, while it is alive. */
  pid: number | null;
}

export interface Scripts {
  /** The texts of resources/remote/terminal.sh and gpu-view.sh. */
  terminal: string;
  gpuView: string;
}

const gpuViewSeconds = 2;

/** What is run in a terminal's pty; null: the account's login shell, untouched. */
export function startCommand(
  terminal: Pick<Terminal, 'id' | 'kind' | 'keptBy'>,
  how: { directory: string | null; shell: string; place: RunPlace | null; scrollback: number },
  scripts: Scripts,
): Command | null {
  const { directory, shell, place, scrollback } = how;
  if (terminal.kind === 'gpu')
    return { script: scripts.gpuView, args: [String(place?.pid ?? '-'), String(gpuViewSeconds)] };
  const environment = place?.environment ?? '';
  const tmux = terminal.keptBy === 'tmux';
  if (directory === null && shell === '' && environment === '' && !tmux) return null;
  const session = tmux ? sessionOf(terminal.id) : '';
  return {
    script: scripts.terminal,
    args: [directory ?? '', shell, environment, session, String(scrollback)],
  };
}

/** Absolute or below the home, on one line. */
export const isDirectory = (path: string): boolean => /^(\/|~\/|~$)/.test(path) && !/\p{Cc}/u.test(path);
