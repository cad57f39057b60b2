import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { SshReach } from '#backend/sites/capabilities.ts';
import type { CopyPath, CopyPathKind } from '#shared/domain/copy.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { CopyBox } from './box.ts';
import { DirectWay } from './direct-way.ts';
import { bucketLater, noPath, noSshThere } from './errors.ts';
import { HereWay } from './here-way.ts';
import type { Ends } from './joint.ts';
import type { KeyJournal } from './keys.ts';
import { LaptopWay } from './laptop-way.ts';
import type { Way, Zip } from './way.ts';

/** Two machines between which a way is looked for. */
export interface Between {
  from: CopyBox;
  to: CopyBox;
  /** Which of them is this computer, if one is. */
  here: 'from' | 'to' | null;
  reach(): Promise<SshReach | null>;
  journal: KeyJournal;
  silenceMs: number;
  keySeconds?: number;
  ends: Ends | null;
}

/** What is copied, as far as a way must know it. */
export interface Cargo {
  place: string;
  stage: string;
  tarOptions: string;
  /** What both ends can compress by. */
  zip: Zip | null;
  /** What hashes files at the destination. */
  hasher: string;
}

/** Sent to measure a way, and for how long at most. */
const probeBytes = 4 * 1_048_576;
const probeMs = 2_000;
/** What cannot even begin within this time is no better way. */
const rateMs = 10_000;
const nothing: Cargo = { place: '/', stage: '/nowhere', tarOptions: '', zip: null, hasher: '' };

/** Each way with what was measured, or why it cannot be used; the best first. */
export async function probeWays(between: Between, signal: AbortSignal): Promise<CopyPath[]> {
  const { from, to } = between;
  if (from.machineId === to.machineId) return [usable('direct', null, 0), bucket];
  const roundTrips = await Promise.all([from.answerMs(signal), to.answerMs(signal)]);
  const through = await laptopRate(between, signal).then(
    (rate) => usable('laptop', rate, Math.round(roundTrips[0] + roundTrips[1])),
    (error: unknown) => unusable('laptop', TrainyardError.from(error)),
  );
  const direct = await probeDirect(between, signal);
  const isFirst = direct.usable && !isMuchSlower(direct, through);
  return isFirst ? [direct, bucket, through] : [through, bucket, direct];
}

async function probeDirect(between: Between, signal: AbortSignal): Promise<CopyPath> {
  if (between.here !== null) return unusable('direct', noSshThere(between[between.here].name));
  let way: DirectWay | null = null;
  try {
    way = new DirectWay({ ...between, ...nothing, reach: await between.reach() });
    await way.connect(signal);
    const began = performance.now();
    await way.measure(1, signal);
    const roundTripMs = Math.round(performance.now() - began);
    return usable('direct', await way.measure(probeBytes, signal), roundTripMs);
  } catch (error) {
    if (signal.aborted) throw error;
    return unusable('direct', TrainyardError.from(error));
  } finally {
    await way?.close();
  }
}

/**
 * A way that is open. Direct wherever that works and is not less than half as fast as through this computer. Rejects with
 * COPY_NO_PATH, which says what the wanted one lacks.
 */
export async function bestWay(
  between: Between,
  cargo: Cargo,
  wanted: CopyPathKind | null,
  signal: AbortSignal,
): Promise<Way> {
  const { from, to, here } = between;
  if (wanted === 'bucket') throw noPath(from.name, to.name, bucketLater());
  if (from.machineId === to.machineId) return new HereWay({ box: to, ...cargo });
  const laptop = () => new LaptopWay({ ...between, ...cargo });
  if (wanted === 'laptop') return laptop();
  if (here !== null) {
    if (wanted === null) return laptop();
    throw noPath(from.name, to.name, noSshThere(between[here].name));
  }
  let direct: DirectWay | null = null;
  try {
    direct = new DirectWay({ ...between, ...cargo, reach: await between.reach() });
    await direct.connect(signal);
    if (wanted === 'direct') return direct;
    const rate = await direct.measure(probeBytes, signal);
    const through = await laptopRate(between, signal).catch(() => 0);
    if (rate * 2 >= through) return direct;
  } catch (thrown) {
    await direct?.close();
    const error = TrainyardError.from(thrown);
    if (signal.aborted) throw error;
    if (wanted === 'direct') throw noPath(from.name, to.name, error);
    return laptop();
  }
  await direct.close();
  return laptop();
}

/** Bytes per second from the one machine through this computer to the other; what came within the time counts. */
async function laptopRate({ from, to }: Between, signal: AbortSignal): Promise<number> {
  const both = AbortSignal.any([signal, AbortSignal.timeout(rateMs)]);
  const taker = await to.spawn({ script: 'cat >/dev/null' }, both);
  try {
    const giver = await from.spawn(
      { script: 'dd if=/dev/zero bs=65536 count="$1" 2>/dev/null', args: [String(probeBytes / 65_536)] },
      both,
    );
    try {
      giver.stdin.end();
      let bytes = 0;
      let began: number | null = null;
      for await (const chunk of giver.stdout) {
        began ??= performance.now();
        bytes += (chunk as Buffer).length;
        if (!taker.stdin.write(chunk)) await drained(taker.stdin, both);
        if (performance.now() - began > probeMs) break;
      }
      taker.stdin.end();
      await taker.exited;
      return (bytes * 1000) / Math.max(1, performance.now() - (began ?? 0));
    } finally {
      giver.kill();
    }
  } finally {
    taker.kill();
  }
}

async function drained(stream: Writable, signal: AbortSignal): Promise<void> {
  await once(stream, 'drain', { signal });
}

const usable = (kind: CopyPathKind, bytesPerSecond: number | null, roundTripMs: number): CopyPath => ({
  kind,
  usable: true,
  bytesPerSecond: bytesPerSecond === null ? null : Math.round(bytesPerSecond),
  roundTripMs,
  why: null,
});

const unusable = (kind: CopyPathKind, { code, params, message }: TrainyardError): CopyPath => ({
  kind,
  usable: false,
  bytesPerSecond: null,
  roundTripMs: null,
  why: { code, params, message },
});

const bucket = unusable('bucket', bucketLater());

const isMuchSlower = (one: CopyPath, other: CopyPath): boolean =>
  one.bytesPerSecond !== null &&
  other.bytesPerSecond !== null &&
  one.bytesPerSecond * 2 < other.bytesPerSecond;
