import type { IDecoration, IMarker, Terminal } from '@xterm/xterm';
import type { CommandMark } from '#shared/domain/terminal.ts';

/** A command as the shell has marked it, and where its prompt stands now. */
export interface ShownCommand {
  marker: IMarker;
  command: string | null;
  startedAt: number | null;
  endedAt: number | null;
  exitCode: number | null;
  ran: boolean;
}

const mostMarks = 2000;

/** Of a command, as a sentence: for the tooltip and for screen readers. */
export type SayCommand = (command: ShownCommand) => string;

/**
 * Follows what the shell says of its prompts and commands (OSC 133 and 633): a sign beside each prompt whose command has
 * ended, and the list of them. The signs are text with a name, never a colour alone.
 */
export class CommandMarks {
  readonly #terminal: Terminal;
  readonly #say: SayCommand;
  readonly #onChange: () => void;
  #commands: { command: ShownCommand; sign: IDecoration | null }[] = [];

  constructor(terminal: Terminal, say: SayCommand, onChange: () => void) {
    this.#terminal = terminal;
    this.#say = say;
    this.#onChange = onChange;
    for (const code of [133, 633]) {
      terminal.parser.registerOscHandler(code, (data) => {
        this.#take(data);
        // The other of the two, should a shell send both, is not ours to forbid.
        return false;
      });
    }
  }

  get commands(): readonly ShownCommand[] {
    return this.#commands.map(({ command }) => command).filter(({ marker }) => !marker.isDisposed);
  }

  /** Whether the shell waits at its prompt; null: it has never said. */
  get atPrompt(): boolean | null {
    const last = this.#commands.at(-1)?.command;
    if (!last) return null;
    return !last.ran || last.endedAt !== null;
  }

  get running(): ShownCommand | null {
    const last = this.#commands.at(-1)?.command;
    return last?.ran && last.endedAt === null ? last : null;
  }

  /** Replaces all by what the backend remembers, after a snapshot has been drawn. */
  replace(marks: readonly CommandMark[]): void {
    this.clear();
    const { active } = this.#terminal.buffer;
    if (active.type !== 'normal') return;
    const cursor = active.baseY + active.cursorY;
    for (const mark of marks.slice(-mostMarks)) {
      if (mark.promptLine < 0 || mark.promptLine > cursor) continue;
      const marker = this.#terminal.registerMarker(mark.promptLine - cursor);
      if (!marker) continue;
      const { command, startedAt, endedAt, exitCode } = mark;
      this.#add({ marker, command, startedAt, endedAt, exitCode, ran: mark.outputLine !== null });
    }
    this.#onChange();
  }

  clear(): void {
    for (const { command, sign } of this.#commands) {
      sign?.dispose();
      command.marker.dispose();
    }
    this.#commands = [];
  }

  #take(data: string): void {
    const [kind, ...fields] = data.split(';');
    const last = this.#commands.at(-1);
    if (kind === 'A') this.#begin();
    else if (kind === 'E' && last) last.command.command = unescapeCommand(fields[0] ?? '');
    else if (kind === 'C' && last) {
      last.command.startedAt = Date.now();
      last.command.ran = true;
    } else if (kind === 'D' && last?.command.ran && last.command.endedAt === null) {
      const code = Number.parseInt(fields[0] ?? '', 10);
      last.command.endedAt = Date.now();
      last.command.exitCode = Number.isNaN(code) ? null : code;
      last.sign = this.#sign(last.command);
    } else return;
    this.#onChange();
  }

  #begin(): void {
    const marker = this.#terminal.registerMarker(0);
    if (!marker) return;
    const last = this.#commands.at(-1)?.command;
    // A prompt that is drawn again in its place (Enter on an empty line draws it below).
    if (last && !last.ran && last.marker.line === marker.line) {
      marker.dispose();
      return;
    }
    this.#add({ marker, command: null, startedAt: null, endedAt: null, exitCode: null, ran: false });
  }

  #add(command: ShownCommand): void {
    const sign = command.endedAt === null ? null : this.#sign(command);
    this.#commands.push({ command, sign });
    if (this.#commands.length <= mostMarks) return;
    const first = this.#commands.shift();
    first?.sign?.dispose();
    first?.command.marker.dispose();
  }

  #sign(command: ShownCommand): IDecoration | null {
    const sign = this.#terminal.registerDecoration({ marker: command.marker, x: 0, width: 1 }) ?? null;
    const failed = command.exitCode !== null && command.exitCode !== 0;
    sign?.onRender((element) => {
      if (element.dataset.sign) return;
      element.dataset.sign = failed ? 'failed' : 'done';
      const text = this.#say(command);
      element.textContent = failed ? '✗' : '›';
      element.title = text;
      element.setAttribute('role', 'img');
      element.setAttribute('aria-label', text);
    });
    return sign;
  }
}

/** 633;E writes ; and control characters as \xHH, and \ as \\. */
export function unescapeCommand(text: string): string {
  return text.replace(/\\(?:\\|x([0-9a-fA-F]{2}))/g, (_whole, hex: string | undefined) =>
    hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
