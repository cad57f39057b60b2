import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pageAddress } from '../../../../electron/main/lockdown.ts';
import { OncePerId, slotFile, WindowSlots } from '../../../../electron/main/window-slots.ts';
import { cascaded } from '../../../../electron/main/window-state.ts';

test('a window has the lowest place that is free, and a place of its own', () => {
  const slots = new WindowSlots<{ slot: number }>();
  const make = (slot: number) => ({ slot });
  const [a, b, c] = [slots.take(make), slots.take(make), slots.take(make)];
  expect([a.slot, b.slot, c.slot]).toEqual([0, 1, 2]);
  slots.release(b);
  expect(slots.take(make).slot).toBe(1);
  expect(slots.windows.length).toBe(3);
  expect([slotFile(0), slotFile(1)]).toEqual(['window.json', 'window-2.json']);
});

test('what every window tells is done once', () => {
  const told = new OncePerId();
  expect([told.first('a'), told.first('a'), told.first('b')]).toEqual([true, false, true]);
  for (let index = 0; index < 2_000; index += 1) told.first(`n${index}`);
  expect(told.first('n1999')).toBe(false);
});

test('a further window does not lie exactly over another one, and stays on its display', () => {
  const display = { x: 0, y: 0, width: 1920, height: 1080 };
  const place = { x: 100, y: 80, width: 1200, height: 800, maximised: false };
  expect(cascaded(place, [], [display])).toEqual(place);
  const others = [place];
  for (let turn = 0; turn < 12; turn += 1) {
    const next = cascaded(place, others, [display]);
    expect(next.x).toBeGreaterThanOrEqual(0);
    expect(next.x + next.width).toBeLessThanOrEqual(1920);
    expect(next.y + next.height).toBeLessThanOrEqual(1080);
    others.push(next);
  }
});

test.each(['/', '/runs/0123456789ab?tab=log', '/files/x?path=%2Fdata'])('%s is a page of the app', (path) => {
  expect(pageAddress(path)).toBe(`app://trainyard${path}`);
});

test.each([
  '',
  'runs',
  '//evil.example/',
  '/\\evil.example',
  '.evil.example/',
  '@evil/',
  ':80/',
  '/a b',
  '/\n',
  'https://x/',
])('%j is none', (path) => {
  expect(pageAddress(path)).toBeNull();
});

test('whatever is asked for, the address is within the page', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.webPath()), (path) => {
      const address = pageAddress(path);
      if (address !== null) expect(new URL(address).host).toBe('trainyard');
    }),
    { numRuns: 5_000 },
  );
});
