/** The part of xterm's parser that is needed here; the page's emulator and the headless one both have it. */
export interface EmulatorParser {
  registerCsiHandler(
    id: { prefix?: string; intermediates?: string; final: string },
    callback: (params: (number | number[])[]) => boolean,
  ): { dispose(): void };
  registerDcsHandler(
    id: { prefix?: string; intermediates?: string; final: string },
    callback: (data: string, params: (number | number[])[]) => boolean,
  ): { dispose(): void };
  registerOscHandler(identifier: number, callback: (data: string) => boolean): { dispose(): void };
}

/** Device attributes, status and cursor reports, modes, versions: what an emulator answers by itself. */
const asking: readonly { prefix?: string; intermediates?: string; final: string }[] = [
  { final: 'c' },
  { prefix: '>', final: 'c' },
  { prefix: '=', final: 'c' },
  { final: 'n' },
  { prefix: '?', final: 'n' },
  { intermediates: '$', final: 'p' },
  { prefix: '?', intermediates: '$', final: 'p' },
  { prefix: '>', final: 'q' },
];
/** Palette and the colours of text, background and cursor: a `?` in it asks. */
const colours: readonly number[] = [4, 10, 11, 12];

/**
 * Has a viewer's emulator answer nothing by itself: whatever programs ask is answered once, by the backend, and not by each
 * window that looks on. Window reports (CSI t) are off by default. Everything else works as before.
 */
export function silenceAnswers(parser: EmulatorParser): void {
  for (const id of asking) parser.registerCsiHandler(id, () => true);
  parser.registerDcsHandler({ intermediates: '$', final: 'q' }, () => true);
  for (const identifier of colours)
    parser.registerOscHandler(identifier, (data) => data.split(';').includes('?'));
}
