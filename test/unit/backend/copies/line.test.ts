import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CopyBox } from '#backend/copies/box.ts';
import { lineOf } from '#backend/copies/line.ts';
import type { RunningProgram, RunsPrograms } from '#backend/processes/index.ts';

/** How a machine's line is: what a question takes, and how many bytes pass in a ms. */
interface Kind {
  questionMs: number;
  bytesPerMs: number;
}

/** A program that does nothing. */
const silent = (program: Partial<RunningProgram> = {}): RunningProgram => ({
  stdin: new PassThrough(),
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  exited: new Promise(() => undefined),
  kill: () => undefined,
  ...program,
});

/** A machine behind a line of that kind, in a time of the test's own. */
function box({ questionMs, bytesPerMs }: Kind, killed = vi.fn<() => void>()): CopyBox {
  const programs: RunsPrograms = {
    exec: async () => {
      vi.advanceTimersByTime(questionMs);
      return { exitCode: 0, signal: null, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
    },
    spawn: async ({ script }) => {
      vi.advanceTimersByTime(questionMs);
      const [stdin, stdout] = [new PassThrough(), new PassThrough()];
      const sizes = [...script.matchAll(/head -c (\d+)/g)].map(([, size]) => Number(size));
      const pours = script.includes('/dev/urandom');
      const answer = () => {
        const size = sizes.shift() ?? 0;
        vi.advanceTimersByTime(questionMs / 2 + size / bytesPerMs);
        stdout.write(pours ? Buffer.alloc(size) : '\n');
      };
      let come = 0;
      stdin.on('data', (chunk: Buffer) => {
        come += chunk.length;
        if (!pours && come < (sizes[0] ?? 0)) return;
        come = 0;
        answer();
      });
      return silent({ stdin, stdout, kill: killed });
    },
  };
  return new CopyBox({ id: 'there', name: 'there' }, () => Promise.resolve(programs));
}

const signal = new AbortController().signal;
const nobody = { questionMs: 0, bytesPerMs: 1 };

describe('what a line is like', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  it.each([
    ['to', 125_000],
    ['from', 125_000],
    ['to', 12_500],
    ['from', 12_500],
  ] as const)(
    '%s a machine 40 ms away: %i bytes a ms, however long a question takes',
    async (way, bytesPerMs) => {
      const killed = vi.fn<() => void>();
      const line = await lineOf(box({ questionMs: 80, bytesPerMs }, killed), way, signal);
      expect(line.commandMs).toBe(80);
      expect(line.bytesPerMs).toBeGreaterThan(bytesPerMs * 0.9);
      expect(line.bytesPerMs).toBeLessThan(bytesPerMs * 1.1);
      expect(killed).toHaveBeenCalledOnce();
    },
  );

  it('a machine without the programs for it is only as far as it is', async () => {
    const there = box({ ...nobody, questionMs: 40 });
    vi.spyOn(there, 'spawn').mockRejectedValue(new Error('nothing there'));
    expect(await lineOf(there, 'to', signal)).toEqual({ commandMs: 40, bytesPerMs: null });
  });

  it('what ends before it has answered says nothing', async () => {
    const there = box(nobody);
    const stdout = new PassThrough();
    vi.spyOn(there, 'spawn').mockResolvedValue(silent({ stdout }));
    stdout.destroy();
    expect((await lineOf(there, 'to', signal)).bytesPerMs).toBeNull();
  });

  it('a line on which nothing comes through is slow, and not waited for', async () => {
    const there = box(nobody);
    vi.spyOn(there, 'spawn').mockResolvedValue(silent());
    expect((await lineOf(there, 'to', signal)).bytesPerMs).toBe(0);
  });

  it('what is given up while it is measured is given up', async () => {
    const stop = new AbortController();
    const there = box(nobody);
    vi.spyOn(there, 'spawn').mockImplementation(() => {
      queueMicrotask(() => stop.abort(new Error('given up')));
      return Promise.resolve(silent());
    });
    await expect(lineOf(there, 'to', stop.signal)).rejects.toThrow('given up');
  });
});
