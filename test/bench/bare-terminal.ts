/** Runs in the page, beside the app's own terminals: an xterm with nothing around it. Bundled and put there by a bench. */
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';

export interface Flow {
  ms: number;
  bytes: number;
  /** The longest time between two frames meanwhile, ms. */
  longestFrameMs: number;
}

interface Drawn {
  terminal: Terminal;
}
declare global {
  interface Window {
    benchTerminals: typeof benchTerminals;
  }
}

/** Not more than this is given to an xterm at a time: as in the app. */
const windowBytes = 384 * 1024;
const pieceBytes = 64 * 1024;

function ours(): Terminal {
  const element = document.querySelector('.term__emulator');
  const screen = (element as { terminalScreen?: Drawn } | null)?.terminalScreen;
  if (!screen) throw new Error('the page shows no terminal');
  return screen.terminal;
}

let bare: Terminal | null = null;
/** Of the same size, with the same options, drawn in the same way, over the app's. */
function openBare(): Terminal {
  if (bare) return bare;
  const like = ours();
  const place = document.createElement('div');
  place.style.cssText = 'position:fixed;inset:60px 0 0 200px;z-index:99;background:#000';
  document.body.append(place);
  const { linkHandler: _, ...options } = like.options;
  bare = new Terminal({ ...options, cols: like.cols, rows: like.rows });
  bare.open(place);
  try {
    bare.loadAddon(new WebglAddon());
  } catch (thrown) {
    console.info('No WebGL here, for neither of the two:', thrown);
  }
  return bare;
}

function closeBare(): void {
  const place = bare?.element?.parentElement;
  bare?.dispose();
  place?.remove();
  bare = null;
}

/** Watches frames until it is called off. */
function watchFrames(): () => number {
  let last = performance.now();
  let longest = 0;
  let going = true;
  const look = (at: number) => {
    longest = Math.max(longest, at - last);
    last = at;
    if (going) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  return () => {
    going = false;
    return longest;
  };
}

/** Waits until the line of the cursor, or one above it, is this. */
function lineIs(terminal: Terminal, text: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      const { active } = terminal.buffer;
      for (let up = 0; up < 3; up += 1) {
        const line = active.getLine(active.baseY + active.cursorY - up)?.translateToString(true);
        if (line?.trim() !== text) continue;
        off.dispose();
        resolve();
        return;
      }
    };
    const off = terminal.onWriteParsed(look);
  });
}

const text = (number: number): string =>
  number % 7 === 0
    ? `\u001b[32mstep ${number}\u001b[0m  loss=${(2 / (1 + number / 9000)).toFixed(4)}  \u001b[33mlr=8.1e-05\u001b[0m  ${'#'.repeat(number % 40)}`
    : `${number.toString(36).padStart(8, '0')} drwxr-xr-x 2 mei mei 4096 /data/shards/part-${number % 4096}/tokens-${(number * 7919) % 100_000}.bin`;

/** The same bytes as the file on the box; lines as a training and a listing print them. */
function someText(bytes: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(bytes);
  const encoder = new TextEncoder();
  let at = 0;
  for (let number = 0; at < bytes; number += 1) {
    const line = encoder.encode(`${text(number)}\r\n`);
    all.set(line.subarray(0, Math.min(line.byteLength, bytes - at)), at);
    at += line.byteLength;
  }
  return all;
}

let drawn: Promise<number> = Promise.resolve(0);

const benchTerminals = {
  /** Feeds the bare one from memory. */
  async flowFromMemory(bytes: number): Promise<Flow> {
    const terminal = openBare();
    const all = someText(bytes);
    const frames = watchFrames();
    const startedAt = performance.now();
    let onTheWay = 0;
    let wake: () => void = () => undefined;
    for (let at = 0; at < bytes; at += pieceBytes) {
      const piece = all.subarray(at, Math.min(bytes, at + pieceBytes));
      onTheWay += piece.byteLength;
      terminal.write(piece, () => {
        onTheWay -= piece.byteLength;
        wake();
      });
      while (onTheWay >= windowBytes)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    while (onTheWay > 0)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    const ms = performance.now() - startedAt;
    const longestFrameMs = frames();
    closeBare();
    return { ms, bytes, longestFrameMs };
  },

  /** Types the command into the app's terminal and waits until what it ends with has been parsed. */
  async flowFromBox(command: string, end: string, bytes: number): Promise<Flow> {
    const terminal = ours();
    const frames = watchFrames();
    const startedAt = performance.now();
    terminal.input(`${command}\r`);
    await lineIs(terminal, end);
    return { ms: performance.now() - startedAt, bytes, longestFrameMs: frames() };
  },

  /** Joins the bare one to a WebSocket that is a shell. */
  async joinBare(url: string): Promise<void> {
    const terminal = openBare();
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => terminal.write(new Uint8Array(data as ArrayBuffer));
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error('the bare pipe cannot be reached'));
    });
    terminal.onData((data) => socket.send(data));
  },

  /** Types a command into either and waits for what it says. */
  async command(which: 'ours' | 'bare', line: string, said: string): Promise<void> {
    const terminal = which === 'ours' ? ours() : openBare();
    const done = lineIs(terminal, said);
    terminal.input(`${line}\r`);
    await done;
  },

  /** Gives the keyboard to one of them and waits for the next key: to be called before that is pressed. */
  awaitKey(which: 'ours' | 'bare'): void {
    const terminal = which === 'ours' ? ours() : openBare();
    terminal.focus();
    drawn = new Promise((resolve) => {
      let pressedAt = 0;
      const before = terminal.buffer.active.cursorX;
      document.addEventListener(
        'keydown',
        (event) => {
          pressedAt = event.timeStamp;
        },
        { capture: true, once: true },
      );
      const off = terminal.onRender(() => {
        if (pressedAt === 0 || terminal.buffer.active.cursorX === before) return;
        off.dispose();
        resolve(performance.now() - pressedAt);
      });
    });
  },

  /** Lets a program flood the app's terminal, and waits for the key that ends it: to be called before that is pressed. */
  async awaitInterrupt(floodMs: number): Promise<void> {
    const terminal = ours();
    terminal.focus();
    terminal.input('yes the flood of a program that nobody reads\r');
    await new Promise((resolve) => setTimeout(resolve, floodMs));
    drawn = new Promise((resolve) => {
      let pressedAt = 0;
      const key = (event: KeyboardEvent) => {
        if (event.key.toLowerCase() !== 'c') return;
        pressedAt = event.timeStamp;
        document.removeEventListener('keydown', key, true);
      };
      document.addEventListener('keydown', key, true);
      const off = terminal.onRender(() => {
        const { active } = terminal.buffer;
        const line = active.getLine(active.baseY + active.cursorY)?.translateToString(true);
        if (pressedAt === 0 || line?.trim() !== '>') return;
        off.dispose();
        resolve(performance.now() - pressedAt);
      });
    });
  },

  /** Of the key that was waited for: ms from its event until its character, or the prompt after a flood, is drawn. */
  keyDrawn: (): Promise<number> => drawn,
  someText,
};
window.benchTerminals = benchTerminals;
