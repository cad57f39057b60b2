import {
  type Command,
  collect,
  commandTimedOut,
  type ExecOptions,
  type ExecResult,
  type RunningProgram,
} from '#backend/processes/index.ts';

/** exec within its limits, of which the time counts from now on, waiting for a session included. */
export async function execWithin(
  options: ExecOptions,
  start: (signal: AbortSignal) => Promise<RunningProgram>,
): Promise<ExecResult> {
  const { timeoutMs = 30_000, signal } = options;
  const startedAt = performance.now();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(commandTimedOut(timeoutMs)), timeoutMs);
  let program: RunningProgram;
  try {
    program = await start(signal ? AbortSignal.any([signal, limit.signal]) : limit.signal);
  } finally {
    clearTimeout(timer);
  }
  return collect(program, {
    ...options,
    timeoutMs: Math.max(1, timeoutMs - (performance.now() - startedAt)),
  });
}

/** Signals a process group, or the one process where its sshd made no group for it. */
export const signalCommand = (pid: number, name: 'TERM' | 'KILL'): Command => ({
  script: 'kill "-$1" "-$2" 2>/dev/null || kill "-$1" "$2" 2>/dev/null || :',
  args: [name, String(pid)],
});

/** Ends the program when `signal` aborts. */
export function endWith(program: RunningProgram, signal: AbortSignal): void {
  const onAbort = () => program.kill();
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  const forget = () => signal.removeEventListener('abort', onAbort);
  program.exited.then(forget, forget);
}
