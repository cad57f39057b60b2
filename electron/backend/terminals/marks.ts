import type { CommandMark } from '#shared/domain/terminal.ts';
import type { ShellMark } from './sequences.ts';
import type { Emulator } from './xterm.ts';

/** So many commands are remembered, the newest. */
const mostMarks = 1_000;

type LineMarker = NonNullable<ReturnType<Emulator['registerMarker']>>;

interface Marked {
  prompt: LineMarker;
  input: { line: LineMarker; column: number } | null;
  output: LineMarker | null;
  command: string | null;
  startedAt: number | null;
  endedAt: number | null;
  exitCode: number | null;
}

/** The commands of a shell that marks them. Lines move as the scrollback is cut: xterm's own markers follow them. */
export class Marks {
  readonly #emulator: Emulator;
  readonly #now: () => number;
  readonly #marked: Marked[] = [];

  constructor(emulator: Emulator, now: () => number) {
    this.#emulator = emulator;
    this.#now = now;
  }

  take(mark: Exclude<ShellMark, { kind: 'directory' }>): void {
    // Programs on the whole screen have no prompts, and their lines are not kept.
    if (this.#emulator.buffer.active.type !== 'normal') return;
    const here = this.#emulator.registerMarker(0);
    if (here === undefined) return;
    const last = this.#marked.at(-1);
    if (mark.kind === 'prompt') this.#prompt(here, last);
    else if (last === undefined) here.dispose();
    else if (mark.kind === 'input') last.input = { line: here, column: this.#emulator.buffer.active.cursorX };
    else if (mark.kind === 'command') last.command = mark.text;
    else if (mark.kind === 'output' && last.output === null) {
      last.command ??= this.#typed(last);
      last.output = here;
      last.startedAt = this.#now();
    } else if (mark.kind === 'done' && last.output !== null && last.endedAt === null) {
      last.endedAt = this.#now();
      last.exitCode = mark.exitCode;
    }
  }

  list(): CommandMark[] {
    return this.#marked
      .filter(({ prompt }) => !prompt.isDisposed)
      .map(({ prompt, output, command, startedAt, endedAt, exitCode }) => ({
        promptLine: prompt.line,
        outputLine: output === null || output.isDisposed ? null : output.line,
        command,
        startedAt,
        endedAt,
        exitCode,
      }));
  }

  /** A shell draws its prompt anew (a resize, Ctrl-C): while nothing ran it is the same one. */
  #prompt(here: LineMarker, last: Marked | undefined): void {
    if (last !== undefined && last.output === null) {
      this.#marked.pop();
      dispose(last);
    }
    this.#marked.push({
      prompt: here,
      input: null,
      output: null,
      command: null,
      startedAt: null,
      endedAt: null,
      exitCode: null,
    });
    const oldest = this.#marked.length > mostMarks ? this.#marked.shift() : undefined;
    if (oldest !== undefined) dispose(oldest);
  }

  /** What stands between the prompt and the output: the command, where the shell does not say it. */
  #typed({ input }: Marked): string | null {
    if (input === null || input.line.isDisposed) return null;
    const buffer = this.#emulator.buffer.active;
    const end = buffer.baseY + buffer.cursorY;
    let text = '';
    for (let line = input.line.line; line < end && text.length < 2000; line++) {
      const content = buffer.getLine(line);
      text += content?.translateToString(true, line === input.line.line ? input.column : 0) ?? '';
    }
    const typed = text.trim().slice(0, 2000);
    return typed === '' ? null : typed;
  }
}

function dispose({ prompt, input, output }: Marked): void {
  prompt.dispose();
  input?.line.dispose();
  output?.dispose();
}
