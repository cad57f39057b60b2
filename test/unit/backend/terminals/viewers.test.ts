import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LiveTerminal } from '#backend/terminals/live-terminal.ts';
import { snapshotOf } from '#backend/terminals/snapshot.ts';
import { until } from '#test/until.ts';
import { emulator, FakeShell, FakeViewer, quietEvents, shown, written } from './fakes.ts';

const scrollback = 40;

const number = (most: number) => fc.integer({ min: 1, max: most });
/** What programs print: text, styles, moves, erasing, margins, the other screen, modes; cut anywhere. */
const token = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 30 }).map((text) => text.replace(/\p{C}/gu, '.')) },
  { weight: 2, arbitrary: fc.constantFrom('中文字符宽', 'e\u0301a\u0308', '🚂🌲', 'naïve', '─┼╴', '\ta\tb') },
  { weight: 6, arbitrary: fc.constantFrom('\r\n', '\r\n', '\n', '\r', '\b', '\x1bM', '\x1bD', '\x1bE') },
  {
    weight: 1,
    arbitrary: fc.string({ minLength: 50, maxLength: 200 }).map((t) => t.replace(/\P{L}/gu, 'x')),
  },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom('0', '1', '31', '42', '7', '38;5;200', '48;2;1;2;3', '4', '3')
      .map((c) => `\x1b[${c}m`),
  },
  { weight: 3, arbitrary: fc.tuple(number(30), number(90)).map(([row, column]) => `\x1b[${row};${column}H`) },
  {
    weight: 2,
    arbitrary: fc.tuple(number(9), fc.constantFrom(...'ABCDEFGLMPXST@')).map(([n, f]) => `\x1b[${n}${f}`),
  },
  { weight: 1, arbitrary: fc.constantFrom('J', '1J', '2J', 'K', '1K', '2K').map((e) => `\x1b[${e}`) },
  {
    weight: 1,
    arbitrary: fc.tuple(number(8), number(20)).map(([top, more]) => `\x1b[${top};${top + more}r`),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        '?1049h',
        '?1049l',
        '?25l',
        '?25h',
        '?7l',
        '?7h',
        '?2004h',
        '?1000h',
        '?1006h',
        '4h',
        '4l',
        '?1h',
        'r',
      )
      .map((m) => `\x1b[${m}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '\x1b7',
      '\x1b8',
      '\x1b(0',
      '\x1b(B',
      '\x1b]0;title\x07',
      '\x1b]8;;http://x\x1b\\',
      '\x1b[2 q',
    ),
  },
);
const operation = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.array(token, { minLength: 1, maxLength: 25 }).map((tokens) => ({ print: tokens.join('') })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ cols: fc.integer({ min: 4, max: 90 }), rows: fc.integer({ min: 2, max: 30 }) })
      .map((resize) => ({ resize })),
  },
  { weight: 2, arbitrary: fc.nat(2).map((attach) => ({ attach })) },
  { weight: 1, arbitrary: fc.nat(2).map((fresh) => ({ fresh })) },
  { weight: 1, arbitrary: fc.nat(2).map((detach) => ({ detach })) },
);
type Operation = {
  print?: string;
  resize?: { cols: number; rows: number };
  attach?: number;
  fresh?: number;
  detach?: number;
};

/**
 * Where windows become smaller, xterm cuts wide characters in two and leaves saved cursors outside, which no output can bring
 * about: with sizes that change, those are left out.
 */
const simple = (text: string): string =>
  text.replace(/[\u1100-\uffff]|[\u{10000}-\u{10ffff}]|\x1b[78]|\x1b\[\?1049[hl]/gu, 'w');

async function play(operations: readonly Operation[], cuts: readonly number[]): Promise<void> {
  const size = { cols: 80, rows: 24 };
  const live = new LiveTerminal(size, scrollback, quietEvents);
  const shell = new FakeShell();
  live.attach(shell);
  const alone = emulator(size, scrollback);
  const viewers = [0, 1, 2].map(() => new FakeViewer(live, scrollback));
  const attached = new Set<number>();
  let printed = 0;
  let cut = 0;
  const settled = async () => {
    await until('all is taken in', () => live.output.end === printed, { everyMs: 1 });
    await live.output.catchUp();
  };
  const resizes = operations.some(({ resize }) => resize !== undefined);
  for (const { print, resize, attach, fresh, detach } of operations) {
    if (print !== undefined) {
      const bytes = Buffer.from(resizes ? simple(print) : print);
      // In pieces that mind neither sequences nor characters.
      const at = (cuts[cut++ % cuts.length] ?? 0) % (bytes.length + 1);
      for (const piece of [bytes.subarray(0, at), bytes.subarray(at)])
        if (piece.length > 0) shell.output.write(piece);
      printed += bytes.length;
      await written(alone, bytes);
      await until('it is taken in', () => live.output.end === printed, { everyMs: 1 });
    } else if (resize !== undefined) {
      await settled();
      live.resize(resize);
      alone.resize(resize.cols, resize.rows);
    } else if (detach !== undefined) {
      await viewers[detach]?.detach();
      attached.delete(detach);
    } else {
      const which = attach ?? fresh ?? 0;
      const viewer = viewers[which];
      if (attached.has(which)) await viewer?.detach();
      viewer?.attach(fresh === undefined ? undefined : -1);
      attached.add(which);
    }
  }
  for (const [index, viewer] of viewers.entries()) if (!attached.has(index)) viewer.attach();
  const end = async (more: string) => {
    const bytes = Buffer.from(more);
    shell.output.write(bytes);
    printed += bytes.length;
    await written(alone, bytes);
    await settled();
    for (const viewer of viewers) await until('it has all', () => viewer.has(printed), { everyMs: 1 });
  };
  await end('\x1b\\.');
  for (const viewer of viewers) await written(viewer.emulator, '');
  const wanted = shown(alone);
  for (const viewer of viewers) expect(shown(viewer.emulator)).toEqual(wanted);
  // What is not seen (margins, saved cursor, style) shows in what follows.
  await end(`x${resizes ? '' : '\x1b8'}y\r\n\n\n\nz\x1b[5Aw`);
  for (const viewer of viewers) await written(viewer.emulator, '');
  for (const viewer of viewers) expect(shown(viewer.emulator)).toEqual(shown(alone));
  for (const viewer of viewers) await viewer.detach();
  live.end();
}

test('whatever is printed, and however windows come, go, are cut and resize, each shows what one undisturbed emulator shows', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: 1, maxLength: 25 }),
      fc.array(fc.nat(1000), { minLength: 1, maxLength: 10 }),
      play,
    ),
    {
      numRuns: 30,
      // The same ones each time: what differs is when windows get their snapshots.
      seed: 20261129,
    },
  );
}, 120_000);

test('with few lines above it, a screen is what it is with all of them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(token, { maxLength: 300 }), fc.nat(30), async (tokens, above) => {
      const [whole, short] = [emulator({ cols: 80, rows: 24 }, 100), emulator({ cols: 80, rows: 24 }, 100)];
      // Tokens may be cut: what is read in part is never in a snapshot.
      await written(whole, `${tokens.join('')}\x1b\\.`);
      await written(short, snapshotOf(whole, above));
      const [all, last] = [shown(whole), shown(short)] as { lines: string[] }[];
      const lines = last?.lines.length ?? 0;
      expect(last).toEqual({ ...all, lines: all?.lines.slice(-lines) });
      expect(lines).toBeGreaterThanOrEqual(Math.min(all?.lines.length ?? 0, 24 + above));
    }),
    { numRuns: 60, seed: 20261130 },
  );
}, 60_000);
