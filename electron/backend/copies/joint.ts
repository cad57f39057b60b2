import { randomBytes } from 'node:crypto';
import { type Command, cancelled, quoteAll, type RunsPrograms } from '#backend/processes/index.ts';
import type { SshLane } from '#backend/sites/capabilities.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { type CopyBox, joinScript } from './box.ts';
import { linkLost, stalled } from './errors.ts';
import { sendRefusal } from './send-refusal.ts';
import { type Load, zipOf } from './way.ts';

/** How both ends are reached by programs of this computer. */
export interface Ends {
  /** This computer's programs. */
  here(): RunsPrograms;
  /** A lane to a machine; null where there is none. */
  lane(machineId: string, options: { signal: AbortSignal; idle: boolean }): Promise<SshLane | null>;
  /** Whether a machine is this computer. */
  isHere(machineId: string): boolean;
}

/** A load that takes longer hangs. */
const loadMs = 1_800_000;
/** So often in a row no lane may be had. */
const mostFailures = 2;

/** The two connections of one pair; null for this computer. */
type Pair = { from: SshLane | null; to: SshLane | null };

/**
 * Loads that go from one of this computer's processes straight into another: each end is the system's ssh, or a local program. Where
 * that is not to be had, the caller has another way.
 */
export class Joints {
  readonly #ends: Ends;
  readonly #cargo: { from: CopyBox; to: CopyBox; place: string; stage: string; tarOptions: string };
  readonly #pairs = new Map<string, Promise<Pair | null>>();
  #failures = 0;
  #isOff = false;

  constructor(
    ends: Ends,
    cargo: { from: CopyBox; to: CopyBox; place: string; stage: string; tarOptions: string },
  ) {
    this.#ends = ends;
    this.#cargo = cargo;
  }

  /** Over one of so many pairs of connections. False: it was not even begun. Rejects as `Way.carry` does. */
  async carry(load: Load, lane: number, pairs: number, signal: AbortSignal): Promise<boolean> {
    const isGentle = load.gentle === true;
    const pair = await this.#pair(lane % pairs, isGentle, signal);
    if (pair === null) return false;
    const { place, stage, tarOptions } = this.#cargo;
    const [from, to] = isGentle
      ? [this.#cargo.from.gently(), this.#cargo.to.gently()]
      : [this.#cargo.from, this.#cargo.to];
    const onLane = (end: SshLane | null) => (end === null ? {} : { TY_LANE: '1' });
    const mark = randomBytes(12).toString('hex');
    const sending = from.command('send', ['out', '-', load.ask, place, ...load.give], {
      TY_TAR: tarOptions,
      TY_ZIP: zipOf(load),
      ...onLane(pair.from),
    });
    const giver = { ...sending, script: `printf '\\n%s\\n' ${mark}\n${sending.script}` };
    const taker = to.command('receive', [stage, ...load.ask.split(' ')], onLane(pair.to));
    const args = [mark, quoteAll(wordsAt(pair.from, giver)), quoteAll(wordsAt(pair.to, taker))];
    let exitCode: number | null;
    let said: string;
    try {
      const result = await this.#ends
        .here()
        .exec(
          { script: joinScript, args },
          { signal, stdin: load.names ?? Buffer.alloc(0), timeoutMs: loadMs },
        );
      exitCode = result.exitCode;
      said = result.stderr.toString('utf8');
    } catch (thrown) {
      if (signal.aborted) throw cancelled(signal);
      const error = TrainyardError.from(thrown);
      if (error.code === 'COMMAND_TIMED_OUT') throw stalled(Math.round(loadMs / 1000));
      throw error;
    }
    if (exitCode === 0) return true;
    const refusal = sendRefusal({ from, to, exitCode, said, bytes: load.bytes, place });
    if (refusal !== null) throw refusal;
    // Whatever it was that kept it from beginning, the other way is not concerned.
    if (exitCode === 6) this.#isOff = true;
    throw linkLost(`exit ${exitCode}: ${said}`);
  }

  async close(): Promise<void> {
    this.#isOff = true;
    const open = await Promise.allSettled(this.#pairs.values());
    await Promise.all(
      open.map((made) => (made.status === 'fulfilled' && made.value !== null ? closePair(made.value) : null)),
    );
  }

  async #pair(index: number, idle: boolean, signal: AbortSignal): Promise<Pair | null> {
    if (this.#isOff) return null;
    const key = `${idle ? 'idle' : 'usual'} ${index}`;
    const known = await this.#pairs.get(key);
    if (known !== undefined && known !== null) {
      if (isOpen(known)) return known;
      await closePair(known);
    }
    // Another load may have begun to make it anew meanwhile.
    const making = this.#pairs.get(key);
    if (making !== undefined && (await making) !== known) return this.#pair(index, idle, signal);
    const made = this.#make(idle, signal);
    this.#pairs.set(key, made);
    try {
      const pair = await made;
      this.#failures = pair === null ? this.#failures + 1 : 0;
      if (this.#failures >= mostFailures) this.#isOff = true;
      return pair;
    } catch (error) {
      this.#pairs.delete(key);
      throw error;
    }
  }

  async #make(idle: boolean, signal: AbortSignal): Promise<Pair | null> {
    const { from, to } = this.#cargo;
    const lane = (box: CopyBox): Promise<SshLane | null> | 'here' =>
      this.#ends.isHere(box.machineId) ? 'here' : this.#ends.lane(box.machineId, { signal, idle });
    const [one, other] = await Promise.all([lane(from), lane(to)]);
    const pair = { from: one === 'here' ? null : one, to: other === 'here' ? null : other };
    if (one !== null && other !== null) return pair;
    await closePair(pair);
    return null;
  }
}

const wordsAt = (lane: SshLane | null, command: Command): string[] =>
  lane === null ? ['/bin/sh', '-c', command.script, 'sh', ...(command.args ?? [])] : lane.words(command);

const isOpen = ({ from, to }: Pair): boolean => (from?.isOpen ?? true) && (to?.isOpen ?? true);

async function closePair({ from, to }: Pair): Promise<void> {
  await Promise.all([from?.close(), to?.close()]);
}
