import type { Command, RunsPrograms } from '#backend/processes/index.ts';
import type { KeptSession } from '#shared/domain/terminal.ts';

/** Sessions of tmux on boxes, on a server of our own beside the user's. */
const named = /^trainyard-([0-9abcdefghjkmnpqrstvwxyz]{12})$/;
export const sessionOf = (terminalId: string): string => `trainyard-${terminalId}`;

const timeoutMs = 10_000;

const look: Omit<Command, 'args'> = {
  script: `command -v tmux >/dev/null 2>&1 || { echo missing; exit 0; }
if tmux -L trainyard has-session -t "=$1" 2>/dev/null; then echo there; else echo none; fi`,
};
/** Whether a box has tmux, and this session on it. */
export async function lookForSession(
  programs: RunsPrograms,
  session: string,
  signal?: AbortSignal,
): Promise<'missing' | 'there' | 'none'> {
  const { stdout } = await programs.exec(
    { ...look, args: [session] },
    { timeoutMs, ...(signal && { signal }) },
  );
  const said = stdout.toString('utf8').trim();
  return said === 'there' || said === 'none' ? said : 'missing';
}

/** Ends a session and all in it; one that is not there is all right. */
export async function endSession(programs: RunsPrograms, session: string): Promise<void> {
  const script =
    'command -v tmux >/dev/null 2>&1 && tmux -L trainyard kill-session -t "=$1" 2>/dev/null; exit 0';
  await programs.exec({ script, args: [session] }, { timeoutMs });
}

/** The terminal that a session of ours belongs to, or belonged to; null: it is none of ours. */
export const terminalOf = (session: string): string | null => named.exec(session)?.[1] ?? null;

/** All sessions of ours on a box, newest first; null: it has no tmux. */
export async function listSessions(
  programs: RunsPrograms,
  signal?: AbortSignal,
): Promise<KeptSession[] | null> {
  const script = `command -v tmux >/dev/null 2>&1 || { echo missing; exit 0; }
tmux -L trainyard list-sessions -F '#{session_created} #{session_attached} #{session_name} #{pane_current_command} #{pane_current_path}' 2>/dev/null; exit 0`;
  const { stdout } = await programs.exec({ script }, { timeoutMs, ...(signal && { signal }) });
  const lines = stdout.toString('utf8').split('\n');
  if (lines[0]?.trim() === 'missing') return null;
  return lines.flatMap(readSession).sort((a, b) => b.createdAt - a.createdAt);
}

/** A line that is none of ours, or the rest of a name with a line's end in it, gives nothing. */
function readSession(line: string): KeptSession[] {
  const [, created, attached, session = '', command = '', directory = ''] =
    /^(\d{1,12}) (\d{1,6}) (\S+) ?(\S*) ?(.*)$/.exec(line) ?? [];
  if (terminalOf(session) === null) return [];
  const createdAt = Number(created) * 1000;
  return [
    { session, createdAt, attached: attached !== '0', command: plain(command), directory: plain(directory) },
  ];
}

const plain = (text: string): string => text.replace(/\p{Cc}/gu, '').slice(0, 4096);
