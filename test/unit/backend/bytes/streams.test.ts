import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { type ByteSource, type ByteSources, byKind, serveBytes } from '#backend/bytes/index.ts';
import type { ByteChannel, StreamRequest } from '#renderer/rpc/bytes.ts';
import { encodeFrame, frameTypes, type LogInfo } from '#shared/contract/bytes.ts';
import type { Wire, WireMessage } from '#shared/contract/wire.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { cutChannel } from '#test/cut-channel.ts';
import { until } from '#test/until.ts';

const log = pino({ level: 'silent' });
const actor = { name: 'test', role: 'owner' } as const;
const runId = '0123456789ab';
const request: StreamRequest = { kind: 'log', runId, offset: 0, follow: true };

const info = (over: Partial<LogInfo> = {}): LogInfo => ({
  offset: 0,
  bytes: 0,
  epoch: 1,
  live: true,
  reachable: true,
  ...over,
});

const channelTo = (logs: ByteSource<'log'>, others: ByteSources = {}) =>
  cutChannel(byKind({ log: logs, ...others }), actor);

/** Reads a stream to its end. */
function collect(channel: ByteChannel, over: Partial<StreamRequest> = {}, windowBytes?: number) {
  const parts: Uint8Array[] = [];
  const offsets: number[] = [];
  const done = new Promise<TrainyardError | null>((resolve) => {
    channel.open(
      { ...request, ...over },
      {
        onBytes(bytes, offset) {
          parts.push(bytes.slice());
          offsets.push(offset);
        },
        onEnd: resolve,
      },
      windowBytes === undefined ? {} : { windowBytes },
    );
  });
  return { done, bytes: () => Buffer.concat(parts), offsets };
}

