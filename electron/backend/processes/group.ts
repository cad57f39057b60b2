/** A signal for all of a process group. That it is gone already, or became another user's (sudo), is no error. */
export function signalGroup(pid: number, name: NodeJS.Signals): void {
  send(-pid, name);
}

/**
 * The same for a program that was forked just now: until its first instructions were run it leads no group yet, and a
 * signal for the group reaches nobody.
 */
export function signalLeader(pid: number, name: NodeJS.Signals): void {
  if (!send(-pid, name)) send(pid, name);
}

/** Whether anybody was there to have it. */
function send(to: number, name: NodeJS.Signals): boolean {
  if (Math.abs(to) <= 1) return false;
  try {
    process.kill(to, name);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
    return code === 'EPERM';
  }
}
