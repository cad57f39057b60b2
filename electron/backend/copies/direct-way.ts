import { cancelled, type ExecResult, type RunningProgram } from '#backend/processes/index.ts';
import type { SshReach } from '#backend/sites/capabilities.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { newId } from '#shared/domain/id.ts';
import { type CopyBox, keyScript, receiveScript } from './box.ts';
import {
  answerInvalid,
  cannotLimit,
  directRefused,
  linkLost,
  noHostKey,
  noSshThere,
  stalled,
} from './errors.ts';
import { checkKey, type KeyJournal, removeKey } from './keys.ts';
import { sendRefusal } from './send-refusal.ts';
import { limitsOf, softwareIn, withoutTrace } from './sshd-limits.ts';
import type { Load, Way } from './way.ts';

export interface DirectWayOptions {
  from: CopyBox;
  to: CopyBox;
  place: string;
  stage: string;
  tarOptions: string;
  /** Where the destination is; null: this computer. */
  reach: SshReach | null;
  journal: KeyJournal;
  /** Seconds that a key is good for; connections that are open by then go on. */
  keySeconds?: number;
}

/** One's two ciphers are one core's work each, and ssh has 2 MiB on their way in each at most, however far it is. */
const fewestLanes = 4;
const mostLanes = 8;
/** A connection for one question takes some eight round trips: so long for a lane of 50 MB/s. */
const questionMsOfLane = 100;
/** A load that takes longer hangs. */
const loadMs = 1_800_000;
const aliveMs = 60_000;

/** One key and what is open with it. */
interface Link {
  id: string;
  /** The session's directory at the source. */
  directory: string;
  lanes: Promise<RunningProgram>;
  gentle: Promise<RunningProgram> | null;
  heart: NodeJS.Timeout;
}

/**
 * From box to box, over connections of the source's own ssh. Its key is made for this one session, may do nothing at the
 * destination but hand files to the receiver, and is removed at the end. A connection that breaks costs a new key.
 */
export class DirectWay implements Way {
  readonly kind = 'direct';
  readonly #options: DirectWayOptions;
  #lanes: number | null = null;
  #link: Promise<Link> | null = null;
  #closed = false;
  /** Keys that could not be removed when their time was over. */
  readonly #left = new Set<string>();

  constructor(options: DirectWayOptions) {
    this.#options = options;
  }

  get lanes(): number {
    return this.#lanes ?? fewestLanes;
  }

  /** Connects the two. Rejects with why they cannot be: COPY_DIRECT_REFUSED, COPY_NO_HOST_KEY, COPY_TOOL_MISSING … */
  async connect(signal: AbortSignal): Promise<void> {
    await this.#connected(signal);
  }

  /** Bytes per second, measured with at most `bytes`. */
  async measure(bytes: number, signal: AbortSignal): Promise<number> {
    const { from } = this.#options;
    const link = await this.#connected(signal);
    const count = Math.max(1, Math.ceil(bytes / 65_536));
    const began = performance.now();
    const result = await from.exec(from.command('key', ['try', link.id, String(count)]), {
      signal,
      timeoutMs: 60_000,
    });
    if (result.exitCode !== 0) throw linkLost(result.stderr.toString('utf8'));
    return (count * 65_536 * 1000) / Math.max(1, performance.now() - began);
  }

  async carry(load: Load, lane: number, signal: AbortSignal): Promise<null> {
    const { from, to, place, tarOptions } = this.#options;
    const link = await this.#again(signal);
    const isGentle = load.gentle === true;
    if (isGentle) await this.#gentleLanes(link, signal);
    const giver = isGentle ? from.gently() : from;
    const ask = isGentle ? `${load.ask}${load.ask.startsWith('pack') ? ' 0' : ''} 1` : load.ask;
    const name = `${isGentle ? 'gentle' : 'lane'}${lane}`;
    let result: ExecResult;
    try {
      result = await giver.exec(
        giver.command('send', [link.directory, name, ask, place, ...load.give], { TY_TAR: tarOptions }),
        { signal, stdin: load.names ?? Buffer.alloc(0), timeoutMs: loadMs },
      );
    } catch (thrown) {
      const error = TrainyardError.from(thrown);
      if (signal.aborted) throw cancelled(signal);
      if (error.code === 'COMMAND_TIMED_OUT') throw stalled(Math.round(loadMs / 1000));
      if (error.retryable) await this.#drop(link);
      throw error;
    }
    if (result.exitCode === 0) return null;
    const said = result.stderr.toString('utf8');
    const refusal = sendRefusal({ from, to, exitCode: result.exitCode, said, bytes: load.bytes, place });
    if (refusal !== null) throw refusal;
    await this.#drop(link);
    throw linkLost(`exit ${result.exitCode ?? result.signal}: ${said}`);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const link = this.#link;
    this.#link = null;
    await link?.then(
      (open) => this.#end(open),
      () => undefined, // it was never made, and has cleared up behind itself
    );
    for (const id of [...this.#left]) await this.#remove(id);
  }

  /** What connected once will do so again: until then each refusal is a broken line. */
  async #again(signal: AbortSignal): Promise<Link> {
    try {
      return await this.#connected(signal);
    } catch (thrown) {
      const error = TrainyardError.from(thrown);
      if (signal.aborted || error.code !== 'COPY_DIRECT_REFUSED') throw error;
      throw linkLost(error.details);
    }
  }

  #connected(signal: AbortSignal): Promise<Link> {
    if (this.#closed) return Promise.reject(cancelled(signal));
    if (this.#link === null) {
      const link = this.#make(signal);
      this.#link = link;
      link.catch(() => {
        if (this.#link === link) this.#link = null;
      });
    }
    return this.#link;
  }

  /** It does not work any more: the next load makes another. */
  async #drop(link: Link): Promise<void> {
    const current = await this.#link?.catch(() => null);
    if (current !== link) return;
    this.#link = null;
    await this.#end(link);
  }

  async #make(signal: AbortSignal): Promise<Link> {
    const { from, to, reach, journal } = this.#options;
    if (reach === null) throw noSshThere(to.name);
    if (reach.hostKeys.length === 0) throw noHostKey(to.name);
    const id = newId();
    journal.add({ id, machineId: to.machineId, sourceId: from.machineId });
    try {
      const { publicKey, directory } = await this.#makeKey(id, reach, signal);
      await this.#layKey(id, publicKey, signal);
      const lanes = this.#startLanes(id, 'lane', from, signal);
      const program = await lanes;
      const heart = setInterval(() => program.stdin.write('\n'), aliveMs);
      heart.unref();
      return { id, directory, lanes, gentle: null, heart };
    } catch (error) {
      await this.#remove(id);
      throw error;
    }
  }