describe('byte streams', () => {
  test('bytes sent by the way and bytes given in turn arrive in order; what has no credit is refused', async () => {
    const line = Buffer.from('0123456789');
    let refused = 0;
    const { channel } = channelTo(async function* (_request, { sendNow }) {
      yield { info: info() };
      for (let count = 0; count < 200; count += 1) {
        // As a log does: what cannot go at once is given in turn.
        if (count % 3 === 0 || !sendNow?.(line)) {
          if (count % 3 !== 0) refused += 1;
          yield { bytes: line };
        }
        if (count % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const stream = collect(channel, {}, 64);
    expect(await stream.done).toBeNull();
    expect(stream.bytes().toString()).toBe(line.toString().repeat(200));
    expect(refused).toBeGreaterThan(0);
  });

  test('all bytes arrive in order, then the end', async () => {
    const whole = randomBytes(3_000_000);
    const { channel } = channelTo(async function* () {
      yield { info: info() };
      for (let at = 0; at < whole.byteLength; at += 70_001) yield { bytes: whole.subarray(at, at + 70_001) };
    });
    const reading = collect(channel, {}, 100_000);
    expect(await reading.done).toBeNull();
    expect(reading.bytes().equals(whole)).toBe(true);
  });

  test('an error of the source reaches the reader as it is; an unknown one tells nothing', async () => {
    const { channel } = channelTo(async function* ({ runId }) {
      yield { info: info() };
      throw runId === '000000000000'
        ? new Error('a secret inside')
        : new TrainyardError('OURS', 'ours', { retryable: true });
    });
    expect(await collect(channel).done).toMatchObject({ code: 'OURS', retryable: true });
    const unknown = await collect(channel, { runId: '000000000000' }).done;
    expect(unknown).toMatchObject({ code: 'INTERNAL', details: '' });
  });

  test('a reader that takes nothing stops the source within its window', async () => {
    let produced = 0;
    let ended = false;
    const { channel } = channelTo(async function* () {
      try {
        yield { info: info() };
        for (;;) {
          produced += 10_000;
          yield { bytes: new Uint8Array(10_000) };
        }
      } finally {
        ended = true;
      }
    });
    let received = 0;
    const stream = channel.open(
      request,
      {
        onBytes(bytes) {
          received += bytes.byteLength;
          return new Promise(() => undefined);
        },
        onEnd: () => undefined,
      },
      { windowBytes: 100_000 },
    );
    await until('the window is full', () => received === 100_000);
    const producedThen = produced;
    expect(producedThen).toBeLessThanOrEqual(120_000);
    // Another stream on the same wire is not held up, and by its end a source gone wild would have shown.
    const other = collect(channel, { runId: '000000000000' }, 1000);
    await until('the other one flows', () => other.bytes().byteLength > 50_000);
    expect(received).toBe(100_000);
    stream.close();
    await until('the source has been let go', () => ended);
  });

  test('cut at any moment, not a byte is missing or doubled, and the attempt stays the same', async () => {
    const whole = randomBytes(400_000);
    const opened: { offset: number; epoch?: number | undefined }[] = [];
    const { channel, cut } = channelTo(async function* ({ offset, epoch }) {
      opened.push({ offset, epoch });
      const begin = offset < 0 ? whole.byteLength + offset : offset;
      yield { info: info({ offset: begin, bytes: whole.byteLength, epoch: epoch ?? 7 }) };
      let pieces = 0;
      for (let at = begin; at < whole.byteLength; at += 1009) {
        yield { bytes: whole.subarray(at, Math.min(at + 1009, whole.byteLength)) };
        pieces += 1;
        if (pieces === 37) cut();
      }
    });
    const reading = collect(channel, { offset: -300_000 }, 20_000);
    expect(await reading.done).toBeNull();
    expect(reading.bytes().equals(whole.subarray(100_000))).toBe(true);
    expect(opened.length).toBeGreaterThan(5);
    expect(opened[0]).toEqual({ offset: -300_000, epoch: undefined });
    expect(opened.slice(1).every(({ epoch, offset }) => epoch === 7 && offset >= 100_000)).toBe(true);
    expect(reading.offsets[0]).toBe(100_000);
  });

  test('a page that goes away ends its sources', async () => {
    let aborted = 0;
    const { channel } = channelTo(async function* (_request, { signal }) {
      yield { info: info() };
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted += 1;
    });
    let told = 0;
    for (let n = 0; n < 5; n++)
      channel.open(request, { onInfo: () => (told += 1), onBytes: () => undefined, onEnd: () => undefined });
    await until('all are open', () => told === 5);
    channel.close();
    await until('all are ended', () => aborted === 5);
  });
});

/** The server's end of a wire, driven by hand. */
function bareWire() {
  const sent: WireMessage[] = [];
  let receive: (message: WireMessage) => void = () => undefined;
  let closedBecause: string | null = null;
  const listeners: ((why: string) => void)[] = [];
  const wire: Wire = {
    send: async (message) => void sent.push(message),
    onMessage: (listener) => {
      receive = listener;
    },
    onClose: (listener) => void listeners.push(listener),
    close: (why = '') => {
      closedBecause ??= why;
      for (const listener of listeners) listener(why);
    },
  };
  return {
    wire,
    sent,
    receive: (message: WireMessage) => receive(message),
    closedBecause: () => closedBecause,
  };
}

test('50,000 random frames: each is taken or its sender cut off, nothing crashes or stays open', async () => {
  let seed = 20261128;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed % below;
  };
  let open = 0;
  const source: ByteSource = async function* (_request, { signal }) {
    open += 1;
    try {
      yield { info: info() };
      yield { bytes: new Uint8Array(random(5000)) };
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    } finally {
      open -= 1;
    }
  };
  const opening = (credit: number) => JSON.stringify({ ...request, credit });
  let side = bareWire();
  serveBytes(source, side.wire, { actor, log });
  let cutOff = 0;
  for (let n = 0; n < 50_000; n++) {
    if (side.closedBecause() !== null) {
      cutOff += 1;
      side = bareWire();
      serveBytes(source, side.wire, { actor, log });
    }
    const stream = random(6);
    const kind = random(8);
    if (kind === 0) side.receive(encodeFrame(frameTypes.OPEN, stream, opening(random(100))));
    else if (kind === 1) side.receive(encodeFrame(frameTypes.CREDIT, stream, randomBytes(4)));
    else if (kind === 2) side.receive(encodeFrame(frameTypes.END, stream));
    else if (kind === 3) side.receive('text');
    else if (kind === 4) side.receive(encodeFrame(frameTypes.OPEN, stream, opening(1).slice(0, random(60))));
    else if (kind === 5) side.receive(encodeFrame((random(5) + 1) as 1, stream, randomBytes(random(8))));
    else side.receive(new Uint8Array(randomBytes(random(12))));
    if (n % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  side.wire.close();
  await until('every source has been let go', () => open === 0);
  expect(cutOff).toBeGreaterThan(1000);
});
