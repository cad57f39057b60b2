import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { expect, test } from 'vitest';
import { type ByteSources, byKind, serveBytes } from '#backend/bytes/index.ts';
import { encodeFrame, frameTypes } from '#shared/contract/bytes.ts';
import { portWire } from '#shared/contract/port-wire.ts';
import type { Actor } from '#shared/domain/role.ts';
import { cutChannel } from '#test/cut-channel.ts';
import { until } from '#test/until.ts';

const log = pino({ level: 'silent' });
const owner: Actor = { name: 'test', role: 'owner' };
const id = '0123456789ab';
const upload = (bytes: number) =>
  ({
    kind: 'upload',
    uploadId: id,
    machineId: id,
    path: '/tmp/x',
    bytes,
    modifiedAt: 0,
    replace: true,
  }) as const;
const size = { cols: 80, rows: 24 };

const channelTo = (sources: ByteSources, actor = owner) => cutChannel(byKind(sources), actor);

test('what the page sends arrives in order and whole, never more at a time than there is room for', async () => {
  const sent = randomBytes(3_000_000);
  const got: Uint8Array[] = [];
  let largest = 0;
  const { channel } = channelTo({
    upload: async function* (_request, { input }) {
      yield { info: { kind: 'upload', offset: 0, done: null } };
      for await (const bytes of input?.(100_000) ?? []) {
        largest = Math.max(largest, bytes.byteLength);
        got.push(bytes);
      }
      yield { info: { kind: 'upload', offset: sent.length, done: { path: '/tmp/x', sha256: '' } } };
    },
  });
  let told = 0;
  const ended = new Promise<unknown>((resolve) => {
    const stream = channel.open(upload(sent.length), {
      onInfo: (info) => {
        if (info.done) told = info.offset;
      },
      onEnd: resolve,
    });
    void stream.send(sent.subarray(0, 1_234_567));
    void stream.send(sent.subarray(1_234_567)).then(() => stream.finish());
  });
  expect(await ended).toBeNull();
  expect(Buffer.concat(got).equals(sent)).toBe(true);
  expect(largest).toBeLessThanOrEqual(100_000);
  expect(told).toBe(sent.length);
});

test('a reader that is slow slows the page: nothing is sent without credit', async () => {
  const gate = Promise.withResolvers<void>();
  let got = 0;
  const { channel } = channelTo({
    terminal: async function* (_request, { input }) {
      yield { info: { kind: 'terminal', offset: 0, snapshotBytes: 0, size } };
      for await (const bytes of input?.(1000) ?? []) {
        got += bytes.byteLength;
        await gate.promise;
      }
    },
  });
  let sentAll = false;
  const stream = channel.open({ kind: 'terminal', terminalId: id, offset: -1 }, { onEnd: () => undefined });
  void stream.send(new Uint8Array(5000)).then(() => {
    sentAll = true;
  });
  await until('the first has come', () => got > 0);
  expect(got).toBeLessThanOrEqual(1000);
  expect(sentAll).toBe(false);
  gate.resolve();
  await until('all has come', () => got === 5000);
});

test('a page that sends without credit, or into a stream that takes nothing, is cut off', async () => {
  const { port1, port2 } = new MessageChannel();
  const page = portWire(port2);
  let closed = '';
  page.onClose((why) => {
    closed = why || 'closed';
  });
  serveBytes(
    byKind({
      terminal: async function* (_request, { signal }) {
        yield { info: { kind: 'terminal', offset: 0, snapshotBytes: 0, size } };
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    }),
    portWire(port1),
    { actor: owner, log },
  );
  await page.send(
    encodeFrame(
      frameTypes.OPEN,
      1,
      JSON.stringify({ kind: 'terminal', terminalId: id, offset: -1, credit: 100 }),
    ),
  );
  await page.send(encodeFrame(frameTypes.DATA, 1, 'x'));
  await until('it is cut off', () => closed !== '');
});

test('after a cut a terminal goes on at its byte; a snapshot that was cut is asked for anew', async () => {
  const offsets: number[] = [];
  let snapshots = 0;
  const { channel, cut } = channelTo({
    terminal: async function* ({ offset }, { signal }) {
      offsets.push(offset);
      if (offset === -1) {
        snapshots += 1;
        yield { info: { kind: 'terminal', offset: 500, snapshotBytes: 10, size } };
        yield { bytes: Buffer.from('snap') };
        if (snapshots > 1) {
          yield { bytes: Buffer.from('shot!!') };
          yield { bytes: Buffer.from('and on') };
        }
      } else {
        yield { info: { kind: 'terminal', offset, snapshotBytes: 0, size } };
        yield { bytes: Buffer.from('more') };
      }
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    },
  });
  const got: [string, number][] = [];
  channel.open(
    { kind: 'terminal', terminalId: id, offset: -1 },
    {
      onBytes: (bytes, offset) => void got.push([Buffer.from(bytes).toString(), offset]),
      onEnd: () => undefined,
    },
  );
  await until('half a snapshot', () => got.length === 1);
  cut();
  await until('all of another', () => got.length === 4);
  cut();
  await until('what follows', () => got.length === 5);
  expect(offsets).toEqual([-1, -1, 506]);
  expect(got).toEqual([
    ['snap', -1],
    ['snap', -1],
    ['shot!!', -1],
    ['and on', 500],
    ['more', 506],
  ]);
});

test('after a cut an upload starts where its INFO says, and what waited is not sent twice', async () => {
  const seen: string[] = [];
  let times = 0;
  const { channel, cut } = channelTo({
    upload: async function* (_request, { input, signal }) {
      times += 1;
      yield { info: { kind: 'upload', offset: times === 1 ? 0 : 3, done: null } };
      for await (const bytes of input?.(3) ?? []) {
        seen.push(Buffer.from(bytes).toString());
        if (times === 1)
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      }
      if (!signal.aborted)
        yield { info: { kind: 'upload', offset: 6, done: { path: '/tmp/x', sha256: '' } } };
    },
  });
  const whole = Buffer.from('abcdef');
  const ended = new Promise<unknown>((resolve) => {
    const stream = channel.open(upload(6), {
      onInfo: ({ offset, done }) => {
        if (done) return;
        void stream.send(whole.subarray(offset));
        stream.finish();
      },
      onEnd: resolve,
    });
  });
  await until('the first three', () => seen.length === 1);
  cut();
  expect(await ended).toBeNull();
  expect(seen).toEqual(['abc', 'def']);
});

test('who may only look opens logs and nothing else; a kind that nobody serves is not available', async () => {
  const { channel } = channelTo({}, { name: 'guest', role: 'viewer' });
  const error = (request: Parameters<typeof channel.open<'terminal'>>[0]) =>
    new Promise<unknown>((resolve) => channel.open(request, { onEnd: resolve }));
  expect(await error({ kind: 'terminal', terminalId: id, offset: -1 })).toMatchObject({
    code: 'ROLE_TOO_LOW',
  });
  const { channel: own } = channelTo({});
  const none = new Promise<unknown>((resolve) =>
    own.open({ kind: 'terminal', terminalId: id, offset: -1 }, { onEnd: resolve }),
  );
  expect(await none).toMatchObject({ code: 'NOT_AVAILABLE' });
});
