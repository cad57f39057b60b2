/**
 * How long to wait before try number `attempt` (0 is the first retry): 1 s, doubling, at most 30 s, each shortened by up
 * to a half at random, so that many clients of one backend do not come back at the same moment. Milliseconds.
 */
export function backOffMs(attempt: number, random: () => number = Math.random): number {
  const whole = Math.min(30_000, 1000 * 2 ** Math.min(attempt, 10));
  return Math.round(whole * (1 - random() / 2));
}
