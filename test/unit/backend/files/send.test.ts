import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CodeStore, collectGarbage, send } from '#backend/files/index.ts';
import { localPrograms, type RunsPrograms } from '#backend/processes/index.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { harvest, plant } from './tree.ts';

interface World {
  work: string;
  root: string;
  runs: string;
  store: CodeStore;
  storeDirectory: string;
  programs: RunsPrograms;
  /** What went over: calls, and bytes on stdin. */
  sent: { verbs: string[]; bytes: number };
}

/** busybox's ash with busybox's tools first, as on a small box. */
async function busyboxPath(): Promise<string> {
  const bin = await tempDirectory('busybox');
  for (const name of [
    'sh',
    'tar',
    'sha256sum',
    'xargs',
    'find',
    'ls',
    'mv',
    'rm',
    'mkdir',
    'cat',
    'df',
    'du',
    'awk',
    'cut',
    'tr',
    'touch',
    'chmod',
    'nice',
    'sed',
    'sync',
  ]) {
    writeFileSync(path.join(bin, name), `#!/bin/sh\nexec busybox ${name === 'sh' ? 'ash' : name} "$@"\n`, {
      mode: 0o755,
    });
  }
  return bin;
}

async function makeWorld({ busybox = false, shell = '/bin/sh' } = {}): Promise<World> {
  const home = await tempDirectory("ho me's");
  const bin = busybox ? await busyboxPath() : null;
  const real = localPrograms({
    env: {
      ...process.env,
      HOME: home,
      ...(bin === null ? {} : { PATH: `${bin}:${process.env.PATH ?? ''}` }),
    },
    shell: bin === null ? shell : path.join(bin, 'sh'),
  });
  onTestFinished(() => real.close());
  const sent = { verbs: [] as string[], bytes: 0 };
  const programs: RunsPrograms = {
    spawn: (command, options) => real.spawn(command, options),
    exec: (command, options = {}) => {
      sent.verbs.push(command.args?.[0] ?? '');
      const { stdin } = options;
      if (!(stdin instanceof Readable)) {
        sent.bytes += Buffer.byteLength(stdin ?? '');
        return real.exec(command, options);
      }
      const counted = Readable.from(count(stdin, sent), { objectMode: false });
      return real.exec(command, { ...options, stdin: counted });
    },
  };
  const work = path.join(home, 'work');
  mkdirSync(work);
  const storeDirectory = path.join(home, 'store');
  const root = path.join(home, '.trainyard');
  return {
    work,
    root,
    runs: path.join(root, 'runs'),
    store: new CodeStore(storeDirectory),
    storeDirectory,
    programs,
    sent,
  };
}

async function* count(stream: Readable, sent: { bytes: number }): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    sent.bytes += (chunk as Buffer).length;
    yield chunk as Buffer;
  }
}

/** Old enough that no hash is doubted. */
function age(directory: string): void {
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const stats = statSync(path.join(directory, name), { throwIfNoEntry: false });
    if (stats?.isFile()) utimesSync(path.join(directory, name), 1_700_000_000, 1_700_000_000);
  }
}

const hostile = {
  '-rf': 'dash',
  "it's": 'quote',
  'a "b" $HOME `id`': 'shell',
  'new\nline': 'newline',
  'é/漢字 🙂.py': 'unicode',
  ['l'.repeat(200)]: 'long',
  '*': 'star',
  'sub/ ': 'blank',
};

