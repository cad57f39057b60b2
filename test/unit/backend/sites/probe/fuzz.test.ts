import { expect, test } from 'vitest';
import { parseProbe } from '#backend/sites/probe/parse.ts';
import { inventory } from '#shared/domain/machine.ts';
import { answer, nonce, nvidia, plain, section } from './answers.ts';

/** mulberry32: the same inputs in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const real = [
  answer({ more: [section('nvidia', nvidia.mig), section('nvidia-list', nvidia.migList)] }),
  answer({ more: [section('nvidia', nvidia.lost), section('nvidia-table', nvidia.table610)] }),
  answer({ more: [section('nvidia', nvidia.jetpack6), plain('tegra', 'model=Orin\nload=503')] }),
  answer({
    more: [
      section('nvidia', nvidia.a100),
      section('nvidia-processes', 'GPU-a1000000-aaaa-bbbb-cccc-000000000001, 4711, 20000'),
      section('processes', '4711\tada\t0123456789ab\tpython train.py'),
      section('rocm', '{"card0": {"GPU use (%)": "12", "VRAM Total Memory (B)": "206141652992"}}'),
      section('amd-cards', 'a\tb\t1\t2\t3\t4\t5\t6'),
      section('pythons', 'system\t/usr/bin/python3\t3.12.3\t'),
      section('tools', 'git\tgit version 2.43.0'),
    ],
  }),
  answer({ system: null, more: [section('nvidia', nvidia.h100)] }),
];
const pieces = [
  '\n',
  '|',
  '\t',
  ',',
  '=',
  '%',
  '-',
  '\u001b[31m',
  '\u0000',
  '99999999999999999999',
  '-1',
  '1e999',
  'NaN',
  '[N/A]',
  `\n${nonce} begin nvidia\n`,
  `\n${nonce} end now\n`,
  '\nexit 137\n',
  '{',
  '[',
  '"',
  '\u202e',
  'GPU is lost',
  'ERR!',
  '/',
  '(UUID: MIG-1)',
  ' '.repeat(300),
].map((text) => new TextEncoder().encode(text));

function mutate(input: Uint8Array, random: () => number): Uint8Array {
  const pick = (below: number) => Math.floor(random() * below);
  let bytes = Buffer.from(input);
  for (let times = 1 + pick(6); times > 0; times--) {
    const at = pick(bytes.length);
    const kind = pick(5);
    if (kind === 0) bytes[at] = pick(256);
    else if (kind === 1) bytes = bytes.subarray(0, at);
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + pick(60))]);
    else if (kind === 3)
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        pieces[pick(pieces.length)] ?? bytes,
        bytes.subarray(at),
      ]);
    else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(pick(bytes.length))]);
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

test('50,000 answers that are not as they should be: an inventory in good form, or none; never a throw', () => {
  const random = randomFrom(20261128);
  const timing = { nonce, sentAt: 1, receivedAt: 2, tookMs: 1 };
  const previous = parseProbe({ output: real[0] ?? new Uint8Array(), ...timing });
  let inventories = 0;
  for (let n = 0; n < 50_000; n++) {
    const start = real[n % real.length] ?? new Uint8Array();
    const output =
      n % 10 === 9
        ? Buffer.from(Array.from({ length: 200 }, () => Math.floor(random() * 256)))
        : mutate(start, random);
    const found = parseProbe({ output, ...timing }, n % 3 === 0 ? previous : null);
    if (!found) continue;
    inventories++;
    // The form is checked on a part of them: it costs more than the parsing.
    if (n % 5 === 0) inventory.parse(found);
    for (const one of found.accelerators) {
      expect(one.memoryBytes === null || (one.memoryBytes >= 0 && one.memoryBytes <= 1e18)).toBe(true);
    }
  }
  expect(inventories).toBeGreaterThan(10_000);
});

test('a box that fills every section to the brim costs no more than reading it', () => {
  const names = [
    'now',
    'system',
    'disks',
    'mounts',
    'tools',
    'pythons',
    'nvidia',
    'nvidia-old',
    'nvidia-list',
  ];
  const fillers = [
    ' '.repeat(4000),
    '9'.repeat(4000),
    ', '.repeat(2000),
    '\u001b]'.repeat(2000),
    '['.repeat(4000),
  ];
  for (const filler of fillers) {
    const more = [...names, 'nvidia-processes', 'processes', 'rocm', 'amd-static', 'apple'].map((name) =>
      section(name, `${filler}\n`.repeat(35)),
    );
    const output = new TextEncoder().encode(more.join('\n'));
    expect(output.length).toBeLessThan(8_000_000);
    const found = parseProbe({ output, nonce, sentAt: 1, receivedAt: 2, tookMs: 1 });
    if (found) inventory.parse(found);
  }
});
