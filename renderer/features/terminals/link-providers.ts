import type { IBufferRange, ILink, Terminal } from '@xterm/xterm';
import { isMac } from '#renderer/app/key-names.ts';
import { findFilePlaces, resolvePlace } from './links.ts';

export interface LinkTarget {
  /** What is shown while the pointer is on it. */
  text: string;
  open(): void;
}

export interface LinkHost {
  hover(target: string | null): void;
  openUrl(url: string): void;
  openFile(path: string, line: number): void;
  directory(): string | null;
}

/** A link is followed only with the command key held: a click alone must do what it does in every terminal. */
export const followsLink = (event: MouseEvent): boolean => (isMac() ? event.metaKey : event.ctrlKey);

/** Links to files by `path:line`, as far as it can be told where the path begins. */
export function registerFileLinks(terminal: Terminal, host: LinkHost): void {
  terminal.registerLinkProvider({
    provideLinks(lineNumber, callback) {
      const { text, first } = wholeLine(terminal, lineNumber - 1);
      const links = findFilePlaces(text).flatMap((place): ILink[] => {
        const path = resolvePlace(place.path, host.directory());
        if (path === null) return [];
        const range = rangeOf(terminal, first, place.start, place.end);
        if (range.start.y > lineNumber || range.end.y < lineNumber) return [];
        const shown = `${path}:${place.line}`;
        return [
          {
            range,
            text: shown,
            activate: (event) => {
              if (followsLink(event)) host.openFile(path, place.line);
            },
            hover: () => host.hover(shown),
            leave: () => host.hover(null),
          },
        ];
      });
      callback(links.length > 0 ? links : undefined);
    },
  });
}

/** A line with what was wrapped, one character per cell. */
function wholeLine(terminal: Terminal, at: number): { text: string; first: number } {
  const buffer = terminal.buffer.active;
  let first = at;
  while (first > 0 && at - first < 20 && buffer.getLine(first)?.isWrapped) first -= 1;
  let text = '';
  for (let row = first; row - first < 40; row += 1) {
    const line = buffer.getLine(row);
    if (!line || (row > first && !line.isWrapped)) break;
    text += cellText(terminal, row);
  }
  return { text: text.trimEnd(), first };
}

function cellText(terminal: Terminal, row: number): string {
  const line = terminal.buffer.active.getLine(row);
  const plain = line?.translateToString(false) ?? '';
  if (plain.length === terminal.cols) return plain;
  // Wide or combined characters: one per cell, so that places in the text are places on the screen.
  let text = '';
  for (let column = 0; column < terminal.cols; column += 1) {
    text += line?.getCell(column)?.getChars().charAt(0) || ' ';
  }
  return text;
}

function rangeOf({ cols }: Terminal, first: number, start: number, end: number): IBufferRange {
  const last = end - 1;
  return {
    start: { x: (start % cols) + 1, y: first + Math.floor(start / cols) + 1 },
    end: { x: (last % cols) + 1, y: first + Math.floor(last / cols) + 1 },
  };
}
