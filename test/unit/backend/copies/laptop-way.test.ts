import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CopyBox } from '#backend/copies/box.ts';
import { LaptopWay } from '#backend/copies/laptop-way.ts';
import type { RunsPrograms } from '#backend/processes/index.ts';

const mib = 1_048_576;
const signal = new AbortController().signal;

/** A machine on which nothing takes any time but getting there and back. */
function box(name: string, answersMs: number | 'never'): CopyBox {
  const programs: RunsPrograms = {
    exec: async () => {
      if (answersMs === 'never') throw new Error('gone');
      vi.advanceTimersByTime(answersMs);
      return { exitCode: 0, signal: null, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
    },
    spawn: () => Promise.reject(new Error('nothing is carried')),
  };
  return new CopyBox({ id: name, name }, () => Promise.resolve(programs));
}

async function lanesOf(answersMs: number | 'never', bytes: number): Promise<number> {
  const way = new LaptopWay({
    from: box('here', 0),
    to: box('there', answersMs),
    place: '/data',
    stage: '/stage',
    tarOptions: '',
    zip: 'gzip',
    hasher: '',
    here: null,
    silenceMs: 60_000,
    ends: null,
  });
  way.begin(signal);
  await way.expect(bytes);
  return way.lanes;
}

describe('how many loads are under way at a time through this computer', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it.each([
    [5, 3],
    [50, 3],
    [90, 5],
    [130, 7],
    [2_000, 7],
  ])('a machine that answers in %i ms gets %i, for what is large', async (answersMs, lanes) => {
    expect(await lanesOf(answersMs, 100 * mib)).toBe(lanes);
  });

  it('what is over at once needs no more, however far it is', async () => {
    expect(await lanesOf(400, 8 * mib)).toBe(3);
  });

  it('a machine that does not answer is asked nothing more', async () => {
    expect(await lanesOf('never', 100 * mib)).toBe(3);
  });
});
