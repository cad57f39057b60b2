import { expect, test } from 'vitest';
import { Interrupts } from '#backend/terminals/interrupts.ts';
import { isInterrupt } from '#shared/domain/terminal-interrupts.ts';
import { SimClock } from '#test/fakes/sim-clock.ts';

/** Lets time pass until `done`, with output every `everyMs` until `lastMs`; resolves with how long that took. */
async function settles(everyMs: number, lastMs: number): Promise<number> {
  const clock = new SimClock();
  const interrupts = new Interrupts(clock);
  const startedAt = clock.elapsed();
  interrupts.typed();
  let settledAfter = -1;
  void interrupts.settled().then(() => {
    settledAfter = clock.elapsed() - startedAt;
  });
  clock.onTick = (now) => {
    if (now - startedAt <= lastMs) interrupts.took();
  };
  while (settledAfter < 0) await clock.step(everyMs);
  return settledAfter;
}

test('after an interrupt the screen waits until nothing more comes, and no longer than 120 ms', async () => {
  expect(await settles(5, -1)).toBe(15);
  expect(await settles(5, 60)).toBe(75);
  expect(await settles(5, 10_000)).toBe(120);
});

test('without one it does not wait, and a while after one viewers are waited for again', async () => {
  const clock = new SimClock();
  const interrupts = new Interrupts(clock);
  interrupts.took();
  expect(interrupts.areRecent).toBe(false);
  let settled = false;
  void interrupts.settled().then(() => {
    settled = true;
  });
  await clock.step(0);
  expect(settled).toBe(true);
  interrupts.typed();
  expect(interrupts.areRecent).toBe(true);
  clock.jump(400);
  expect(interrupts.areRecent).toBe(false);
});

test('Ctrl-C, Ctrl-Z and Ctrl-\\ are interrupts, also among other keys; letters are none', () => {
  expect(
    ['\x03', '\x1a', '\x1c', 'ab\x03c', 'c', '\r', ''].map((keys) => isInterrupt(Buffer.from(keys))),
  ).toEqual([true, true, true, true, false, false, false]);
});
