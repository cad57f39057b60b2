import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { byKind } from '#backend/bytes/index.ts';
import { newId } from '#shared/domain/id.ts';
import { cutChannel } from '#test/cut-channel.ts';
import { until } from '#test/until.ts';
import { type Browsed, browsed, owner } from './lab.ts';

let lab: Browsed;
beforeAll(async () => {
  lab = await browsed('dash');
});
afterAll(() => lab.close());

/** As a page has it: a channel whose wire can be cut, to the room's own sources. */
const page = () =>
  cutChannel(
    byKind({
      upload: (request, context) => lab.uploads.receive(request, context),
      file: (request, context) => lab.downloads.send(request, context),
    }),
    owner,
  );

test('a page that loses its connection goes on with its upload; one that gives it up leaves nothing', async () => {
  const { channel, cut } = page();
  const content = randomBytes(16_000_000);
  const uploadId = newId();
  const place = lab.at('from-page');
  const temporary = `.trainyard-upload-${uploadId}`;
  const asked: number[] = [];
  let turn = 0;
  const sha256 = await new Promise<string>((resolve, reject) => {
    const send = async (from: number, mine: number) => {
      for (let at = from; at < content.length && mine === turn; at += 500_000) {
        await stream.send(content.subarray(at, at + 500_000));
        if (asked.length === 1 && at >= 9_000_000) {
          cut();
          return;
        }
      }
      if (mine === turn) stream.finish();
    };
    const stream = channel.open<'upload'>(
      { kind: 'upload', uploadId, ...place, bytes: content.length, modifiedAt: 0, replace: false },
      {
        onInfo(info) {
          if (info.done !== null) return resolve(info.done.sha256);
          asked.push(info.offset);
          turn += 1;
          send(info.offset, turn).catch(reject);
        },
        onEnd: (error) => error && reject(error),
      },
    );
  });
  expect(asked).toHaveLength(2);
  expect(asked[1]).toBeGreaterThan(0);
  expect(sha256).toBe(createHash('sha256').update(content).digest('hex'));
  expect(readFileSync(place.path).equals(content)).toBe(true);
  expect(readdirSync(lab.home)).not.toContain(temporary);

  const other = newId();
  const given = channel.open<'upload'>(
    {
      kind: 'upload',
      uploadId: other,
      ...lab.at('given-up'),
      bytes: content.length,
      modifiedAt: 0,
      replace: false,
    },
    { onInfo: () => void given.send(content.subarray(0, 3_000_000)), onEnd: () => undefined },
  );
  await until('it has begun', () => readdirSync(lab.home).includes(`.trainyard-upload-${other}`));
  given.close();
  await until('nothing of it is left', () => !readdirSync(lab.home).includes(`.trainyard-upload-${other}`));
  expect(readdirSync(lab.home)).not.toContain('given-up');
});

test('a download over a cut goes on at the exact byte', async () => {
  const { channel, cut } = page();
  const file = path.join(lab.home, 'from-page');
  const parts: Uint8Array[] = [];
  let got = 0;
  let hasCut = false;
  await new Promise<void>((resolve, reject) => {
    channel.open<'file'>(
      { kind: 'file', ...lab.at('from-page'), offset: 0, version: null },
      {
        onBytes(bytes, offset) {
          expect(offset).toBe(got);
          parts.push(bytes);
          got += bytes.byteLength;
          if (!hasCut && got > 5_000_000) {
            hasCut = true;
            cut();
          }
        },
        onEnd: (error) => (error ? reject(error) : resolve()),
      },
    );
  });
  expect(Buffer.concat(parts).equals(readFileSync(file))).toBe(true);
});
