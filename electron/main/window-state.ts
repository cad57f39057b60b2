import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const rectangle = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(1),
  height: z.number().int().min(1),
});
export type Rectangle = z.infer<typeof rectangle>;
const windowState = rectangle.extend({ maximised: z.boolean() });
export type WindowState = z.infer<typeof windowState>;

export const smallestWindow = { width: 900, height: 600 } as const;

/** The state kept at the last close, or null where there is none or it cannot be read. */
export function readWindowState(file: string): WindowState | null {
  try {
    return windowState.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // The first start, or a damaged file: the window opens at its usual place, which loses nothing of worth.
    return null;
  }
}

export function writeWindowState(file: string, state: WindowState): void {
  writeFileSync(`${file}.new`, JSON.stringify(state));
  renameSync(`${file}.new`, file);
}

/**
 * Where the window opens: where it was, if enough of its title bar (100 × 20 px) lies on a display that is there now; else
 * in the middle of the first display. Never larger than the display, never smaller than the page can be.
 */
export function placeWindow(kept: WindowState | null, displays: readonly Rectangle[]): WindowState {
  const first = displays[0] ?? { x: 0, y: 0, width: 1440, height: 900 };
  const home =
    kept &&
    displays.find((display) => overlap(display, { x: kept.x, y: kept.y, width: kept.width, height: 40 }));
  const display = home ?? first;
  const width = Math.min(Math.max(kept?.width ?? 1440, smallestWindow.width), display.width);
  const height = Math.min(Math.max(kept?.height ?? 900, smallestWindow.height), display.height);
  const maximised = kept?.maximised ?? false;
  if (kept && home) return { x: kept.x, y: kept.y, width, height, maximised };
  return {
    x: display.x + Math.floor((display.width - width) / 2),
    y: display.y + Math.floor((display.height - height) / 2),
    width,
    height,
    maximised,
  };
}

const stepPx = 28;

/** Not exactly over another window: a little further down and right, as far as the display goes. */
export function cascaded(
  place: WindowState,
  others: readonly Rectangle[],
  displays: readonly Rectangle[],
): WindowState {
  let { x, y } = place;
  const display = displays.find((one) => overlap(one, { ...place, height: 40 }));
  for (let turn = 0; turn < others.length; turn += 1) {
    if (!others.some((other) => Math.abs(other.x - x) < 8 && Math.abs(other.y - y) < 8)) break;
    x += stepPx;
    y += stepPx;
    if (
      display &&
      (x + place.width > display.x + display.width || y + place.height > display.y + display.height)
    ) {
      // No room below: it starts again from the display's corner.
      x = display.x + (turn % 4) * 8;
      y = display.y + (turn % 4) * 8;
    }
  }
  return { ...place, x, y };
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width >= 100 && height >= 20;
}
