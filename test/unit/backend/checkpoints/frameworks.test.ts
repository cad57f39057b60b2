import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge } from '#backend/checkpoints/judge.ts';
import { recognise } from '#backend/checkpoints/recognise.ts';
import type { CheckpointFramework, FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import { fileOf, fixtureFiles, type MemoryFiles, treeOf } from '#test/lab/checkpoint-trees/memory-tree.ts';

async function look(files: MemoryFiles, framework: CheckpointFramework | null = null, root?: string) {
  const tree = treeOf(files, root === undefined ? {} : { root });
  return judge(await recognise(tree, framework), tree, tree);
}
const shortly = (found: readonly FoundCheckpoint[]) =>
  found.map(({ path, step, complete }) => `${path} ${step} ${complete ? 'complete' : 'no'}`);

interface Expected {
  framework: CheckpointFramework;
  /** As `shortly` says them. */
  found: string[];
  /** Whose loss cannot be seen, or is none: what only describes, trackers beside, data of a database whose names are in it. */
  optional?: RegExp;
  /** The last bytes of these tell nothing that can be checked. */
  untold?: RegExp;
}

const trees: Record<string, Expected> = {
  huggingface: {
    framework: 'huggingface',
    found: ['checkpoint-2 2 complete', 'checkpoint-4 4 complete', 'checkpoint-6 6 complete'],
    optional: /config\.json$|training_args/,
  },
  'huggingface-bin': {
    framework: 'huggingface',
    found: ['checkpoint-2 2 complete', 'checkpoint-4 4 complete'],
    optional: /config\.json$|training_args/,
  },
  'huggingface-sharded': {
    framework: 'huggingface',
    found: ['checkpoint-2 2 complete', 'checkpoint-4 4 complete'],
    optional: /(?:^|\/)(?:generation_)?config\.json$|training_args/,
  },
  'huggingface-modelonly': {
    framework: 'huggingface',
    found: ['checkpoint-2 2 complete', 'checkpoint-4 4 complete'],
    optional: /config\.json$|training_args/,
  },
  'huggingface-peft': {
    framework: 'huggingface',
    found: ['checkpoint-2 2 complete', 'checkpoint-4 4 complete'],
    optional: /README|training_args/,
    untold: /README/,
  },
  'huggingface-ranks': {
    framework: 'huggingface',
    found: ['checkpoint-2 2 complete', 'checkpoint-4 4 complete'],
    // The highest rank's file: an hour later a run with fewer processes is believed.
    optional: /config\.json$|training_args|rng_state_1/,
  },
  lightning: {
    framework: 'lightning',
    found: [
      'epoch=0-step=4.ckpt 4 complete',
      'epoch=0-step=8.ckpt 8 complete',
      'epoch=1-step=12.ckpt 12 complete',
    ],
    optional: /last/,
    untold: /last/,
  },
  'lightning-last': {
    framework: 'lightning',
    found: ['best.ckpt 12 complete'],
    optional: /last/,
    untold: /last/,
  },
  'lightning-sharded': {
    framework: 'lightning',
    found: ['epoch=0-step=5.ckpt 5 complete', 'epoch=0-step=10.ckpt 10 complete'],
  },
  nemo: {
    framework: 'nemo',
    found: [
      'gpt--val_loss=2.50-step=100-consumed_samples=100.0.ckpt 100 complete',
      'gpt--val_loss=2.50-step=200-consumed_samples=200.0.ckpt 200 complete',
    ],
  },
  nemo2: {
    framework: 'nemo',
    found: [
      'model--val_loss=1.20-step=100-consumed_samples=100.0 100 complete',
      'model--val_loss=1.20-step=200-consumed_samples=200.0 200 complete',
    ],
    optional: /context/,
    untold: /context/,
  },
  megatron: {
    framework: 'megatron',
    found: ['iter_0000100 100 complete', 'iter_0000200 200 complete'],
  },
  'megatron-dist': {
    framework: 'megatron',
    found: ['iter_0000010 10 complete', 'iter_0000020 20 complete'],
    optional: /metadata\.json/,
  },
  accelerate: {
    framework: 'accelerate',
    found: [
      'checkpoints/checkpoint_0 null complete',
      'checkpoints/checkpoint_1 null complete',
      'checkpoints/checkpoint_2 null complete',
    ],
  },
  orbax: {
    framework: 'orbax',
    found: ['100 100 complete', '200 200 complete', '300 300 complete'],
    optional: /\/d\/|_CHECKPOINT_METADATA|default\/commit_success/,
    untold: /\/d\/|commit_success/,
  },
  'orbax-named': {
    framework: 'orbax',
    found: ['ckpt_5 5 complete', 'ckpt_10 10 complete'],
    optional: /\/d\/|_CHECKPOINT_METADATA|(?:state|extra)\/commit_success|metadata$/,
    untold: /\/d\/|commit_success|metadata$/,
  },
  'orbax-zarr': {
    framework: 'orbax',
    found: ['7 7 complete'],
    optional: /_CHECKPOINT_METADATA|commit_success|\.zarray/,
    untold: /commit_success|\/\d[\d.]*$/,
  },
  tf: {
    framework: 'tensorflow',
    found: ['ckpt-200 200 complete', 'ckpt-300 300 complete', 'ckpt-400 400 complete'],
    optional: /checkpoint$/,
    untold: /checkpoint$/,
  },
  'keras-files': {
    framework: 'keras',
    found: [
      'm-01.keras 1 complete',
      'w-01.weights.h5 1 complete',
      'm-02.keras 2 complete',
      'w-02.weights.h5 2 complete',
    ],
  },
  'keras-backup': { framework: 'keras', found: ['. null complete'] },
  'deepspeed-zero1': {
    framework: 'deepspeed',
    found: ['global_step2 2 complete', 'global_step4 4 complete'],
    optional: /latest$/,
    untold: /latest$/,
  },
  'deepspeed-zero3': {
    framework: 'deepspeed',
    found: ['global_step2 2 complete', 'global_step4 4 complete'],
    optional: /latest$/,
    untold: /latest$/,
  },
  'torch-dcp': { framework: 'torch-dcp', found: ['step-10 10 complete', 'step-20 20 complete'] },
  torch: {
    framework: 'torch',
    found: [
      'model_10.pt 10 complete',
      'model_20.pt 20 complete',
      'old_90.pth 90 complete',
      'model_100.pt 100 complete',
      'last.pt 120 complete',
    ],
    untold: /old_90/,
  },
  safetensors: {
    framework: 'safetensors',
    found: [
      'step-10.safetensors 10 complete',
      'step-20.safetensors 20 complete',
      'step-100.safetensors 100 complete',
    ],
  },
};

describe.each(Object.entries(trees))('%s', (name, expected) => {
  const files = fixtureFiles(name);

  test('each checkpoint is found for what it is, in order, also where the framework is said', async () => {
    const found = await look(files);
    expect(shortly(found)).toEqual(expected.found);
    expect(new Set(found.map(({ framework }) => framework))).toEqual(new Set([expected.framework]));
    expect(shortly(await look(files, expected.framework))).toEqual(expected.found);
  });

  test('each lost file is noticed', async () => {
    for (const { path, files: own } of await look(files)) {
      for (const file of own) {
        if (expected.optional?.test(file)) continue;
        const without = new Map(files);
        without.delete(file);
        const again = (await look(without)).find((one) => one.path === path);
        expect(again?.complete ?? false, `${path} without ${file}`).toBe(false);
      }
    }
  });

  test('each file cut off is noticed, wherever it is cut', async () => {
    const found = await look(files);
    const cuts = found.flatMap(({ path, files: own }) =>
      own
        .filter((file) => !expected.untold?.test(file) && files.get(file)?.kind === 'file')
        .map((file) => ({ path, file, length: files.get(file)?.content.length ?? 0 })),
    );
    if (cuts.length === 0) return;
    const arbitrary = fc
      .constantFrom(...cuts)
      .chain((cut) => fc.record({ cut: fc.constant(cut), to: fc.nat({ max: Math.max(0, cut.length - 1) }) }));
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ cut, to }) => {
        const whole = files.get(cut.file);
        if (!whole) throw new Error('a file of the fixture');
        const left = whole.content.subarray(0, to);
        // Nothing was lost but space at the end of a text.
        fc.pre(
          left.length === 0 ||
            whole.content.toString('latin1').trimEnd() !== left.toString('latin1').trimEnd(),
        );
        const broken = new Map(files).set(cut.file, { ...whole, content: left });
        const again = (await look(broken)).find((one) => one.path === cut.path);
        expect(again?.complete ?? false, `${cut.file} cut to ${to}`).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test('files of others beside or within change nothing', async () => {
    const directories = [...new Set([...files.keys()].map((file) => file.split('/').slice(0, -1).join('/')))];
    const extra = fc.record({
      directory: fc.constantFrom(...directories),
      name: fc.stringMatching(/^[a-z]{3,9}\.(?:txt|log|py|yaml|csv)$/),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(extra, { maxLength: 5 }), async (extras) => {
        const more = new Map(files);
        for (const { directory, name: file } of extras)
          more.set(directory === '' ? file : `${directory}/${file}`, fileOf('anything'));
        expect(shortly(await look(more))).toEqual(expected.found);
      }),
      { numRuns: 20 },
    );
  });
});

test('a directory that is one checkpoint itself is found, too', async () => {
  const inside = new Map(
    [...fixtureFiles('huggingface')].flatMap(([file, content]) =>
      file.startsWith('checkpoint-4/') ? [[file.slice('checkpoint-4/'.length), content]] : [],
    ),
  );
  expect(shortly(await look(inside, null, '/out/checkpoint-4'))).toEqual(['. 4 complete']);
});

test('a hundred thousand other files are no hindrance', async () => {
  const files = new Map(fixtureFiles('deepspeed-zero1'));
  for (let at = 0; at < 100_000; at += 1)
    files.set(`data/${at % 1000}/file-${at}.${['txt', 'pt', 'bin', 'json', 'png'][at % 5]}`, fileOf('x'));
  const found = await look(files);
  expect(shortly(found.filter(({ framework }) => framework === 'deepspeed'))).toEqual([
    'global_step2 2 complete',
    'global_step4 4 complete',
  ]);
  expect(found.filter(({ complete }) => complete)).toHaveLength(2);
});

test('a directory under a new name, and one that is written anew, are not taken for whole', async () => {
  const trainers = fixtureFiles('huggingface');
  const renamed = new Map(
    [...trainers].map(([name, file]) => [name.replace(/^checkpoint-6/, 'checkpoint-7'), file]),
  );
  expect((await look(renamed)).at(-1)?.why.code).toBe('CHECKPOINT_STEP_DIFFERS');
  const marked = new Map(trainers).set('checkpoint-6/checkpoint-is-incomplete.txt', fileOf(''));
  expect((await look(marked)).at(-1)?.why.code).toBe('CHECKPOINT_MARKED_UNFINISHED');
  const beside = new Map(
    [...trainers].map(([name, file]) => [name.replace(/^checkpoint-6/, 'tmp-checkpoint-6'), file]),
  );
  expect((await look(beside)).find(({ step }) => step === 6)?.why.code).toBe('CHECKPOINT_TEMPORARY');
  const dcp = new Map(fixtureFiles('torch-dcp'));
  const part = dcp.get('step-20/__1_0.distcp');
  if (!part) throw new Error('a part of the fixture');
  dcp.set('step-20/__1_0.distcp', { ...part, modifiedNs: part.modifiedNs + 60_000_000_000n });
  expect((await look(dcp)).at(-1)?.why.code).toBe('CHECKPOINT_STALE_INDEX');
  const megatron = new Map(fixtureFiles('megatron'));
  const tracker = megatron.get('latest_checkpointed_iteration.txt');
  if (!tracker) throw new Error('the tracker of the fixture');
  megatron.set('latest_checkpointed_iteration.txt', { ...tracker, content: Buffer.from('100') });
  expect(shortly(await look(megatron))).toEqual(['iter_0000100 100 complete', 'iter_0000200 200 no']);
  const nemo = new Map(fixtureFiles('nemo'));
  nemo.set('gpt--val_loss=2.50-step=200-consumed_samples=200.0-unfinished', fileOf(''));
  expect((await look(nemo)).at(-1)?.why.code).toBe('CHECKPOINT_MARKED_UNFINISHED');
  const orbax = new Map(
    [...fixtureFiles('orbax')].map(([name, file]) => [
      name.replace(/^300/, '300.orbax-checkpoint-tmp-1795896630'),
      file,
    ]),
  );
  expect(shortly(await look(orbax))).toEqual([
    '100 100 complete',
    '200 200 complete',
    '300.orbax-checkpoint-tmp-1795896630 300 no',
  ]);
  const unsaid = new Map([...fixtureFiles('orbax')].filter(([name]) => name !== '300/commit_success.txt'));
  expect(shortly(await look(unsaid)).at(-1)).toBe('300 300 no');
  orbax.set('400', { ...fileOf(''), kind: 'directory' });
  expect((await look(orbax)).find(({ path }) => path === '400')?.why.code).toBe('CHECKPOINT_EMPTY');
});

test("DeepSpeed within a Trainer's checkpoint belongs to it", async () => {
  const files = new Map(
    [...fixtureFiles('huggingface-ranks')].filter(([name]) => !name.endsWith('optimizer.pt')),
  );
  for (const [name, file] of fixtureFiles('deepspeed-zero1'))
    if (name.startsWith('global_step4/')) files.set(`checkpoint-4/${name}`, file);
  expect(shortly(await look(files))).toEqual(['checkpoint-2 2 no', 'checkpoint-4 4 complete']);
  files.delete('checkpoint-4/global_step4/zero_pp_rank_1_mp_rank_00_optim_states.pt');
  const [, newest] = await look(files);
  expect(newest?.why.code).toBe('CHECKPOINT_RANKS_MISSING');
});
