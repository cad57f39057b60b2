import { spawn } from 'node:child_process';

const conditionTimeoutMs = 10_000;

/** The command of a `Match exec`, by the shell as OpenSSH runs it: true when it ends with 0. Only ever called to connect. */
export function runCondition(command: string): Promise<boolean> {
  return new Promise((resolve) => {
    const windows = process.platform === 'win32';
    const child = spawn(windows ? 'cmd' : '/bin/sh', windows ? ['/c', command] : ['-c', command], {
      stdio: 'ignore',
      timeout: conditionTimeoutMs,
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
