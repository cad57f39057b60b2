import type { Command, RunsPrograms } from '#backend/processes/index.ts';

/** Sessions of tmux on boxes, on a server of our own beside the user's. */
const named = /^trainyard-([0-9a-z]{12})$/;
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

export interface KeptSession {
  session: string;
  terminalId: string;
  /** Epoch ms. */
  createdAt: number;
  attached: boolean;
}

export async function listSessions(programs: RunsPrograms, signal?: AbortSignal): Promise<KeptSession[]> {
  const script = `command -v tmux >/dev/null 2>&1 || exit 0
tmux -L trainyard list-sessions -F '#{session_created} #{session_attached} #{session_name}' 2>/dev/null; exit 0`;
  const { stdout } = await programs.exec({ script }, { timeoutMs, ...(signal && { signal }) });
  return stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [, created, attached, session] = /^(\d{1,12}) (\d{1,6}) (\S+)$/.exec(line) ?? [];
      const terminalId = named.exec(session ?? '')?.[1];
      if (session === undefined || terminalId === undefined) return [];
      return [{ session, terminalId, createdAt: Number(created) * 1000, attached: attached !== '0' }];
    });
}