describe.each([
  { name: 'sh', options: {}, present: true },
  { name: 'bash', options: { shell: '/bin/bash' }, present: existsSync('/bin/bash') },
  { name: 'busybox', options: { busybox: true }, present: needs('busybox') },
])('a box with $name', ({ options, present }) => {
  describe.skipIf(!present)('', () => {
    let world: World;
    beforeEach(async () => {
      world = await makeWorld(options);
    });
    const bring = async (name: string) => {
      const { store, programs, root, runs, work } = world;
      const snapshot = await store.take(work);
      const directory = path.join(runs, name, 'workdir');
      await send(store, programs, snapshot.id, { root, directory });
      return { snapshot, directory };
    };

    it('gets exactly the tree, whatever the names', async () => {
      plant(world.work, {
        ...hostile,
        'bin/x': { text: '#!', mode: 0o755 },
        to: { link: 'bin/x' },
        out: { link: '/nowhere' },
        empty: null,
      });
      const { directory } = await bring('1');
      expect(harvest(directory)).toEqual(harvest(world.work));
      expect(world.sent.verbs).toEqual(['sync']);
    });

    it('only gets what changed, in one round trip', async () => {
      const filler = 'x'.repeat(3000);
      plant(
        world.work,
        Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`d${n % 7}/f${n}`, `${n} ${filler}`])),
      );
      plant(world.work, {
        'was-file': 'x',
        'was-dir/x': 'y',
        'was-link': { link: 'a' },
        'going/deep/z': '1',
      });
      await bring('1');
      world.sent.verbs.length = 0;
      world.sent.bytes = 0;
      for (const gone of ['was-file', 'was-dir', 'was-link', 'going', 'd3'])
        rmSync(path.join(world.work, gone), { recursive: true });
      plant(world.work, {
        'was-file/x': 'now a directory',
        'was-dir': 'now a file',
        'was-link': 'now a file',
        'd1/f1': 'changed',
        ...hostile,
      });
      const { directory } = await bring('2');
      expect(harvest(directory)).toEqual(harvest(world.work));
      expect(world.sent.verbs).toEqual(['sync']);
      expect(world.sent.bytes).toBeLessThan(40_000);
      // What a run does to its tree is no other run's business.
      writeFileSync(path.join(directory, 'd1', 'f1'), 'overwritten by the run');
      appendFileSync(path.join(directory, 'd2', 'f2'), 'more');
      const again = await bring('3');
      expect(harvest(again.directory)).toEqual(harvest(world.work));
    });

    it('finds many files unpacked ahead, and never shares one with a run', async () => {
      plant(
        world.work,
        Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`d${n % 9}/f${n}`, `${n}`])),
      );
      const spare = () => {
        const objects = path.join(world.root, 'objects');
        const layers = existsSync(objects)
          ? readdirSync(objects).filter((name) => /^[0-9a-f]{32}$/.test(name))
          : [];
        const within = layers.flatMap((layer) =>
          readdirSync(path.join(objects, layer)).map((name) => path.join(objects, layer, name)),
        );
        return within.find((file) => path.basename(file) === 'spare');
      };
      await bring('1');
      for (const turn of ['2', '3', '4']) {
        const ready = await until('the next tree is unpacked', spare, { deadlineMs: 60_000 });
        const { ino } = statSync(ready);
        plant(world.work, { 'd1/f1': `changed for ${turn}` });
        const { directory } = await bring(turn);
        expect(statSync(directory).ino).toBe(ino);
        expect(harvest(directory)).toEqual(harvest(world.work));
        writeFileSync(path.join(directory, 'd2', 'f2'), 'overwritten by the run');
        writeFileSync(path.join(directory, 'output'), 'of the run');
      }
      await until('the last one is unpacked too', spare, { deadlineMs: 60_000 });
    });

    it('done again changes nothing; something else in its place is left alone', async () => {
      plant(world.work, { a: '1' });
      const { snapshot, directory } = await bring('1');
      writeFileSync(path.join(directory, 'checkpoint'), 'of the run');
      await bring('1');
      expect(harvest(directory)).toMatchObject({ a: expect.anything(), checkpoint: expect.anything() });
      const taken = path.join(world.runs, 'other');
      mkdirSync(taken, { recursive: true });
      const { store, programs, root } = world;
      await expect(send(store, programs, snapshot.id, { root, directory: taken })).rejects.toMatchObject({
        code: 'SYNC_DESTINATION_EXISTS',
      });
      expect(readdirSync(taken)).toEqual([]);
    });

    it('adds to what is there where it is told to', async () => {
      plant(world.work, { 'a/b': 'new', c: 'new' });
      const target = path.join(world.root, '..', 'data');
      plant(target, { 'a/kept': 'old', c: 'old' });
      const { store, programs, root } = world;
      const { id } = await store.takeMount(world.work, 'data');
      await send(store, programs, id, { root, directory: '~/data', how: 'into' });
      expect(harvest(target)).toEqual({ 'a/b': '644 new', 'a/kept': '644 old', c: '644 new' });
    });

    it('goes on where a large transfer was cut, and notices damage', async () => {
      plant(world.work, { 'data.bin': 'y'.repeat(9_000_000), small: 's' });
      const { store, programs, root, runs, sent } = world;
      const { id } = await store.take(world.work);
      const cut = new AbortController();
      let progress = 0;
      await expect(
        send(
          store,
          programs,
          id,
          { root, directory: path.join(runs, '1') },
          {
            signal: cut.signal,
            onProgress: (done) => {
              progress = done;
              if (done > 3_000_000) cut.abort();
            },
          },
        ),
      ).rejects.toThrow();
      expect(progress).toBeLessThan(9_000_000);
      const parts = path.join(root, 'objects', 'parts');
      await until('some of it is there', () =>
        readdirSync(parts).some((name) => statSync(path.join(parts, name)).size > 0),
      );
      // Another start of the app: nothing is known, everything is asked.
      sent.bytes = 0;
      const later = new CodeStore(world.storeDirectory);
      await send(later, { ...programs }, id, { root, directory: path.join(runs, '2') });
      expect(harvest(path.join(runs, '2'))).toEqual(harvest(world.work));
      expect(sent.bytes).toBeLessThan(9_001_000);
      expect(readdirSync(parts)).toEqual([]);
    });

    it('gets a layer again that was damaged or lost over there', async () => {
      plant(world.work, { a: 'z'.repeat(400_000) });
      await bring('1');
      const objects = path.join(world.root, 'objects');
      const layer = readdirSync(objects).find((name) => /^[0-9a-f]{32}$/.test(name)) ?? '';
      truncateSync(path.join(objects, layer, 'data.tar'), 1000);
      const second = await bring('2');
      expect(harvest(second.directory)).toEqual(harvest(world.work));
      rmSync(objects, { recursive: true });
      const third = await bring('3');
      expect(harvest(third.directory)).toEqual(harvest(world.work));
    });

    it('a damaged unfinished layer is sent anew', async () => {
      plant(world.work, { 'data.bin': 'w'.repeat(6_000_000) });
      const { store, programs, root, runs } = world;
      const { id } = await store.take(world.work);
      const [layer] = await store.chainOf(id);
      const parts = path.join(root, 'objects', 'parts');
      mkdirSync(parts, { recursive: true });
      writeFileSync(path.join(parts, `${layer?.id}.${await store.client()}`), 'not what belongs here');
      await send(store, programs, id, { root, directory: path.join(runs, '1') });
      expect(harvest(path.join(runs, '1'))).toEqual(harvest(world.work));
    });

    it('is tidied: what no kept snapshot needs goes', async () => {
      plant(world.work, { a: '1'.repeat(200_000) });
      const first = await bring('1');
      plant(world.work, { a: '2'.repeat(200_000) });
      const second = await bring('2');
      const { programs, root } = world;
      const old = new Date(Date.now() - 86_400_000);
      const objects = path.join(root, 'objects');
      for (const name of readdirSync(objects, { recursive: true, encoding: 'utf8' }))
        utimesSync(path.join(objects, name), old, old);
      const freed = await collectGarbage(programs, {
        root,
        keep: [second.snapshot.id],
        olderThanMinutes: 60,
      });
      expect(freed).toBeGreaterThan(100_000);
      expect(readdirSync(path.join(objects, 'snapshots'))).toEqual([second.snapshot.id]);
      // Needed again, it simply travels again.
      const directory = path.join(world.runs, '3');
      await send(world.store, programs, first.snapshot.id, { root, directory });
      expect(readFileSync(path.join(directory, 'a'), 'utf8')[0]).toBe('1');
    });

    it('several at once do not hinder one another', async () => {
      plant(world.work, { 'data.bin': 'v'.repeat(5_000_000), b: 'b' });
      const { store, programs, root, runs } = world;
      const { id } = await store.take(world.work);
      const places = ['1', '2', '3', '4'].map((name) => path.join(runs, name));
      await Promise.all(places.map((directory) => send(store, programs, id, { root, directory })));
      for (const place of places) expect(harvest(place)).toEqual(harvest(world.work));
    });
  });
});

