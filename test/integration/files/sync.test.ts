import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CodeStore, send } from '#backend/files/index.ts';
import { localPrograms } from '#backend/processes/index.ts';
import { connectedBox } from '#test/lab/ssh-pool.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

function plantMany(directory: string, count: number): void {
  for (let file = 0; file < count; file++) {
    const folder = path.join(directory, `d${file % 20}`);
    if (file < 20) mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `f${file}.py`), `value = ${file}\n`);
  }
}

const sameTree = (a: string, b: string): string =>
  spawnSync('diff', ['-r', '--no-dereference', a, b], { encoding: 'utf8' }).stdout;

describe.skipIf(!needs('sshd', 'ssh'))('over SSH', () => {
  it('a tree of 1,500 files arrives, and again with three of them changed', async () => {
    const { box, connection } = await connectedBox();
    const work = await tempDirectory();
    plantMany(work, 1500);
    const store = new CodeStore(await tempDirectory());
    const root = path.join(box.home, '.trainyard');
    const bring = async (name: string) => {
      const { id } = await store.take(work);
      const directory = path.join(root, 'runs', name);
      await send(store, connection, id, { root, directory });
      expect(sameTree(work, directory)).toBe('');
    };
    await bring('1');
    for (const name of ['d3/f3.py', 'd4/f4.py', "d5/it's new.py"])
      writeFileSync(path.join(work, name), 'changed');
    await bring('2');
    // By now the lowest layer may lie unpacked ahead; it makes no difference to what arrives.
    await bring('3');
    const objects = path.join(root, 'objects');
    await until('nothing is being unpacked any more', () =>
      readdirSync(objects, { recursive: true, encoding: 'utf8' }).every((name) => !/spare\.\d+$/.test(name)),
    );
  });

  it('a cut connection costs only what was under way', async () => {
    const { box, connection, pool, target } = await connectedBox();
    const work = await tempDirectory();
    writeFileSync(path.join(work, 'data.bin'), Buffer.alloc(40_000_000, 'd'));
    const store = new CodeStore(await tempDirectory());
    const root = path.join(box.home, '.trainyard');
    const { id } = await store.take(work);
    let dropped = false;
    const first = send(
      store,
      connection,
      id,
      { root, directory: path.join(root, 'runs', '1') },
      {
        onProgress: (done) => {
          if (done < 8_000_000 || dropped) return;
          dropped = true;
          box.dropConnections();
        },
      },
    );
    await expect(first).rejects.toThrow();
    const parts = path.join(root, 'objects', 'parts');
    const partBytes = () =>
      readdirSync(parts).reduce((sum, name) => sum + statSync(path.join(parts, name)).size, 0);
    expect(partBytes()).toBeGreaterThan(0);
    const again = await until('the box can be reached again', () =>
      pool.connection(target).catch(() => null),
    );
    const began: number[] = [];
    const directory = path.join(root, 'runs', '2');
    await send(store, again, id, { root, directory }, { onProgress: (done) => began.push(done) });
    expect(began.some((done) => done > 0 && done < 40_000_000)).toBe(true);
    expect(sameTree(work, directory)).toBe('');
  });
});

describe.skipIf(!needs('root', 'linux'))('a box whose disk is full', () => {
  async function smallDisk(megabytes: number): Promise<string> {
    const disk = await tempDirectory('small-disk');
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk]);
    onTestFinished(() => {
      spawnSync('umount', ['-l', disk]);
    });
    return mounted.status === 0 ? disk : '';
  }

  it.each([
    { what: 'small files', bytes: 3_000_000, split: 30 },
    { what: 'one large file', bytes: 20_000_000, split: 1 },
  ])('says what is needed and free: $what', async ({ bytes, split }) => {
    const root = await smallDisk(4);
    // Some containers may not mount anything.
    if (root === '') return;
    const work = await tempDirectory();
    for (let file = 0; file < split; file++)
      writeFileSync(path.join(work, `f${file}`), Buffer.alloc(bytes / split, file + 1));
    const programs = localPrograms();
    onTestFinished(() => programs.close());
    const store = new CodeStore(await tempDirectory());
    const { id } = await store.take(work);
    const directory = path.join(root, 'runs', '1');
    await expect(send(store, programs, id, { root, directory })).rejects.toMatchObject({
      code: 'BOX_DISK_FULL_FOR_CODE',
      params: { neededMiB: expect.any(Number), freeMiB: expect.any(Number) },
    });
    // Nothing half-made is left in the run's place.
    const runs = path.join(root, 'runs');
    expect(statSync(runs, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(runs)).toEqual([]);
  });

  it('without a first question: a refusal, and the place stays clean', async () => {
    const root = await smallDisk(1);
    if (root === '') return;
    const work = await tempDirectory();
    writeFileSync(path.join(work, 'a'), Buffer.alloc(200_000, 1));
    writeFileSync(path.join(root, 'ballast'), Buffer.alloc(700_000, 1));
    const programs = localPrograms();
    onTestFinished(() => programs.close());
    const store = new CodeStore(await tempDirectory());
    const { id } = await store.take(work);
    await expect(send(store, programs, id, { root, directory: path.join(root, 'r') })).rejects.toMatchObject({
      code: 'BOX_DISK_FULL_FOR_CODE',
    });
    expect(readdirSync(root).sort()).toEqual(['ballast', 'objects']);
  });
});
