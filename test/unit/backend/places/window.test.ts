import fc from 'fast-check';
import { expect, test } from 'vitest';
import { minutesLeft, minutesOfDay } from '#backend/places/window.ts';

const at = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

test.each([
  ['08:00', '20:00', '07:59', 0],
  ['08:00', '20:00', '08:00', 720],
  ['08:00', '20:00', '19:45', 15],
  ['08:00', '20:00', '20:00', 0],
  ['20:00', '08:00', '23:00', 540],
  ['20:00', '08:00', '07:59', 1],
  ['20:00', '08:00', '12:00', 0],
  ['00:00', '00:00', '12:00', null],
  ['09:30', '09:30', '09:29', null],
])('%s–%s at %s: %s min left', (from, to, now, expected) => {
  expect(minutesLeft({ from, to }, at(now))).toBe(expected);
});

test('no window never closes; any other is open as long as it says, counting down minute by minute', () => {
  expect(minutesLeft(null, 0)).toBeNull();
  const minute = fc.integer({ min: 0, max: minutesOfDay - 1 });
  const text = (value: number) =>
    `${String(Math.floor(value / 60)).padStart(2, '0')}:${String(value % 60).padStart(2, '0')}`;
  fc.assert(
    fc.property(minute, minute, minute, (from, to, now) => {
      const window = { from: text(from), to: text(to) };
      const left = minutesLeft(window, now);
      if (from === to) {
        expect(left).toBeNull();
        return;
      }
      const next = minutesLeft(window, (now + 1) % minutesOfDay);
      if (left !== null && left > 0) expect(next).toBe(left - 1);
      const open = Array.from({ length: minutesOfDay }, (_, each) => minutesLeft(window, each)).filter(
        (each) => each !== 0,
      ).length;
      expect(open).toBe((to - from + minutesOfDay) % minutesOfDay);
    }),
    { numRuns: 100 },
  );
});
