import { expect, test } from 'vitest';
import { fatalExitCode, Supervisor } from '#headless/supervisor.ts';

/** A supervisor whose processes and time are played by hand. */
function scene() {
  let now = 0;
  interface Played {
    end(code: number | null): void;
    asked: number;
    killed: number;
  }
  const started: Played[] = [];
  let timers: { at: number; call: () => void }[] = [];
  const waits: number[] = [];
  const supervisor = new Supervisor({
    start() {
      const process: Played = { end: () => undefined, asked: 0, killed: 0 };
      started.push(process);
      return {
        askToEnd() {
          process.asked += 1;
        },
        kill() {
          process.killed += 1;
        },
        onExit: (listener) => {
          process.end = listener;
        },
      };
    },
    onCrash: (_code, waitMs) => waits.push(waitMs),
    later(ms, call) {
      const timer = { at: now + ms, call };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    now: () => now,
    random: () => 0,
  });
  const pass = (ms: number) => {
    now += ms;
    const due = timers.filter(({ at }) => at <= now);
    timers = timers.filter(({ at }) => at > now);
    for (const { call } of due) call();
  };
  const newest = () => {
    const process = started.at(-1);
    if (!process) throw new Error('nothing was started');
    return process;
  };
  return { supervisor, started, waits, pass, newest };
}

test('crashes wait 1 s, twice that each time, 30 s at most; a sound life begins anew', async () => {
  const { supervisor, started, waits, pass, newest } = scene();
  const ended = supervisor.run();
  for (let n = 0; n < 7; n++) {
    newest().end(1);
    pass(waits.at(-1) ?? 0);
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect(started.length).toBe(8);
  pass(60_000);
  newest().end(null);
  expect(waits.at(-1)).toBe(1000);
  pass(1000);
  newest().end(0);
  expect(await ended).toBe(0);
  expect(started.length).toBe(9);
});

test('what is of no use to try again is not', async () => {
  const { supervisor, started, newest } = scene();
  const ended = supervisor.run();
  newest().end(fatalExitCode);
  expect(await ended).toBe(1);
  expect(started.length).toBe(1);
});

test('asked to end it asks, waits 10 s, then ends it', async () => {
  const { supervisor, started, waits, pass, newest } = scene();
  const ended = supervisor.run();
  supervisor.end();
  supervisor.end();
  expect(newest().asked).toBe(1);
  pass(9_999);
  expect(newest().killed).toBe(0);
  pass(1);
  expect(newest().killed).toBe(1);
  newest().end(null);
  expect(await ended).toBe(0);
  expect(started.length).toBe(1);
  expect(waits).toEqual([]);
});

test('asked to end while it waits to start again, it ends', async () => {
  const { supervisor, started, pass, newest } = scene();
  const ended = supervisor.run();
  newest().end(1);
  supervisor.end();
  expect(await ended).toBe(0);
  pass(60_000);
  expect(started.length).toBe(1);
});
