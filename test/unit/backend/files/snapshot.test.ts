import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { HashCache, type Snapshot, takeMount, takeSnapshot } from '#backend/files/index.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { commitAll, plant } from './tree.ts';

const pathsOf = (snapshot: Snapshot) => snapshot.entries.map((entry) => entry.path);

describe('what is in a snapshot', () => {
  it('files with mode and hash, links as links, empty directories; never .git', async () => {
    const work = await tempDirectory();
    plant(work, {
      'a.py': 'print()',
      'bin/run': { text: '#!/bin/sh', mode: 0o755 },
      link: { link: 'a.py' },
      out: { link: '/etc/passwd' },
      empty: null,
      '.git/config': 'x',
      'sub/.git': 'gitdir: elsewhere',
      'sub/x': '',
    });
    const snapshot = await takeSnapshot(work);
    expect(snapshot.entries).toMatchObject([
      { path: 'a.py', kind: 'file', size: 7, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { path: 'bin/run', kind: 'file', mode: 0o755 },
      { path: 'empty', kind: 'directory' },
      { path: 'link', kind: 'link', target: 'a.py' },
      { path: 'out', kind: 'link', target: '/etc/passwd' },
      { path: 'sub/x', kind: 'file', size: 0 },
    ]);
    expect(snapshot.notices).toEqual([{ kind: 'link-leaves-tree', path: 'out' }]);
    expect(snapshot).toMatchObject({ files: 3, bytes: 16, git: null });
  });

  it('the same tree has the same id elsewhere and later; another content, mode or name has another', async () => {
    const words = { a: '1', 'b/c': { text: '2', mode: 0o644 } };
    const ids: string[] = [];
    for (const change of [{}, {}, { a: '2' }, { 'b/c': { text: '2', mode: 0o755 } }, { d: '' }]) {
      const work = await tempDirectory();
      plant(work, { ...words, ...change });
      utimesSync(path.join(work, 'a'), ids.length, ids.length);
      ids.push((await takeSnapshot(work)).id);
    }
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(4);
  });

  it.skipIf(!needs('linux'))('pipes and sockets are left out and named', async () => {
    const work = await tempDirectory();
    execFileSync('mkfifo', [path.join(work, 'pipe')]);
    writeFileSync(path.join(work, 'a'), '');
    const snapshot = await takeSnapshot(work);
    expect(pathsOf(snapshot)).toEqual(['a']);
    expect(snapshot.notices).toEqual([{ kind: 'special-file', path: 'pipe' }]);
  });

  it('refuses what is not a directory', async () => {
    const work = await tempDirectory();
    writeFileSync(path.join(work, 'file'), '');
    for (const name of ['file', 'missing']) {
      await expect(takeSnapshot(path.join(work, name))).rejects.toMatchObject({
        code: 'SNAPSHOT_NOT_A_DIRECTORY',
      });
    }
  });

  it('takes a single file as a mount, under another name', async () => {
    const work = await tempDirectory();
    plant(work, { 'config.json': '{}' });
    const snapshot = await takeMount(path.join(work, 'config.json'), 'settings');
    expect(pathsOf(snapshot)).toEqual(['settings']);
    await expect(takeMount(path.join(work, 'no'), 'x')).rejects.toMatchObject({
      code: 'SNAPSHOT_SOURCE_MISSING',
    });
  });

  it('stops when it is cancelled', async () => {
    const work = await tempDirectory();
    plant(work, { a: 'x' });
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    await expect(takeSnapshot(work, { signal: stop.signal })).rejects.toThrow('enough');
  });
});

describe('what is left out', () => {
  const tree = {
    'keep.py': '',
    'debug.log': '',
    'important.log': '',
    'build/x': '',
    'data/big.bin': '',
    'data/.gitignore': '*\n!.gitignore\n!small.csv\n',
    'data/small.csv': '',
    'src/build/y': '',
    'src/__pycache__/z.pyc': '',
    'src/notes.txt': '',
    'src/.gitignore': '/notes.txt\n',
    'other/notes.txt': '',
  };
  it('.gitignore at every level, with negation', async () => {
    const work = await tempDirectory();
    plant(work, { ...tree, '.gitignore': '*.log\n!important.log\n/build/\n__pycache__\n# a comment\n\n' });
    expect(pathsOf(await takeSnapshot(work))).toEqual([
      '.gitignore',
      'data/.gitignore',
      'data/small.csv',
      'important.log',
      'keep.py',
      'other/notes.txt',
      'src/.gitignore',
      'src/build/y',
    ]);
  });

  it('.skyignore replaces all of them', async () => {
    const work = await tempDirectory();
    plant(work, { ...tree, '.gitignore': '*.log\n', '.skyignore': 'data\n*.txt\n' });
    expect(pathsOf(await takeSnapshot(work))).toEqual([
      '.gitignore',
      '.skyignore',
      'build/x',
      'debug.log',
      'important.log',
      'keep.py',
      // A place for what is left out: a run may write there.
      'other',
      'src/.gitignore',
      'src/__pycache__/z.pyc',
      'src/build/y',
    ]);
  });

  it("a repository's own excludes and the rules above the workdir count too, unless they ignore the workdir itself", async () => {
    const top = await tempDirectory();
    plant(top, {
      '.git/info/exclude': 'secret.txt\n',
      '.gitignore': '*.tmp\n/work/only-here\n/ignored-work/\n',
      'work/secret.txt': '',
      'work/a.tmp': '',
      'work/only-here': '',
      'work/kept': '',
      'ignored-work/kept': '',
      'ignored-work/secret.txt': '',
    });
    expect(pathsOf(await takeSnapshot(path.join(top, 'work')))).toEqual(['kept']);
    expect(pathsOf(await takeSnapshot(path.join(top, 'ignored-work')))).toEqual(['kept']);
  });

  it.skipIf(!needs('git'))('agrees with git on rules of every form', async () => {
    const work = await tempDirectory();
    const names = ['a', 'b', 'a.log', 'foo', 'foo.txt', 'x y', 'é', '#h', '!n', 'build', '[z]'];
    const words: Record<string, string> = {};
    for (const one of names) for (const two of names) words[`${one}.d/${two}.d/${one}${two}`] = '';
    for (const one of names) words[one] = '';
    plant(work, words);
    const patterns = [
      '*.log\n!b.log',
      'a.d/\n!a.d/b.d/',
      '/foo.d/*\n!/foo.d/a.d',
      '**/b.d/**',
      'a.d/**/b*',
      '\\#h\n\\!n',
      'x\\ y',
      '[ab]',
      '[!a]*.d/a.d',
      'foo?txt',
      'é*',
      '*\n!*/\n!*.txt',
      '/a.d/a.d/aa\n  \nfoo   ',
      'b.d/a.d',
      'build.d/*/a*',
    ];
    commitAll(work);
    execFileSync('git', ['rm', '-rq', '--cached', '.'], { cwd: work });
    for (const pattern of patterns) {
      writeFileSync(path.join(work, '.gitignore'), pattern);
      const listed = execFileSync('git', ['ls-files', '-z', '--others', '--exclude-standard'], {
        cwd: work,
        encoding: 'utf8',
      });
      const expected = listed
        .split('\0')
        .filter((name) => name !== '')
        .sort();
      const found = (await takeSnapshot(work)).entries
        .filter((entry) => entry.kind === 'file')
        .map((entry) => entry.path);
      expect(found.sort(), pattern).toEqual(expected);
    }
  });
});

describe('files that change', () => {
  it('while they are read: read again, then refused by name', async () => {
    const work = await tempDirectory();
    plant(work, { quiet: '1', busy: '2' });
    let times = 0;
    const onRead = (at: string) => {
      if (at === 'busy' && times++ < 1) appendFileSync(path.join(work, 'busy'), 'more');
    };
    const snapshot = await takeSnapshot(work, { onRead });
    expect(snapshot.bytes).toBe(6);
    const always = (at: string) => at === 'busy' && appendFileSync(path.join(work, 'busy'), 'more');
    await expect(takeSnapshot(work, { onRead: always })).rejects.toMatchObject({
      code: 'SNAPSHOT_FILE_CHANGING',
      params: { path: 'busy' },
      retryable: true,
    });
  });

  it('are noticed by the cache also when size and time are the same', async () => {
    const work = await tempDirectory();
    const file = path.join(work, 'a');
    const cache = new HashCache();
    // Later than now: as if it had been hashed long after it was written.
    const now = () => Date.now() + 60_000;
    writeFileSync(file, 'one');
    utimesSync(file, 1_000_000, 1_000_000);
    const before = await takeSnapshot(work, { cache, now });
    renameSync(file, `${file}.old`);
    writeFileSync(file, 'two');
    utimesSync(file, 1_000_000, 1_000_000);
    rmSync(`${file}.old`);
    expect(statSync(file).mtimeMs).toBe(1_000_000_000);
    expect((await takeSnapshot(work, { cache, now })).id).not.toBe(before.id);
  });

  it('are hashed anew while a later write could carry the same time', async () => {
    const work = await tempDirectory();
    plant(work, { a: 'x' });
    const cache = new HashCache();
    const read: string[] = [];
    const onRead = (at: string) => read.push(at);
    const justNow = () => statSync(path.join(work, 'a')).mtimeMs;
    await takeSnapshot(work, { cache, onRead, now: justNow });
    await takeSnapshot(work, { cache, onRead, now: justNow });
    expect(read).toEqual(['a', 'a']);
    const later = () => justNow() + 10_000;
    await takeSnapshot(work, { cache, onRead, now: later });
    await takeSnapshot(work, { cache, onRead, now: later });
    expect(read).toEqual(['a', 'a', 'a']);
  });

  it('a cache outlives a restart, and a damaged one is as none', async () => {
    const work = await tempDirectory();
    const store = await tempDirectory();
    plant(work, { 'odd\tname\n': 'x' });
    const now = () => Date.now() + 60_000;
    const cache = new HashCache();
    await takeSnapshot(work, { cache, now });
    await cache.save(path.join(store, 'hashes'));
    const read: string[] = [];
    const again = await HashCache.load(path.join(store, 'hashes'));
    await takeSnapshot(work, { cache: again, now, onRead: (at) => read.push(at) });
    expect(read).toEqual([]);
    for (const damage of ['', 'nonsense', '\0'.repeat(100), 'trainyard-hashes-1\nx\t%zz\t%']) {
      writeFileSync(path.join(store, 'hashes'), damage);
      const none = await HashCache.load(path.join(store, 'hashes'));
      expect((await takeSnapshot(work, { cache: none })).files).toBe(1);
    }
  });
});

describe.skipIf(!needs('git'))('git', () => {
  it('commit, branch, and the difference that was not committed', async () => {
    const work = await tempDirectory();
    plant(work, { 'a.py': 'one\n' });
    commitAll(work);
    const clean = await takeSnapshot(work);
    expect(clean.git).toMatchObject({ branch: 'main', dirty: false, diff: '', diffBytes: 0 });
    expect(clean.git?.commit).toMatch(/^[0-9a-f]{40}$/);
    writeFileSync(path.join(work, 'a.py'), 'two\n');
    const dirty = await takeSnapshot(work);
    expect(dirty.git).toMatchObject({ dirty: true, commit: clean.git?.commit });
    expect(dirty.git?.diff).toContain('-one\n+two\n');
  });

  it('a repository that is broken or empty is as none; its programs are never run', async () => {
    const work = await tempDirectory();
    const evidence = path.join(work, 'was-run');
    plant(work, { a: 'x', '.git/HEAD': 'nonsense' });
    expect((await takeSnapshot(work)).git).toBeNull();
    rmSync(path.join(work, '.git'), { recursive: true });
    commitAll(work);
    const program = path.join(work, 'evil.sh');
    writeFileSync(program, `#!/bin/sh\ntouch "${evidence}"\n`, { mode: 0o755 });
    for (const [key, value] of [
      ['core.fsmonitor', program],
      ['diff.external', program],
      ['core.hooksPath', work],
      ['core.pager', program],
    ]) {
      execFileSync('git', ['config', key ?? '', value ?? ''], { cwd: work });
    }
    mkdirSync(path.join(work, '.git', 'hooks'), { recursive: true });
    writeFileSync(path.join(work, 'a'), 'changed');
    expect((await takeSnapshot(work)).git?.dirty).toBe(true);
    expect(statSync(evidence, { throwIfNoEntry: false })).toBeUndefined();
  });
});
