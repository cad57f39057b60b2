import { expect, test } from 'vitest';
import { onWake } from '#headless/wake.ts';

test('a sleep is what the wall clock counts and the monotonic one does not', () => {
  let wall = 1_000_000;
  let monotonic = 0;
  let look = (): void => undefined;
  let ended = false;
  let woken = 0;
  const end = onWake(() => (woken += 1), {
    wallClock: () => wall,
    monotonic: () => monotonic,
    every: (_ms, call) => {
      look = call;
      return () => {
        ended = true;
      };
    },
  });
  const pass = (wallMs: number, monotonicMs: number) => {
    wall += wallMs;
    monotonic += monotonicMs;
    look();
  };
  pass(5_000, 5_000);
  // A machine too busy to look for a minute has not slept; a clock set a little has not either.
  pass(60_000, 60_000);
  pass(5_900, 5_000);
  pass(-3_600_000, 5_000);
  expect(woken).toBe(0);
  pass(3_605_000, 5_000);
  expect(woken).toBe(1);
  pass(5_000, 5_000);
  expect(woken).toBe(1);
  end();
  expect(ended).toBe(true);
});
