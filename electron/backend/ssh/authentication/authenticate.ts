import type { AnyAuthMethod } from 'ssh2';
import type { Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { saySsh } from '#shared/domain/ssh-sentences.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import { visible } from '../errors.ts';
import type { Keyring } from './keyring.ts';
import type { Secrets } from './secrets.ts';

/** A server that is content in part for ever is not followed for ever. */
const mostFactors = 5;

type Method = 'publickey' | 'keyboard-interactive' | 'password';

/** Decides what is tried next, in OpenSSH's order (PreferredAuthentications), among what the server still accepts. */
export class Authentication {
  readonly #host: ResolvedHost;
  readonly #keyring: Keyring;
  readonly #secrets: Secrets;
  readonly #methods: Method[];
  /** How often each may still be tried. */
  readonly #left: Record<Method, number>;
  #startedWithNone = false;
  #partials = 0;
  #accepts: readonly string[] = [];
  /** What was tried, in words for the error. */
  readonly tried: Told[] = [];
  /** Why it cannot go on, when that is not the server's doing: declined, needs the user. */
  failure: TrainyardError | null = null;

  constructor(host: ResolvedHost, keyring: Keyring, secrets: Secrets) {
    this.#host = host;
    this.#keyring = keyring;
    this.#secrets = secrets;
    const allowed: Record<string, boolean> = {
      publickey: host.pubkeyAuthentication,
      'keyboard-interactive': host.kbdInteractiveAuthentication,
      password: host.passwordAuthentication,
    };
    this.#methods = host.preferredAuthentications.filter((name): name is Method => allowed[name] === true);
    this.#left = {
      publickey: keyring.size + keyring.closed.length,
      'keyboard-interactive': host.numberOfPasswordPrompts,
      password: host.numberOfPasswordPrompts,
    };
  }

  /** What the server said it would accept, after the last refusal. */
  get accepts(): readonly string[] {
    return this.#accepts;
  }

  /** The server has refused what was tried last, or was content with it and wants more (`partial`). */
  refused(accepts: readonly string[], partial: boolean): void {
    this.#accepts = accepts;
    if (partial && this.#partials++ < mostFactors) this.#left.publickey = this.#keyCount; // a further factor may be another key
  }

  /** Null: nothing is left. Never rejects; `failure` says why when the reason is ours. */
  async next(): Promise<AnyAuthMethod | null> {
    if (!this.#startedWithNone) {
      this.#startedWithNone = true;
      return { type: 'none', username: this.#host.user };
    }
    for (const method of this.#methods) {
      if (!this.#accepts.includes(method)) continue;
      while (this.#left[method] > 0 && !this.failure) {
        this.#left[method]--;
        try {
          const attempt = await this.#attempt(method);
          if (attempt) return attempt;
        } catch (error) {
          if (method === 'publickey' && declined(error)) continue;
          this.failure = TrainyardError.from(error);
        }
      }
    }
    return null;
  }

  async #attempt(method: Method): Promise<AnyAuthMethod | null> {
    const username = this.#host.user;
    if (method === 'publickey') return this.#keys();
    if (method === 'password') {
      const password = await this.#secrets.password();
      this.#note(saySsh('ASKED_PASSWORD'));
      return { type: 'password', username, password };
    }
    this.#note(saySsh('ASKED_KEYBOARD'));
    return {
      type: 'keyboard-interactive',
      username,
      prompt: (name, instructions, _language, prompts, finish) => {
        const questions = prompts.map(({ prompt, echo }) => ({ text: visible(prompt), echo: echo ?? false }));
        const instruction = [name, instructions]
          .map(visible)
          .filter((text) => text !== '')
          .join('\n');
        this.#secrets.answers(instruction, questions).then(finish, (error: unknown) => {
          this.failure = TrainyardError.from(error);
          finish([]);
        });
      },
    };
  }

  get #keyCount(): number {
    return this.#keyring.size + this.#keyring.closed.length;
  }

  /** First everything that can be offered as it is, then the closed files one by one. */
  async #keys(): Promise<AnyAuthMethod | null> {
    const username = this.#host.user;
    const index = this.#keyCount - 1 - this.#left.publickey;
    if (index < this.#keyring.size) {
      const offered = this.#keyring.agentOf(index);
      if (!offered) return null;
      this.#note(offered.name);
      return { type: 'agent', username, agent: offered.agent };
    }
    const file = this.#keyring.closed[index - this.#keyring.size];
    const key = file ? await this.#secrets.open(file) : null;
    if (!file || !key) return null;
    this.#note(saySsh('TRIED', { method: file.file }));
    return { type: 'publickey', username, key };
  }

  #note(what: Told): void {
    if (!this.tried.some(({ message }) => message === what.message)) this.tried.push(what);
  }
}

const declined = (error: unknown): boolean =>
  error instanceof TrainyardError && error.code === 'PROMPT_DECLINED';
