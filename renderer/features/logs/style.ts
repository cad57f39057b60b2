/** A colour of the palette (0–255), or 0x1000000 + RGB. */
export type Colour = number;
export const trueColour = (red: number, green: number, blue: number): Colour =>
  0x1000000 + ((red & 255) << 16) + ((green & 255) << 8) + (blue & 255);

export interface Style {
  readonly foreground: Colour | null;
  readonly background: Colour | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  readonly strike: boolean;
  /** An http(s) address given by OSC 8. Shown; opened only when the user asks. */
  readonly link: string | null;
}

export const plain: Style = {
  foreground: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  strike: false,
  link: null,
};

const keyOf = (s: Style): string =>
  `${s.foreground},${s.background},${s.bold},${s.dim},${s.italic},${s.underline},${s.inverse},${s.strike},${s.link}`;
const interned = new Map<string, Style>([[keyOf(plain), plain]]);
/** A log that prints every colour there is must not fill the memory. */
const maxInterned = 4096;

/** Equal styles are the same object, so that neighbours are joined by identity. */
export function intern(style: Style): Style {
  const key = keyOf(style);
  const known = interned.get(key);
  if (known) return known;
  if (interned.size >= maxInterned) {
    interned.clear();
    interned.set(keyOf(plain), plain);
  }
  interned.set(key, style);
  return style;
}

const flags: Record<number, Partial<Style>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  21: { underline: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
  39: { foreground: null },
  49: { background: null },
};

/** The same few changes come again on every line. */
const changes = new WeakMap<Style, Map<string, Style>>();

/** The style after "select graphic rendition" with these parameters ("1;38;5;208"). What is not known changes nothing. */
export function applySgr(style: Style, parameters: string): Style {
  let known = changes.get(style);
  const before = known?.get(parameters);
  if (before) return before;
  const next = changed(style, parameters);
  if (!known || known.size > 256) {
    known = new Map();
    changes.set(style, known);
  }
  known.set(parameters, next);
  return next;
}

function changed(style: Style, parameters: string): Style {
  let next = style;
  const parts = parameters.split(';');
  for (let at = 0; at < parts.length; at++) {
    const [first = '', ...sub] = (parts[at] ?? '').split(':');
    const code = first === '' ? 0 : Number(first);
    if (code === 0) next = { ...plain, link: style.link };
    else if (code === 38 || code === 48 || code === 58) {
      const [colour, used] = sub.length > 0 ? [colourOfSub(sub), 0] : colourOfParts(parts, at + 1);
      at += used;
      if (colour !== null && code !== 58)
        next = { ...next, [code === 38 ? 'foreground' : 'background']: colour };
    } else if (code === 4 && sub[0] === '0') next = { ...next, underline: false };
    else if (code >= 30 && code <= 37) next = { ...next, foreground: code - 30 };
    else if (code >= 40 && code <= 47) next = { ...next, background: code - 40 };
    else if (code >= 90 && code <= 97) next = { ...next, foreground: code - 82 };
    else if (code >= 100 && code <= 107) next = { ...next, background: code - 92 };
    else next = { ...next, ...flags[code] };
  }
  return next === style ? style : intern(next);
}

/** "38;5;N" and "38;2;R;G;B": the colour, and how many further parameters it took. */
function colourOfParts(parts: readonly string[], at: number): [Colour | null, number] {
  const number = (index: number) => Number(parts[index] ?? '') || 0;
  if (parts[at] === '5') return [number(at + 1) & 255, 2];
  if (parts[at] === '2') return [trueColour(number(at + 1), number(at + 2), number(at + 3)), 4];
  return [null, 0];
}

/** "38:5:N" and "38:2::R:G:B", with or without the colour space. */
function colourOfSub(sub: readonly string[]): Colour | null {
  const numbers = sub.map((part) => Number(part) || 0);
  if (numbers[0] === 5) return (numbers[1] ?? 0) & 255;
  if (numbers[0] !== 2) return null;
  const [red = 0, green = 0, blue = 0] = numbers.slice(sub.length >= 5 ? 2 : 1);
  return trueColour(red, green, blue);
}

/** Palette colours 16–255 and true colours as CSS; 0–15 are the theme's own. */
export function cssColour(colour: Colour): string {
  if (colour >= 0x1000000) return `#${(colour - 0x1000000).toString(16).padStart(6, '0')}`;
  if (colour < 16) return `var(--ansi-${colour})`;
  if (colour >= 232) {
    const grey = 8 + (colour - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const step = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const cube = colour - 16;
  return `rgb(${step(Math.floor(cube / 36))} ${step(Math.floor(cube / 6) % 6)} ${step(cube % 6)})`;
}
