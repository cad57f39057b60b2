import { expect, onTestFinished, test } from 'vitest';
import { LiveTerminal } from '#backend/terminals/live-terminal.ts';
import { until } from '#test/until.ts';
import { FakeShell, FakeViewer, quietEvents, shown } from './fakes.ts';

const size = { cols: 80, rows: 24 };
const mib = 1024 * 1024;

function start(events: Partial<typeof quietEvents> = {}) {
  const live = new LiveTerminal(size, 200, { ...quietEvents, ...events });
  const shell = new FakeShell();
  live.attach(shell);
  const viewers: FakeViewer[] = [];
  onTestFinished(async () => {
    live.end();
    for (const viewer of viewers) await viewer.detach();
  });
  const window = () => {
    const viewer = new FakeViewer(live, 200);
    viewers.push(viewer);
    viewer.attach();
    return viewer;
  };
  return { live, shell, window };
}

/** Writes lines for as long as the terminal takes them; resolves with how many bytes it took before it stood still. */
async function flood(
  shell: FakeShell,
  most: number,
  line = 'a line of a flood that goes on and on\r\n',
): Promise<number> {
  const piece = Buffer.from(line.repeat(400));
  let taken = 0;
  while (taken < most) {
    if (!shell.output.write(piece)) {
      let drained = false;
      shell.output.once('drain', () => {
        drained = true;
      });
      const waited = performance.now();
      await until('it is taken, or stands still', () => drained || performance.now() - waited > 40_000, {
        everyMs: 1,
      });
      if (!drained) return taken;
    }
    taken += piece.byteLength;
  }
  return taken;
}

test('what programs ask of the emulator is answered once, however many windows look on', async () => {
  const { live, shell, window } = start();
  const [one, two] = [window(), window()];
  shell.output.write('\x1b[c\x1b[6n\x1b]11;?\x07\x1b]52;c;?\x07');
  await until('it has answered', () => shell.typed.includes('rgb:'));
  await live.output.catchUp();
  await until('both have it', () => one.has(live.output.end) && two.has(live.output.end));
  expect(shell.typed).toBe('\x1b[?1;2c\x1b[1;1R\x1b]11;rgb:1515/1515/1515\x1b\\');
});

test('a clipboard write is offered once, to the window that typed last; with the setting deny to nobody', async () => {
  let may = true;
  const { live, shell, window } = start({ mayOfferClipboard: () => may });
  const [one, two] = [window(), window()];
  await until('both look', () => one.has(0) && two.has(0));
  two.type('x');
  one.type('y');
  await until('both have typed', () => shell.typed.length === 2);
  shell.output.write('\x1b]52;c;aGVsbG8=\x07');
  await until('it is offered', () => one.clipboards.length > 0);
  may = false;
  shell.output.write('\x1b]52;c;b3RoZXI=\x07');
  await live.output.catchUp();
  await until('both have it', () => one.has(live.output.end) && two.has(live.output.end));
  expect([one.clipboards, two.clipboards]).toEqual([['hello'], []]);
});

test('a window that takes nothing holds up neither the shell nor the others, and gets the newest screen', async () => {
  const { live, shell, window } = start();
  const [quick, stuck] = [window(), window()];
  await until('both look', () => quick.has(0) && stuck.has(0));
  const gate = Promise.withResolvers<void>();
  stuck.gate = gate.promise;
  expect(await flood(shell, 8 * mib)).toBeGreaterThanOrEqual(8 * mib);
  await until('the other has all', () => quick.has(live.output.end));
  stuck.gate = null;
  gate.resolve();
  await until('it has caught up', () => stuck.has(live.output.end));
  expect(stuck.snapshots).toBeGreaterThan(1);
  expect(shown(stuck.emulator)).toEqual(shown(quick.emulator));
}, 120_000);

test('the only window being stuck, the shell goes on as well; what is kept stays bounded', async () => {
  const { live, shell, window } = start();
  const only = window();
  await until('it looks', () => only.has(0));
  const gate = Promise.withResolvers<void>();
  only.gate = gate.promise;
  expect(await flood(shell, 12 * mib)).toBeGreaterThanOrEqual(12 * mib);
  expect(live.output.end - live.output.start).toBeLessThanOrEqual(mib);
  gate.resolve();
}, 120_000);

/** A window that takes nothing any more, a flood, and Ctrl-C, which has reached the shell. */
async function interrupted() {
  const { live, shell, window } = start();
  const only = window();
  await until('it looks', () => only.has(0));
  const gate = Promise.withResolvers<void>();
  only.gate = gate.promise;
  await flood(shell, 6 * mib);
  only.type('\x03');
  await until('the shell has it', () => shell.typed.includes('\x03'));
  return { live, shell, only, gate };
}

