import { createInterface } from 'node:readline';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { ask } from './ask.ts';

/**
 * Secrets that a verb needs, asked on the terminal or read from stdin, never from the command line: one per line in the
 * order in which they are asked; a value of several lines (a key) is the rest.
 */
export class SecretInput {
  #lines: string[] | null = null;

  /** Throws SECRET_MISSING where there is neither a terminal nor another line. */
  async line(what: string): Promise<string> {
    if (process.stdin.isTTY) return ask(`${what}: `, { hidden: true });
    const line = (await this.#read()).shift();
    if (line === undefined || line === '') throw missing(what);
    return line;
  }

  /** Twice where somebody types it. */
  async newPassphrase(what: string): Promise<string> {
    const given = await this.line(what);
    if (!process.stdin.isTTY) return given;
    if ((await this.line(`${what} once more`)) !== given)
      throw new TrainyardError('USAGE', 'The two are not the same. Nothing was changed.');
    return given;
  }

  async rest(what: string): Promise<string> {
    if (process.stdin.isTTY) return this.line(what);
    const text = (await this.#read()).splice(0).join('\n');
    if (text === '') throw missing(what);
    return text;
  }

  async #read(): Promise<string[]> {
    if (this.#lines === null) {
      this.#lines = [];
      for await (const line of createInterface({ input: process.stdin })) this.#lines.push(line);
    }
    return this.#lines;
  }
}

const missing = (what: string) =>
  new TrainyardError(
    'SECRET_MISSING',
    `${what}: there is no terminal to ask for it, and stdin does not give it.`,
    {
      params: { name: what },
    },
  );
