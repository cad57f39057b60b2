import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tempDirectory } from '#test/temp.ts';
import { placeWindow, readWindowState, writeWindowState } from '../../../../electron/main/window-state.ts';

const display = { x: 0, y: 0, width: 1920, height: 1080 };

test('a window opens where it was closed', () => {
  const kept = { x: 100, y: 50, width: 1200, height: 800, maximised: false };
  expect(placeWindow(kept, [display])).toEqual(kept);
});

test('a window kept on a display that is gone opens in the middle of the first one', () => {
  const kept = { x: 4000, y: 50, width: 1200, height: 800, maximised: true };
  expect(placeWindow(kept, [display])).toEqual({ x: 360, y: 140, width: 1200, height: 800, maximised: true });
});

test('whatever was kept, the window lies where a part of it can be reached and fits its display', () => {
  const number = fc.integer({ min: -10_000, max: 10_000 });
  const size = fc.integer({ min: 1, max: 10_000 });
  const rectangle = fc.record({ x: number, y: number, width: size, height: size, maximised: fc.boolean() });
  fc.assert(
    fc.property(rectangle, (kept) => {
      const placed = placeWindow(kept, [display]);
      expect(placed.width).toBeLessThanOrEqual(display.width);
      expect(placed.height).toBeLessThanOrEqual(display.height);
      expect(placed.x).toBeLessThanOrEqual(display.width - 100);
      expect(placed.x + Math.max(placed.width, kept.width)).toBeGreaterThanOrEqual(100);
      expect(placed.y).toBeLessThanOrEqual(display.height - 20);
    }),
  );
});

test('a file that is damaged or missing is no state, and what is written is read', async () => {
  const file = path.join(await tempDirectory('window'), 'window.json');
  expect(readWindowState(file)).toBeNull();
  const state = { x: 1, y: 2, width: 900, height: 700, maximised: true };
  writeWindowState(file, state);
  expect(readWindowState(file)).toEqual(state);
  writeFileSync(file, readFileSync(file).subarray(0, 10));
  expect(readWindowState(file)).toBeNull();
});
