/** A signal for all of a process group. That it is gone already, or became another user's (sudo), is no error. */
export function signalGroup(pid: number, name: NodeJS.Signals): void {
  if (pid <= 1) return;
  try {
    process.kill(-pid, name);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