describe('the store', () => {
  it('keeps what the files held, whatever becomes of the workdir', async () => {
    const { work, root, runs, store, storeDirectory, programs } = await makeWorld();
    plant(work, { a: 'then' });
    const then = await store.take(work);
    plant(work, { a: 'now' });
    const restarted = new CodeStore(storeDirectory);
    expect([...(await restarted.files(then.id)).keys()]).toEqual(['a']);
    await send(restarted, programs, then.id, { root, directory: path.join(runs, '1') });
    expect(harvest(path.join(runs, '1'))).toEqual({ a: '644 then' });
  });

  it('forgets, and frees what only the forgotten needed', async () => {
    const { work, store, storeDirectory } = await makeWorld();
    plant(work, { big: 'x'.repeat(2_000_000), a: '1' });
    const first = await store.take(work);
    plant(work, { a: '2' });
    const second = await store.take(work);
    const layers = () => readdirSync(path.join(storeDirectory, 'layers')).length;
    expect(layers()).toBe(2);
    await store.forget(first.id);
    expect(layers()).toBe(2);
    await expect(store.files(first.id)).rejects.toMatchObject({ code: 'SNAPSHOT_UNKNOWN' });
    await store.forget(second.id);
    expect(layers()).toBe(0);
    expect((await store.take(work)).id).toBe(second.id);
  });

  it('survives damage to its files: what cannot be read is taken anew', async () => {
    const { work, storeDirectory, store } = await makeWorld();
    plant(work, { a: '1' });
    const { id } = await store.take(work);
    const [layer] = await store.chainOf(id);
    for (const [file, content] of [
      [path.join('layers', layer?.id ?? '', 'layer.json'), '{"parent": nonsense'],
      [path.join('snapshots', `${id}.json`), '[]'],
      ['hashes', 'nonsense'],
    ] as const) {
      writeFileSync(path.join(storeDirectory, file), content);
      const again = new CodeStore(storeDirectory);
      expect((await again.take(work)).id).toBe(id);
      expect((await again.files(id)).size).toBe(1);
    }
  });

  it('does not read an unchanged tree again', async () => {
    const { work, storeDirectory } = await makeWorld();
    plant(work, { a: '1', 'b/c': '2' });
    age(work);
    const later = () => Date.now() + 60_000;
    await new CodeStore(storeDirectory, { now: later }).take(work);
    const progress: string[] = [];
    await new CodeStore(storeDirectory, { now: later }).take(work, {
      onProgress: (done, total, unit) => progress.push(`${done}/${total} ${unit}`),
    });
    expect(progress.at(-1)).toBe('2/2 files');
  });
});
