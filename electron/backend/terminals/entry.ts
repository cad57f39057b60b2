import type { OpenShell } from '#backend/processes/index.ts';
import type { Terminal } from '#shared/domain/terminal.ts';
import type { LiveTerminal } from './live-terminal.ts';
import type { KeptTerminal } from './table.ts';

/** A terminal of the list with all that is known of it. */
export interface Entry extends KeptTerminal {
  terminal: Terminal;
  live: LiveTerminal;
  shell: OpenShell | null;
  /** A shell is being started; aborted by closing. */
  starting: AbortController | null;
  /** When the connection was lost; null: it was not. */
  lostAt: number | null;
  /** What a program wants as title, while the user is to be asked. */
  wantedTitle: string;
  /** It shows a session that was there before it: without that there is nothing to show. */
  attaches: boolean;
  /** It is being closed: what happens to its shell matters to nobody. */
  closed: boolean;
}