  async #makeKey(
    id: string,
    reach: SshReach,
    signal: AbortSignal,
  ): Promise<{ publicKey: string; directory: string }> {
    const { from } = this.#options;
    for (const word of [reach.hostName, reach.user]) {
      if (!/^[A-Za-z0-9_.:@%+\\-]+$/.test(word))
        throw directRefused(`${word} cannot be written in a configuration`);
    }
    const made = await from.exec(
      from.command('key', ['make', id, reach.hostName, String(reach.port), reach.user]),
      {
        signal,
        stdin: Buffer.from(reach.hostKeys.map(({ type, key }) => `${type} ${key}\n`).join('')),
        timeoutMs: 60_000,
      },
    );
    checkKey(from, made);
    const [publicKey = '', directory = ''] = made.stdout.toString('utf8').trim().split('\n');
    if (!publicKey.startsWith('ssh-ed25519 ') || !directory.startsWith('/')) {
      throw answerInvalid(from.name, made.stdout.toString('utf8'));
    }
    return { publicKey, directory };
  }

  /** First without saying from where it may be used, to hear from where it comes; then for that address alone. */
  async #layKey(id: string, publicKey: string, signal: AbortSignal): Promise<void> {
    for (const knowsExpiry of ['1', '0']) {
      await this.#lay(id, publicKey, '', knowsExpiry, signal);
      const { from } = this.#options;
      const began = performance.now();
      const who = await from.exec(from.command('key', ['ask', id, 'who']), { signal, timeoutMs: 60_000 });
      const address = who.stdout.toString('latin1').trim();
      if (who.exitCode === 0 && /^[0-9A-Fa-f.:%a-z]+$/.test(address)) {
        const wanted = Math.ceil((performance.now() - began) / questionMsOfLane);
        this.#lanes ??= Math.min(mostLanes, Math.max(fewestLanes, wanted));
        return this.#lay(id, publicKey, address.replace(/%.*$/, ''), knowsExpiry, signal);
      }
      const trace = who.stderr.toString('utf8');
      const said = withoutTrace(trace);
      // An older sshd calls a line that it cannot read no key at all.
      const isDenied = /denied/i.test(said);
      const software = softwareIn(trace);
      if (isDenied && software !== null && limitsOf(software) === 'none')
        throw cannotLimit(this.#options.to.name, software);
      if (knowsExpiry === '0' || !isDenied) throw directRefused(said || who.stdout.toString('utf8'));
    }
  }

  async #lay(
    id: string,
    publicKey: string,
    address: string,
    knowsExpiry: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { to, stage, keySeconds = 7_200 } = this.#options;
    const laid = await to.exec(
      to.command('key', ['lay', id, address, String(keySeconds), knowsExpiry, publicKey, stage], {
        TY_RECEIVE: receiveScript,
        TY_KEY: keyScript,
      }),
      { signal, timeoutMs: 120_000 },
    );
    checkKey(to, laid);
  }

  async #startLanes(id: string, name: string, box: CopyBox, signal: AbortSignal): Promise<RunningProgram> {
    const program = await box.spawn(
      box.command('key', ['lanes', id, String(this.lanes), name]),
      new AbortController().signal,
    );
    const onAbort = () => program.kill();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      let said = '';
      program.stderr.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString('utf8')).slice(-2_000);
      });
      for await (const chunk of program.stdout.iterator({ destroyOnReturn: false })) {
        if ((chunk as Buffer).toString('latin1').startsWith('up ')) {
          program.stdout.resume();
          program.exited.catch(() => undefined); // the next load finds out
          return program;
        }
      }
      throw directRefused(said.replace(/^!lanes /m, ''));
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Connections of low priority, which a load that is not gentle must not be held up by. */
  async #gentleLanes(link: Link, signal: AbortSignal): Promise<void> {
    link.gentle ??= this.#startLanes(link.id, 'gentle', this.#options.from.gently(), signal);
    await link.gentle;
  }

  async #end({ id, lanes, gentle, heart }: Link): Promise<void> {
    clearInterval(heart);
    for (const started of [gentle, lanes]) {
      const program = await started?.catch(() => null);
      program?.stdin.end();
      program?.kill();
    }
    await this.#remove(id);
  }

  /** What cannot be removed now is tried again at the end; beyond that it stays in the journal. */
  async #remove(id: string): Promise<void> {
    const { from, to, journal } = this.#options;
    const signal = AbortSignal.timeout(30_000);
    this.#left.delete(id);
    await Promise.all(
      [to, from].map(async (box) => {
        try {
          await removeKey(box, id, signal);
          journal.gone(id, box.machineId);
        } catch (error) {
          if (!(error instanceof TrainyardError)) throw error;
          this.#left.add(id);
        }
      }),
    );
    journal.release(id);
  }
}
