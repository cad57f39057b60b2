import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numberAfter, pickleWords, storedParts } from '#backend/checkpoints/formats/pickle-words.ts';
import { shardEnds } from '#backend/checkpoints/formats/tensor-bundle.ts';
import { zipEnd } from '#backend/checkpoints/formats/zip.ts';
import { patternOf } from '#backend/checkpoints/frameworks/own.ts';
import { paceOf } from '#backend/checkpoints/pace.ts';
import { stepOfName } from '#backend/checkpoints/steps.ts';
import { naturally } from '#backend/checkpoints/tree-index.ts';
import { fixtureFiles } from '#test/lab/checkpoint-trees/memory-tree.ts';

const contentOf = (tree: string, file: string): Buffer => {
  const content = fixtureFiles(tree).get(file)?.content;
  if (!content) throw new Error(`${file} is in the fixture ${tree}`);
  return content;
};

test.each([
  ['epoch=3-step=400.ckpt', 400],
  ['checkpoint-500', 500],
  ['iter_0000500', 500],
  ['global_step1000', 1000],
  ['model_0500.pt', 500],
  ['ckpt-7.index', 7],
  ['500', 500],
  ['last.ckpt', null],
  ['epoch=3.ckpt', null],
  ['model--val_loss=1.20-step=100-consumed_samples=3200.0', 100],
  ['best_0.93.pt', null],
  ['99999999999999999999', null],
])('the step of %s is %s', (name, step) => {
  expect(stepOfName(name).step).toBe(step);
});

test('names are ordered by their numbers, however long those are', () => {
  const names = ['checkpoint-10', 'checkpoint-9', 'checkpoint-0010', `checkpoint-${'9'.repeat(30)}`, 'a'];
  expect([...names].sort(naturally)).toEqual([
    'a',
    'checkpoint-9',
    'checkpoint-0010',
    'checkpoint-10',
    `checkpoint-${'9'.repeat(30)}`,
  ]);
});

test('the metadata of a real DCP checkpoint says which part reaches how far', () => {
  const { words, whole } = pickleWords(contentOf('torch-dcp', 'step-10/.metadata'));
  expect(whole).toBe(true);
  expect(storedParts(words)).toEqual(
    new Map([
      ['__0_0.distcp', contentOf('torch-dcp', 'step-10/__0_0.distcp').length],
      ['__1_0.distcp', contentOf('torch-dcp', 'step-10/__1_0.distcp').length],
    ]),
  );
});

test('a pickle is read, never run: what it names and what it counts', () => {
  // {'step': 70000, 'none': None, 'big': 2**40, 'evil': os.system}
  const pickle = Buffer.concat([
    Buffer.from([0x80, 2, 0x7d, 0x71, 0, 0x28]),
    Buffer.from([0x58, 4, 0, 0, 0]),
    Buffer.from('step'),
    Buffer.from([0x71, 1, 0x4a, 0x70, 0x11, 1, 0]),
    Buffer.from([0x58, 4, 0, 0, 0]),
    Buffer.from('none'),
    Buffer.from([0x71, 2, 0x4e]),
    Buffer.from([0x58, 3, 0, 0, 0]),
    Buffer.from('big'),
    Buffer.from([0x71, 3, 0x8a, 6, 0, 0, 0, 0, 0, 1]),
    Buffer.from([0x68, 1]),
    Buffer.from('cos\nsystem\n'),
    Buffer.from([0x75, 0x2e]),
  ]);
  const { words, whole } = pickleWords(pickle);
  expect(whole).toBe(true);
  expect(words).toEqual(['step', 70000, 'none', null, 'big', 2 ** 40, 'step']);
  expect(numberAfter(words, 'step')).toBe(70000);
  expect(numberAfter(words, 'none')).toBeUndefined();
  for (let length = 0; length < pickle.length; length += 1)
    expect(pickleWords(pickle.subarray(0, length)).whole).toBe(false);
});

/** Random bytes, and real ones with some of them changed; the same in each run. */
function* mangled(real: Buffer, count: number): Generator<Buffer> {
  let seed = 20261128;
  const below = (limit: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed % Math.max(1, limit);
  };
  for (let at = 0; at < count; at += 1) {
    const copy = at % 4 === 0 ? Buffer.alloc(below(97), below(256)) : Buffer.from(real);
    for (let change = 0; change <= at % 5 && copy.length > 0; change += 1)
      copy[below(copy.length)] = below(256);
    yield at % 4 === 1 ? copy.subarray(0, below(copy.length)) : copy;
  }
}

test('no bytes whatever upset the reader of tables', () => {
  for (const bytes of mangled(contentOf('tf', 'ckpt-400.index'), 50_000)) {
    const ends = bytes.length < 48 ? null : shardEnds(bytes);
    expect(ends === null || ends instanceof Map).toBe(true);
  }
});

test('no bytes whatever upset the reader of zips', () => {
  for (const bytes of mangled(contentOf('torch', 'model_10.pt').subarray(-98), 50_000)) {
    const end = zipEnd(bytes);
    if (end !== null) expect(end.closingAt).toBeLessThan(bytes.length);
  }
});

test('no bytes whatever upset the reader of pickles', () => {
  for (const bytes of mangled(contentOf('torch-dcp', 'step-10/.metadata').subarray(0, 400), 50_000))
    expect(storedParts(pickleWords(bytes).words).size).toBeLessThan(100);
});

test("the user's patterns: a step, stars within a name, directories", () => {
  const step = (pattern: string, path: string) => patternOf(pattern).exec(path)?.groups?.step;
  expect(step('step-{step}.bin', 'step-0012.bin')).toBe('0012');
  expect(step('step-{step}.bin', 'x/step-12.bin')).toBeUndefined();
  expect(step('**/s{step}', 'a/b/s3')).toBe('3');
  expect(step('**/s{step}', 's3')).toBe('3');
  expect(patternOf('run-*/*.bin').test('run-1/x.bin')).toBe(true);
  expect(patternOf('run-*/*.bin').test('run-1/y/x.bin')).toBe(false);
  expect(patternOf('a.b').test('axb')).toBe(false);
  expect(patternOf('./out/').test('out')).toBe(true);
});

test('no pattern and no name keep a matcher busy', () => {
  const name = `${'a'.repeat(4000)}!`;
  expect(patternOf(`${'*'.repeat(200)}x`).test(name)).toBe(false);
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 60 }), (pattern, path) => {
      patternOf(pattern).test(path);
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['30s', 30_000],
  ['5s', 30_000],
  ['10m', 600_000],
  ['2h', 600_000],
  ['500', 60_000],
  ['500 steps', 60_000],
  [undefined, 60_000],
])('a run that saves every %s is looked at every %i ms', (every, ms) => {
  expect(paceOf(every)).toBe(ms);
});