test('Ctrl-C of a window that takes nothing any more reaches the shell, and its prompt is seen without all that came before', async () => {
  const { live, shell, only, gate } = await interrupted();
  shell.output.write('^C\r\nready> ');
  await until('the terminal has the prompt', async () => (await live.text()).endsWith('ready> \n'));
  only.gate = null;
  gate.resolve();
  await until('the window has it', () => only.has(live.output.end));
  const { active } = only.emulator.buffer;
  expect(active.getLine(active.baseY + active.cursorY)?.translateToString(true)).toBe('ready> ');
  expect(only.snapshots).toBeGreaterThan(1);
}, 120_000);

test('a window that follows anew after Ctrl-C is sent the screen once, with few lines above it, and nothing of the flood', async () => {
  const { live, shell, only, gate } = await interrupted();
  // What was on its way comes as well, whoever is behind.
  expect(await flood(shell, 2 * mib)).toBeGreaterThanOrEqual(2 * mib);
  shell.output.write('^C\r\nready> ');
  await until('the terminal has the prompt', async () => (await live.text()).endsWith('ready> \n'));
  only.gate = null;
  gate.resolve();
  await only.detach();
  [only.bytes, only.snapshots] = [0, 0];
  only.attach(-1, 50);
  await until('the window has it', () => only.has(live.output.end));
  const { active } = only.emulator.buffer;
  expect(active.getLine(active.baseY + active.cursorY)?.translateToString(true)).toBe('ready> ');
  expect([only.snapshots, active.baseY]).toEqual([1, 50]);
  expect(only.bytes).toBeLessThan(16 * 1024);
}, 120_000);

test('a program that asks without end and never reads the answers does not fill memory', async () => {
  const { live, shell } = start();
  shell.input.removeAllListeners('data');
  shell.input.pause();
  for (let at = 0; at < 200; at++) shell.output.write('\x1b[c'.repeat(1000));
  await until('all is taken', () => live.output.end === 200 * 3000);
  await live.output.catchUp();
  expect(shell.input.writableLength + shell.input.readableLength).toBeLessThan(256 * 1024);
}, 120_000);

test('text and marks are those of the shell; a line of ours stands below, on the normal screen', async () => {
  const { live, shell } = start();
  let printed = 0;
  const print = (text: string) => {
    printed += text.length;
    shell.output.write(text);
  };
  print('\x1b]133;A\x07$ \x1b]133;B\x07make all\r\n\x1b]133;C\x07built\r\n\x1b]133;D;2\x07');
  print('\x1b]633;A\x07$ \x1b]633;B\x07ls\r\n\x1b]633;E;ls -l\x07\x1b]633;C\x07out\r\n\x1b]633;D;0\x07$ ');
  print('\x1b[?1049h\x1b[?1000h\x1b[5;9rfull screen');
  await until('it is taken', () => live.output.end === printed);
  await live.output.catchUp();
  live.say('[said by us]');
  expect(await live.text()).toBe('$ make all\nbuilt\n$ ls\nout\n$ \n[said by us]\n');
  expect(await live.marks()).toMatchObject([
    { promptLine: 0, outputLine: 1, command: 'make all', exitCode: 2 },
    { promptLine: 2, outputLine: 3, command: 'ls -l', exitCode: 0 },
  ]);
});

test('a terminal that has ended is still asked for its text and looked at once more, and nobody complains', async () => {
  const complaints: unknown[] = [];
  const { warn } = console;
  console.warn = (...said: unknown[]) => complaints.push(said);
  onTestFinished(() => {
    console.warn = warn;
  });
  const live = new LiveTerminal(size, 200, quietEvents);
  live.end();
  const late = new FakeViewer(live, 200);
  late.attach();
  await late.detach();
  expect([late.snapshots, await live.text(), await live.marks()]).toEqual([0, '\n', []]);
  expect(complaints).toEqual([]);
});

test('what is typed before the shell is there is not lost; typed at a lost one it goes nowhere', async () => {
  const live = new LiveTerminal(size, 200, quietEvents);
  const early = live.type(Buffer.from('early'));
  const shell = new FakeShell();
  live.attach(shell);
  await early;
  await until('it has come', () => shell.typed === 'early');
  shell.exit(0);
  await live.detach();
  await live.type(Buffer.from('late'));
  const next = new FakeShell();
  live.attach(next);
  await live.type(Buffer.from('now'));
  await until('it has come', () => next.typed === 'now');
  live.end();
});
