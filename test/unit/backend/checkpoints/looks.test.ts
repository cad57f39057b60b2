import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type CheckpointLooks, createCheckpointLooks } from '#backend/checkpoints/index.ts';
import { systemClock } from '#backend/clock.ts';
import { localPrograms } from '#backend/processes/index.ts';
import type { FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import { fixtureFiles } from '#test/lab/checkpoint-trees/memory-tree.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

type Kind = 'gnu' | 'busybox';

/** Looks at this computer with the tools of GNU, or with nothing but busybox. */
async function looksWith(kind: Kind = 'gnu'): Promise<CheckpointLooks> {
  const bin = kind === 'gnu' ? null : await busyboxPath();
  const programs =
    bin === null ? localPrograms() : localPrograms({ shell: `${bin}/sh`, env: { PATH: bin, HOME: bin } });
  onTestFinished(() => programs.close());
  return createCheckpointLooks({
    programs: async () => programs,
    clock: systemClock,
    restMs: 20,
    watchEveryMs: 50,
  });
}

async function busyboxPath(): Promise<string> {
  const bin = await tempDirectory('busybox');
  for (const applet of ['sh', 'find', 'stat', 'od', 'ls', 'awk', 'tr', 'date', 'readlink', 'cat'])
    symlinkSync('/usr/bin/busybox', path.join(bin, applet));
  return bin;
}

const kinds: Kind[] = needs('busybox') ? ['gnu', 'busybox'] : ['gnu'];
const never = () => AbortSignal.timeout(60_000);
const inspect = (looks: CheckpointLooks, directory: string) =>
  looks.inspect('here', directory, { framework: null, signal: never() });

/** Unpacks a fixture, an hour old. */
async function unpacked(name: string): Promise<string> {
  const directory = await tempDirectory('checkpoints');
  const old = new Date(Date.now() - 3_600_000);
  for (const [file, { kind, content, target }] of fixtureFiles(name)) {
    const full = path.join(directory, file);
    mkdirSync(path.dirname(full), { recursive: true });
    if (kind === 'directory') mkdirSync(full, { recursive: true });
    else if (kind === 'link') symlinkSync(target ?? '', full);
    else {
      writeFileSync(full, content);
      utimesSync(full, old, old);
    }
  }
  return directory;
}
const shortly = (found: readonly FoundCheckpoint[]) =>
  found.map(({ path: where, complete, why }) => `${where} ${complete ? 'complete' : why.code}`);

describe.each(kinds)('with the tools of %s', (kind) => {
  test('real trees are seen as they are: links, hidden files, many files', async () => {
    const looks = await looksWith(kind);
    expect(shortly(await inspect(looks, await unpacked('lightning')))).toEqual([
      'epoch=0-step=4.ckpt complete',
      'epoch=0-step=8.ckpt complete',
      'epoch=1-step=12.ckpt complete',
    ]);
    const [, newest] = await inspect(looks, await unpacked('torch-dcp'));
    expect(newest?.files).toEqual(['step-20/__0_0.distcp', 'step-20/__1_0.distcp', 'step-20/.metadata']);
    expect(shortly(await inspect(looks, await unpacked('huggingface')))).toEqual([
      'checkpoint-2 complete',
      'checkpoint-4 complete',
      'checkpoint-6 complete',
    ]);
  });

  test('what somebody has open for writing is not complete', async () => {
    const looks = await looksWith(kind);
    const directory = await unpacked('torch');
    const open = openSync(path.join(directory, 'model_20.pt'), 'r+');
    const before = shortly(await inspect(looks, directory));
    closeSync(open);
    expect(before).toContain('model_20.pt CHECKPOINT_BEING_WRITTEN');
    expect(before).toContain('model_10.pt complete');
    expect(shortly(await inspect(looks, directory))).toContain('model_20.pt complete');
  });

  test('names that would do something to a shell are only names', async () => {
    const looks = await looksWith(kind);
    const directory = await unpacked('torch');
    const content = readFileSync(path.join(directory, 'model_20.pt'));
    const names = [
      "it's 1.pt",
      '$(touch hacked) 2.pt',
      '-rf 3.pt',
      '`touch hacked` 4.pt',
      'a=b 5.pt',
      ' 6.pt ',
    ];
    for (const name of names) writeFileSync(path.join(directory, name), content);
    writeFileSync(path.join(directory, 'f 1 1 1\nline 7.pt'), content);
    writeFileSync(
      Buffer.concat([Buffer.from(`${directory}/bad`), Buffer.from([0xff]), Buffer.from(' 8.pt')]),
      content,
    );
    const found = shortly(await inspect(looks, directory));
    for (const name of names.slice(0, 5)) expect(found).toContain(`${name} complete`);
    expect(found.some((line) => /line 7|8\.pt/.test(line) && line.endsWith(' complete'))).toBe(false);
    expect(existsSync(path.join(directory, 'hacked'))).toBe(false);
  });

  test('pipes, loops, huge and unreadable files hold nothing up', async () => {
    const looks = await looksWith(kind);
    const directory = await unpacked('huggingface');
    const state = path.join(directory, 'checkpoint-6', 'trainer_state.json');
    truncateSync(state, 1024 ** 3);
    const pipe = path.join(directory, 'checkpoint-4', 'trainer_state.json');
    rmSync(pipe);
    spawnSync('mkfifo', [pipe]);
    symlinkSync('loop.pt', path.join(directory, 'loop.pt'));
    symlinkSync('/dev/zero', path.join(directory, 'zero.pt'));
    symlinkSync('..', path.join(directory, 'up'));
    expect(shortly(await inspect(looks, directory))).toEqual([
      'checkpoint-2 complete',
      'checkpoint-4 CHECKPOINT_FILE_MISSING',
      'checkpoint-6 CHECKPOINT_FILE_DAMAGED',
    ]);
  });
});

test('a directory that is not there, is a file, may not be entered', async () => {
  const looks = await looksWith();
  const directory = await unpacked('torch');
  await expect(inspect(looks, `${directory}/none`)).rejects.toMatchObject({
    code: 'CHECKPOINT_DIRECTORY_MISSING',
  });
  await expect(inspect(looks, `${directory}/last.pt`)).rejects.toMatchObject({
    code: 'CHECKPOINT_NOT_A_DIRECTORY',
  });
  expect(await inspect(looks, `${await tempDirectory()}`)).toEqual([]);
});

test('what changes between two looks is not complete', async () => {
  const directory = await unpacked('torch');
  const file = path.join(directory, 'model_20.pt');
  const looks = createCheckpointLooks({
    programs: async () => programs,
    // However long the first look takes on a busy computer: there is a wait, and it is ours.
    restMs: 3_600_000,
    clock: {
      ...systemClock,
      async sleep() {
        // Of the same length, within the same second as far as that goes.
        writeFileSync(file, readFileSync(file));
      },
    },
  });
  const programs = localPrograms();
  onTestFinished(() => programs.close());
  utimesSync(path.join(directory, 'model_10.pt'), new Date(), new Date());
  expect(shortly(await inspect(looks, directory))).toContain('model_20.pt CHECKPOINT_CHANGING');
});

test("the user's own: by a pattern, by a command", async () => {
  const looks = await looksWith();
  const directory = await tempDirectory('own');
  for (const step of [3, 20, 100]) writeFileSync(path.join(directory, `state.${step}.bin`), 'x');
  const own = (way: string) =>
    looks.inspect('here', directory, { framework: 'own', own: way, signal: never() });
  expect((await own('state.{step}.bin')).map(({ step }) => step)).toEqual([3, 20, 100]);
  const listed = await own(
    '!echo "state.100.bin 7"; echo ./state.3.bin; echo "$PWD/state.20.bin"; echo nowhere',
  );
  expect(listed.map(({ path: where, step }) => `${where} ${step}`)).toEqual([
    'state.3.bin 3',
    'state.100.bin 7',
    'state.20.bin 20',
  ]);
  await expect(own('!exit 7')).rejects.toMatchObject({ code: 'CHECKPOINT_COMMAND_FAILED' });
});

const trainer = `
import os, sys, time, torch
out = sys.argv[1]
for step in (1, 2, 3):
    state = {'model': {'w': torch.rand(200000)}, 'step': step}
    part = os.path.join(out, 'step-%d' % step)
    os.makedirs(part)
    torch.save(state, part + '/model.pt')
    with open(part + '/optimizer.pt', 'wb') as f:
        data = open(part + '/model.pt', 'rb').read()
        for at in range(0, len(data), 100000):
            f.write(data[at:at + 100000]); f.flush(); time.sleep(0.05)
`;

test.skipIf(!needs('torch'))(
  'a real trainer is watched: files are told of once they are closed, checkpoints once they are whole',
  async () => {
    const looks = await looksWith();
    const parent = await tempDirectory('watched');
    const directory = path.join(parent, 'out');
    const script = path.join(parent, 'train.py');
    writeFileSync(script, trainer);
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const complete: FoundCheckpoint[] = [];
    const files: string[] = [];
    const sizes: number[] = [];
    const watching = looks.watch('here', directory, {
      framework: 'torch',
      signal: stop.signal,
      onFile(_checkpoint, file) {
        files.push(file);
        sizes.push(readFileSync(path.join(directory, file)).length);
      },
      onComplete: (checkpoint) => complete.push(checkpoint),
    });
    mkdirSync(directory);
    const training = spawn('/usr/bin/python3', [script, directory], { stdio: 'ignore' });
    onTestFinished(() => void training.kill('SIGKILL'));
    expect(await once(training, 'exit')).toEqual([0, null]);
    await until('all six files are complete', () => complete.length >= 6);
    stop.abort();
    await watching;
    expect([...new Set(complete.map(({ path: where }) => where))].sort()).toEqual(
      [1, 2, 3].flatMap((step) => [`step-${step}/model.pt`, `step-${step}/optimizer.pt`]),
    );
    expect(new Set(files).size).toBe(6);
    // Each was whole when it was told of.
    expect(new Set(sizes).size).toBe(1);
  },
  120_000,
);

test('a watch outlives a directory that is not there yet, and tells again of what was rewritten', async () => {
  const looks = await looksWith();
  const parent = await tempDirectory('watched');
  const directory = path.join(parent, 'late');
  const stop = new AbortController();
  const told: string[] = [];
  const watching = looks.watch('here', directory, {
    framework: null,
    signal: stop.signal,
    onComplete: (checkpoint) => told.push(`${checkpoint.path} ${checkpoint.step}`),
  });
  const contents = fixtureFiles('torch');
  const write = (name: string) => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(parent, 'aside'), contents.get(name)?.content ?? '');
    renameSync(path.join(parent, 'aside'), path.join(directory, 'latest.pt'));
  };
  write('model_10.pt');
  await until('the first is told of', () => told.includes('latest.pt 10'));
  write('model_20.pt');
  await until('the second is told of', () => told.includes('latest.pt 20'));
  stop.abort();
  await watching;
  expect(told).toEqual(['latest.pt 10', 'latest.pt 20']);
});
