import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { CodeChanges, CodeStore } from '#backend/files/index.ts';
import type { CodeSnapshot } from '#shared/domain/run.ts';
import { tempDirectory } from '#test/temp.ts';

const { signal } = new AbortController();

async function launched() {
  const work = await tempDirectory('changes');
  const write = (name: string, content: string | Buffer) => {
    mkdirSync(path.dirname(path.join(work, name)), { recursive: true });
    writeFileSync(path.join(work, name), content);
  };
  write('.gitignore', 'out/\n*.log\n');
  write('train.py', 'lr = 1\n');
  write('deep/gone.py', 'bye\n');
  write('same.py', 'same\n');
  write('run.sh', 'true\n');
  write('data.bin', Buffer.from([0, 1, 2]));
  symlinkSync('train.py', path.join(work, 'link'));
  const store = new CodeStore(await tempDirectory('changes-store'));
  const first = await store.take(work);
  // A second launch lies on the first: what did not change is in a layer below.
  write('other.py', 'x\n');
  const snapshot = await store.take(work);
  return { work, write, store, first, snapshot };
}

test('what was added, removed and changed since the launch, by the rules of a launch', async () => {
  const { work, write, store, snapshot } = await launched();
  const snapshots: Record<string, CodeSnapshot | null> = { run: snapshot, none: null };
  const code = new CodeChanges(store, (runId) => snapshots[runId] ?? null);
  expect(await code.changes({ runId: 'run' }, signal)).toEqual({ directory: work, differences: [] });
  write('train.py', 'lr = 2.5\n');
  write('new.py', 'new\n');
  write('out/ignored', '');
  write('x.log', '');
  write('data.bin', Buffer.from([0, 9]));
  rmSync(path.join(work, 'deep'), { recursive: true });
  chmodSync(path.join(work, 'run.sh'), 0o755);
  rmSync(path.join(work, 'link'));
  symlinkSync('same.py', path.join(work, 'link'));
  const { differences } = await code.changes({ runId: 'run' }, signal);
  expect(
    differences.map(({ path: at, change, beforeBytes, nowBytes }) => [at, change, beforeBytes, nowBytes]),
  ).toEqual([
    ['data.bin', 'changed', 3, 2],
    ['deep/gone.py', 'removed', 4, null],
    ['link', 'changed', 8, 7],
    ['new.py', 'added', null, 4],
    ['run.sh', 'mode', 5, 5],
    ['train.py', 'changed', 7, 9],
  ]);
  const change = (at: string) => code.change({ runId: 'run', path: at }, signal);
  expect(await change('train.py')).toEqual({ before: 'lr = 1\n', now: 'lr = 2.5\n', binary: false });
  expect(await change('deep/gone.py')).toEqual({ before: 'bye\n', now: null, binary: false });
  expect(await change('new.py')).toEqual({ before: null, now: 'new\n', binary: false });
  expect(await change('link')).toEqual({ before: '→ train.py\n', now: '→ same.py\n', binary: false });
  expect(await change('data.bin')).toEqual({ before: null, now: null, binary: true });
  // A path of a page leads nowhere but into the code.
  for (const at of ['../../etc/passwd', '/etc/passwd', 'x.log', '.git/config'])
    expect(await change(at)).toEqual({ before: null, now: null, binary: false });
});

test('a snapshot or a directory that is not there any more is said', async () => {
  const { work, store, first, snapshot } = await launched();
  const snapshots: Record<string, CodeSnapshot | null> = { run: snapshot, first, none: null };
  const code = new CodeChanges(store, (runId) => snapshots[runId] ?? null);
  await expect(code.changes({ runId: 'none' }, signal)).rejects.toMatchObject({ code: 'CODE_GONE' });
  await store.keepOnly(new Set([snapshot.id]));
  await expect(code.changes({ runId: 'first' }, signal)).rejects.toMatchObject({ code: 'CODE_GONE' });
  rmSync(work, { recursive: true });
  await expect(code.changes({ runId: 'run' }, signal)).rejects.toMatchObject({ code: 'CODE_GONE' });
});
