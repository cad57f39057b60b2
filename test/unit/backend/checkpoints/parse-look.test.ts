import { expect, test } from 'vitest';
import { parseLook } from '#backend/checkpoints/parse-look.ts';

const gnu = [
  '/home/me/out\n1795896630.123456789\ngnu\0',
  'd 4096 1795896600.0000000000 7\0step-1\0\0',
  'f 12 1795896601.5000000000 8\0step-1/model.pt\0\0',
  'l 6 1795896602.2500000000 9\0last\0step-1\0',
  '\0end\0known\0/home/me/out/step-1/model.pt\0/tmp/other\0',
].join('');
/** As busybox's and as BSD's `stat` write a line; the links come after. */
const lines = (file: string, directory: string, link: string) =>
  ['/home/me/out\n1795896630\n', `stat\0${directory}\n${file}\n${link}\n\0./last\0step-1\0`, '\0end\0'].join(
    '',
  );
const busybox = lines(
  '81a4 12 1795896601 8 /2026-11-28 19:56:41.500000000/ ./step-1/model.pt',
  '41ed 4096 1795896600 7 /2026-11-28 19:56:40.000000000/ ./step-1',
  'a1ff 6 1795896602 9 /2026-11-28 19:56:42.250000000/ ./last',
);
const bsd = lines(
  '81A4 12 1795896601 8 /1795896601.500000000/ ./step-1/model.pt',
  '41ED 4096 1795896600 7 /1795896600.000000000/ ./step-1',
  'A1FF 6 1795896602 9 /1795896602.250000000/ ./last',
);

test.each([
  ['GNU', gnu, true],
  ['busybox', busybox, null],
  ['BSD', bsd, null],
])('what %s finds', (_name, output, open) => {
  const look = parseLook(Buffer.from(output));
  expect(look?.root).toBe('/home/me/out');
  expect(look?.entries.map(({ path, kind, bytes }) => `${kind} ${path} ${bytes}`)).toEqual([
    'directory step-1 4096',
    'file step-1/model.pt 12',
    'link last 6',
  ]);
  expect(look?.entries.map(({ modifiedNs }) => modifiedNs)).toEqual([
    1795896600000000000n,
    1795896601500000000n,
    1795896602250000000n,
  ]);
  expect(look?.entries[2]?.target).toBe('step-1');
  expect(look?.entries[1]?.openForWriting).toBe(open);
});

test('an answer that was cut off is none', () => {
  const whole = Buffer.from(gnu);
  const end = gnu.indexOf('\0end\0') + '\0end\0'.length;
  for (let length = 0; length < end; length += 1) expect(parseLook(whole.subarray(0, length))).toBeNull();
});

test('no answer whatever upsets it', () => {
  let seed = 20261128;
  const below = (limit: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed % limit;
  };
  const samples = [gnu, busybox, bsd].map((text) => Buffer.from(text));
  for (let at = 0; at < 50_000; at += 1) {
    const bytes = Buffer.from(samples[at % 3] ?? '');
    for (let change = 0; change <= at % 4; change += 1) bytes[below(bytes.length)] = below(256);
    const look = parseLook(at % 5 === 0 ? bytes.subarray(0, below(bytes.length)) : bytes);
    for (const { bytes: size, path } of look?.entries ?? [])
      expect(Number.isFinite(size) && !path.includes('\0')).toBe(true);
  }
});
