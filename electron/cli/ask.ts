import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Asks on the terminal (stderr: stdout is for results). `hidden`: what is typed is not shown. */
export async function ask(
  question: string,
  { hidden = false, signal }: { hidden?: boolean; signal?: AbortSignal } = {},
): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({
    input: process.stdin,
    output: hidden ? silent : process.stderr,
    terminal: process.stdin.isTTY,
  });
  try {
    if (hidden) process.stderr.write(question);
    const answer = await (signal
      ? terminal.question(hidden ? '' : question, { signal })
      : terminal.question(hidden ? '' : question));
    if (hidden) process.stderr.write('\n');
    return answer;
  } finally {
    terminal.close();
  }
}

/** Whether what was typed agrees; anything but "y" and "yes" does not. */
export const isYes = (typed: string): boolean => /^y(es)?$/i.test(typed.trim());
