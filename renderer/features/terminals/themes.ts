import type { ITheme } from '@xterm/xterm';
import type { Settings } from '#shared/domain/settings.ts';

type Name = Exclude<Settings['terminalTheme'], 'app'>;

const ansiNames = [
  'black',
  'red',
  'green',
  'yellow',
  'blue',
  'magenta',
  'cyan',
  'white',
  'brightBlack',
  'brightRed',
  'brightGreen',
  'brightYellow',
  'brightBlue',
  'brightMagenta',
  'brightCyan',
  'brightWhite',
] as const;

/** The sixteen colours, in the order of their numbers. */
const ansi = (colours: string): Partial<ITheme> =>
  Object.fromEntries(colours.split(' ').map((colour, number) => [ansiNames[number], `#${colour}`]));

const solarized =
  '073642 dc322f 859900 b58900 268bd2 d33682 2aa198 eee8d5 586e75 cb4b16 859900 b58900 839496 6c71c4 93a1a1 fdf6e3';

/** Grounds and inks as the app's own, so that a terminal is a part of its window. */
const themes: Record<Name, ITheme> = {
  dark: {
    background: '#0b0e10',
    foreground: '#dfe5e9',
    cursor: '#5fd0d6',
    cursorAccent: '#0b0e10',
    selectionBackground: '#1f5c63',
    ...ansi(
      '20262a f2786f 4cc38a e5a83b 7fb0e6 d89be8 3fb6bd d3dae0 7c868e ff9c94 76dcab f4c56b a3c9f2 e6b8f2 74d5da ffffff',
    ),
  },
  light: {
    background: '#ffffff',
    foreground: '#14181c',
    cursor: '#0b6e75',
    cursorAccent: '#ffffff',
    selectionBackground: '#b5dde0',
    ...ansi(
      '14181c b3261e 15703f 8a5700 28588a 8a3b93 0b6e75 5c666f 4b545d c8372e 1b8048 9a6300 35618e 9c48a6 0d7d85 14181c',
    ),
  },
  'solarized-dark': {
    background: '#002b36',
    foreground: '#93a1a1',
    cursor: '#eee8d5',
    cursorAccent: '#002b36',
    selectionBackground: '#0f4f5e',
    ...ansi(solarized),
  },
  'solarized-light': {
    background: '#fdf6e3',
    foreground: '#586e75',
    cursor: '#073642',
    cursorAccent: '#fdf6e3',
    selectionBackground: '#e0d8bd',
    ...ansi(solarized),
  },
  'high-contrast': {
    background: '#000000',
    foreground: '#ffffff',
    cursor: '#ffe14d',
    cursorAccent: '#000000',
    selectionBackground: '#62e4ec',
    selectionForeground: '#000000',
    ...ansi(
      '000000 ffa29a 6ff0ae ffcb5c a9d0ff f5b8ff 62e4ec ffffff c9d1d7 ffc1bb a0f7cb ffdf9b cbe3ff fad6ff a5f2f7 ffffff',
    ),
  },
};

/** The contrast that xterm keeps by changing inks where a program's choice would be hard to read. */
export const leastContrast = (name: Name): number =>
  name === 'high-contrast' ? 7 : name.startsWith('solarized') ? 1 : 4.5;

/** The colours that a setting means on a page with this theme. */
export function themeFor(
  setting: Settings['terminalTheme'],
  pageTheme: string | undefined,
): { name: Name; theme: ITheme } {
  const ofPage: Name = pageTheme === 'light' || pageTheme === 'high-contrast' ? pageTheme : 'dark';
  const name = setting === 'app' ? ofPage : setting;
  // What is found and what failed is marked there; the line beside it says nothing.
  return { name, theme: { ...themes[name], overviewRulerBorder: '#00000000' } };
}
