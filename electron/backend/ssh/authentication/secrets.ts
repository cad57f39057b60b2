import type { ParsedKey } from 'ssh2';
import { TrainyardError } from '#shared/domain/error.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import type { Credentials, Prompter, Question, SshTarget, WantedSecret } from '../interface.ts';
import { type KeyFile, openKey } from './keys.ts';

/**
 * Secrets that were given once, kept in memory while the app runs, so that a connection lost in the night comes back
 * without a question. Nothing of it is ever written.
 */
export class Remembered {
  readonly keys = new Map<string, ParsedKey>();
  readonly passwords = new Map<string, string>();
}

/** Gets the secrets of one attempt to connect: from memory, the vault, the user, in this order. */
export class Secrets {
  readonly #target: SshTarget;
  readonly #host: ResolvedHost;
  readonly #prompter: Prompter;
  readonly #credentials: Credentials | null;
  readonly #remembered: Remembered;
  readonly #signal: AbortSignal;
  readonly #toKeep: { wanted: WantedSecret; secret: string }[] = [];
  readonly #given = new Set<string>();
  #triedStored = false;
  #lastPassword: string | null = null;

  constructor(
    place: { target: SshTarget; host: ResolvedHost; signal: AbortSignal },
    sources: { prompter: Prompter; credentials: Credentials | null; remembered: Remembered },
  ) {
    this.#target = place.target;
    this.#host = place.host;
    this.#signal = place.signal;
    this.#prompter = sources.prompter;
    this.#credentials = sources.credentials;
    this.#remembered = sources.remembered;
  }

  get #account(): string {
    return `${this.#host.user}@${this.#host.hostName}:${this.#host.port}`;
  }

  /** The vault's key for this site, if it has one. */
  storedKey(): Promise<string | null> {
    return this.#find({ target: this.#target, kind: 'private-key' });
  }

  /** What opens the vault's key, where it is encrypted. */
  storedKeyPassphrase(): Promise<string | null> {
    return this.#find({ target: this.#target, kind: 'key-passphrase' });
  }

  /** The password known from before or from the vault; only once, for it may be wrong. */
  async #storedPassword(): Promise<string | null> {
    if (this.#triedStored) return null;
    this.#triedStored = true;
    const known =
      this.#remembered.passwords.get(this.#account) ??
      (await this.#find({ target: this.#target, kind: 'password' }));
    this.#lastPassword = known;
    return known;
  }

  /** Rejects with PROMPT_DECLINED when the user does not want to. */
  async password(instruction = ''): Promise<string> {
    const stored = await this.#storedPassword();
    if (stored !== null) return stored;
    const { answers, remember } = await this.#ask({
      kind: 'password',
      instruction,
      questions: [{ text: `Password for ${this.#account}`, echo: false }],
    });
    const secret = answers[0] ?? '';
    if (remember) this.#keep({ target: this.#target, kind: 'password' }, secret);
    this.#lastPassword = secret;
    return secret;
  }

  /**
   * The answers to what the server asks. A single hidden question for a password is what most servers make of password
   * login (PAM): it is answered, asked and kept as one. A one-time code is none.
   */
  async answers(instruction: string, questions: Question['questions']): Promise<string[]> {
    const [only] = questions;
    if (questions.length === 1 && only && !only.echo && asksForPassword(only.text)) {
      return [await this.password(instruction)];
    }
    const { answers } = await this.#ask({ kind: 'keyboard-interactive', instruction, questions });
    return questions.map((_, index) => answers[index] ?? '');
  }

  /** A passphrase that somebody else will use; an empty one means: not this key. */
  async passphrase(keyFile: string): Promise<string> {
    const wanted: WantedSecret = { target: this.#target, kind: 'key-passphrase', keyFile };
    const stored = this.#given.has(keyFile) ? null : await this.#find(wanted);
    this.#given.add(keyFile);
    if (stored !== null) return stored;
    const { answers, remember } = await this.#askPassphrase(keyFile);
    if (remember) this.#keep(wanted, answers[0] ?? '');
    return answers[0] ?? '';
  }

  /** The private key of a file. Null when it stays closed (declined, or wrong three times). */
  async open(key: KeyFile): Promise<ParsedKey | null> {
    const known = this.#remembered.keys.get(key.text);
    if (known) return known;
    const opened = key.encrypted ? await this.#openEncrypted(key) : openKey(key.text);
    if (opened) this.#remembered.keys.set(key.text, opened);
    return opened;
  }

  async #openEncrypted(key: KeyFile): Promise<ParsedKey | null> {
    const wanted: WantedSecret = { target: this.#target, kind: 'key-passphrase', keyFile: key.file };
    const stored = await this.#find(wanted);
    const opened = stored === null ? null : openKey(key.text, stored);
    if (opened) return opened;
    for (let attempt = 0; attempt < this.#host.numberOfPasswordPrompts; attempt++) {
      const { answers, remember } = await this.#askPassphrase(key.file);
      const secret = answers[0] ?? '';
      if (secret === '') return null; // OpenSSH too goes on to the next key then
      const found = openKey(key.text, secret);
      if (!found) continue;
      if (remember) this.#keep(wanted, secret);
      return found;
    }
    return null;
  }

  /** The server has let us in: what the user wished to keep is kept. */
  async worked(): Promise<void> {
    if (this.#lastPassword !== null) this.#remembered.passwords.set(this.#account, this.#lastPassword);
    for (const { wanted, secret } of this.#toKeep) await this.#credentials?.remember?.(wanted, secret);
  }

  /** It has not: a password from before is not tried again. */
  failed(): void {
    this.#remembered.passwords.delete(this.#account);
  }

  #askPassphrase(keyFile: string) {
    return this.#ask({
      kind: 'key-passphrase',
      instruction: keyFile,
      questions: [{ text: `Passphrase for ${keyFile}`, echo: false }],
    });
  }

  #keep(wanted: WantedSecret, secret: string): void {
    this.#toKeep.push({ wanted, secret });
  }

  async #find(wanted: WantedSecret): Promise<string | null> {
    return (await this.#credentials?.find(wanted)) ?? null;
  }

  async #ask(question: Pick<Question, 'kind' | 'questions'> & { instruction?: string }) {
    if (this.#host.batchMode) {
      throw new TrainyardError('PROMPT_DECLINED', 'BatchMode is set for this host, so nothing is asked.');
    }
    return this.#prompter.ask(
      {
        siteId: this.#target.siteId ?? null,
        siteName: this.#target.siteName ?? this.#target.host,
        instruction: '',
        ...question,
      },
      this.#signal,
    );
  }
}

const asksForPassword = (text: string): boolean =>
  /passwor[dt]|密码|mot de passe|contraseña/i.test(text) &&
  !/one.?time|otp|code|token|verif|new |again|current/i.test(text);
