/** How keys are written down here ("mod+shift+p", "g r", "?") and how they are shown on this computer's keyboard. */

export const isMac = (): boolean => typeof navigator !== 'undefined' && navigator.platform.startsWith('Mac');

const shown: Record<string, { mac: string; other: string }> = {
  mod: { mac: '⌘', other: 'Ctrl' },
  ctrl: { mac: '⌃', other: 'Ctrl' },
  shift: { mac: '⇧', other: '⇧' },
  alt: { mac: '⌥', other: 'Alt' },
  enter: { mac: '⏎', other: 'Enter' },
  escape: { mac: 'Esc', other: 'Esc' },
  arrowdown: { mac: '↓', other: '↓' },
  arrowup: { mac: '↑', other: '↑' },
  arrowleft: { mac: '←', other: '←' },
  arrowright: { mac: '→', other: '→' },
  pagedown: { mac: 'PgDn', other: 'PgDn' },
  pageup: { mac: 'PgUp', other: 'PgUp' },
  ' ': { mac: 'Space', other: 'Space' },
};

const parts = (press: string): string[] =>
  press.endsWith('++') ? [...press.slice(0, -2).split('+'), '+'] : press.split('+');

/** The caps to draw for one way of pressing: "mod+shift+p" → Ctrl ⇧ P; "g r" → g r. */
export function capsOf(keys: string, mac = isMac()): string[] {
  const presses = keys === ' ' ? [' '] : keys.split(' ');
  return presses.flatMap((press) => {
    const names = press === '+' ? ['+'] : parts(press);
    return names.map((name) => {
      const known = shown[name.toLowerCase()];
      if (known) return mac ? known.mac : known.other;
      if (name.length > 1) return name.charAt(0).toUpperCase() + name.slice(1);
      // With a modifier the cap is meant, else the very sign.
      return names.length > 1 ? name.toUpperCase() : name;
    });
  });
}

/** The same in one line, for tooltips and menus. */
export const keyText = (keys: string): string => capsOf(keys).join(keys.includes('+') ? '+' : ' ');

export interface PressedKey {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** What was pressed, in the same writing. Shift is named only beside another modifier: "?" is a key of its own. */
export function pressName(event: PressedKey, mac = isMac()): string {
  const mod = mac ? event.metaKey : event.ctrlKey;
  const other = mac ? event.ctrlKey : event.metaKey;
  if (!mod && !other && !event.altKey) return event.key;
  return [
    mod ? 'mod' : '',
    other ? (mac ? 'ctrl' : 'meta') : '',
    event.altKey ? 'alt' : '',
    event.shiftKey ? 'shift' : '',
    event.key.toLowerCase(),
  ]
    .filter((name) => name !== '')
    .join('+');
}
