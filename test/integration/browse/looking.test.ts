import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Browsed, browsed, owner, page, roomOver, signal } from './lab.ts';

describe.each(['dash', 'busybox'] as const)('files of a box with %s', (kind) => {
  let lab: Browsed;
  beforeAll(async () => {
    lab = await browsed(kind);
  });
  afterAll(() => lab.close());

  const make = (name: string, content = 'text\n') => {
    const file = path.join(lab.home, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  };
  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'nothing thrown',
      (error: { code?: string }) => error.code ?? String(error),
    );

  test('a directory with every name there can be is listed, each with what it is', async () => {
    const directory = path.join(lab.home, 'odd');
    mkdirSync(directory);
    const names = [
      'plain',
      'with blank',
      "quo'te",
      'dou"ble',
      '$(touch hacked)',
      '`touch hacked`',
      '-rf',
      '--',
      'new\nline',
      'tab\t',
      '数据 🙂',
      'back\\slash',
      '\\x41',
      'a//b'.replace('//', '; '),
      'step-9',
      'step-10',
      'Step-2',
      '\x1b[31mred',
      '*',
      '..dots',
      '.hidden',
    ];
    for (const name of names) writeFileSync(path.join(directory, name), name);
    writeFileSync(Buffer.concat([Buffer.from(`${directory}/bytes-`), Buffer.from([0xff, 0xfe, 0x41])]), 'x');
    symlinkSync('plain', path.join(directory, 'to-plain'));
    symlinkSync('nowhere\n', path.join(directory, 'to-nothing'));
    symlinkSync('loop', path.join(directory, 'loop'));
    symlinkSync('.', path.join(directory, 'to-itself'));
    mkdirSync(path.join(directory, 'folder'));
    utimesSync(path.join(directory, 'plain'), 1_700_000_000, 1_700_000_000.5);
    const listing = await lab.browse.list({ ...lab.at('odd'), ...page, hidden: true }, signal);
    const by = new Map(listing.entries.map((entry) => [entry.name, entry]));
    expect([...by.keys()].sort()).toEqual(
      [
        ...names.map((name) => (name === '\\x41' ? '\\x5cx41' : name)),
        'bytes-\\xff\\xfeA',
        'to-plain',
        'to-nothing',
        'loop',
        'to-itself',
        'folder',
      ].sort(),
    );
    expect(by.get('plain')).toMatchObject({
      kind: 'file',
      bytes: 5,
      modifiedAt: 1_700_000_000_500,
      owner: 'root',
    });
    expect(by.get('plain')?.mode).toBe('rw-r--r--');
    expect(by.get('to-plain')?.target).toEqual({ path: 'plain', kind: 'file' });
    expect(by.get('to-nothing')?.target).toEqual({ path: 'nowhere\n', kind: null });
    expect(by.get('loop')?.target).toEqual({ path: 'loop', kind: null });
    expect(by.get('to-itself')?.target).toEqual({ path: '.', kind: 'directory' });
    expect(listing).toMatchObject({ total: 27, all: 27, writable: true });
    expect(listing.freeBytes).toBeGreaterThan(1000);
    expect(readdirSync(directory)).not.toContain('hacked');
    // What was listed can be asked for by the name it was listed with.
    for (const name of [...by.keys()].filter((one) => by.get(one)?.kind === 'file')) {
      const { entry } = await lab.browse.stat(lab.at(`odd/${name}`), signal);
      expect(entry.name).toBe(name);
    }
    const order = lab.browse.page({ listingId: listing.listingId, ...page, search: 'STEP' });
    expect(order.entries.map(({ name }) => name)).toEqual(['Step-2', 'step-9', 'step-10']);
  });

  // Once: it takes its time, and the shells differ in nothing that its length matters to.
  if (kind === 'dash')
    test('a directory of 100,000 files is listed whole, and a page of it asked for', async () => {
      // In memory: a disk takes seconds to make so many.
      const memory = existsSync('/dev/shm') ? '/dev/shm' : lab.home;
      const directory = mkdtempSync(path.join(memory, 'trainyard-many-'));
      onTestFinished(() => rmSync(directory, { recursive: true }));
      execFileSync('sh', ['-c', 'seq 1 100000 | sed "s/^/step-/" | xargs touch --'], { cwd: directory });
      const listing = await lab.browse.list({ ...lab.at('many'), path: directory, ...page }, signal);
      expect(listing).toMatchObject({ total: 100_000, all: 100_000 });
      expect(listing.entries[0]?.name).toBe('step-1');
      const last = lab.browse.page({ listingId: listing.listingId, ...page, offset: 99_999 });
      expect(last.entries.map(({ name }) => name)).toEqual(['step-100000']);
    });

  test('of what is large only a little comes here, whatever it is', async () => {
    let came = 0;
    const { browse } = roomOver(async () => ({
      ...lab.programs,
      async exec(...asked) {
        const answer = await lab.programs.exec(...asked);
        came += answer.stdout.length;
        return answer;
      },
    }));
    const large = 60 * 1024 ** 3;
    const header = JSON.stringify({
      w: { dtype: 'BF16', shape: [1024, 31_457_280], data_offsets: [0, large] },
    });
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const begun = {
      'w.safetensors': `${length.toString('latin1')}${header}`,
      't.csv': 'a,b\n1,2\n',
      'l.log': 'one\n',
    };
    const kinds: string[] = [];
    for (const [name, content] of Object.entries(begun)) {
      // Holes: they take no room.
      const bytes = large + content.length;
      truncateSync(make(`large/${name}`, content), bytes);
      const { preview, entry } = await browse.preview(lab.at(`large/${name}`), signal);
      expect(entry.bytes).toBe(bytes);
      kinds.push(preview.kind);
    }
    expect(kinds[0]).toBe('tensors');
    expect(came).toBeLessThan(4 * 1024 * 1024);
  });

  test('what is not there, no folder, a loop: each is said', async () => {
    make('a-file');
    symlinkSync('ring', path.join(lab.home, 'ring'));
    expect(await codeOf(lab.browse.list({ ...lab.at('missing/permission'), ...page }, signal))).toBe(
      'FILE_NOT_FOUND',
    );
    expect(await codeOf(lab.browse.list({ ...lab.at('a-file'), ...page }, signal))).toBe(
      'FILE_NOT_A_DIRECTORY',
    );
    expect(await codeOf(lab.browse.list({ ...lab.at('a-file/x'), ...page }, signal))).toBe(
      'FILE_NOT_A_DIRECTORY',
    );
    expect(await codeOf(lab.browse.list({ ...lab.at('ring'), ...page }, signal))).toBe('FILE_LINK_LOOP');
    expect(await codeOf(lab.browse.preview(lab.at('ring'), signal))).toBe('FILE_NOT_FOUND');
    expect(await codeOf(lab.browse.preview(lab.at('.'), signal))).toBe('FILE_IS_A_DIRECTORY');
    expect(await codeOf(lab.browse.stat({ ...lab.at('x'), path: 'relative' }, signal))).toBe(
      'FILE_PATH_INVALID',
    );
    expect(await lab.browse.list({ ...lab.at(''), path: '~', ...page }, signal)).toMatchObject({
      path: lab.home,
    });
    expect(await lab.browse.list({ ...lab.at(''), path: '/', ...page }, signal)).toMatchObject({ path: '/' });
    expect((await lab.browse.stat({ ...lab.at(''), path: '/' }, signal)).entry).toMatchObject({
      kind: 'directory',
      name: '/',
    });
  });

  test('a text is shown, read in portions, written, and not where somebody else has written', async () => {
    const file = make('notes/read me.txt', 'one\ntwo\n');
    chmodSync(file, 0o640);
    symlinkSync('notes/read me.txt', path.join(lab.home, 'link'));
    const shown = await lab.browse.preview(lab.at('link'), signal);
    expect(shown.preview).toMatchObject({
      kind: 'text',
      text: 'one\ntwo\n',
      editable: true,
      cut: false,
      newline: '\n',
    });
    const part = await lab.browse.read({ ...lab.at('link'), offset: 4, length: 3 }, signal);
    expect(Buffer.from(part.base64, 'base64').toString()).toBe('two');
    expect(part).toMatchObject({ totalBytes: 8, version: shown.version });
    const { version } = await lab.browse.write(
      { ...lab.at('link'), text: 'neu\n数据', version: shown.version },
      owner,
      signal,
    );
    expect(readFileSync(file, 'utf8')).toBe('neu\n数据');
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect((await lab.browse.stat(lab.at('link'), signal)).version).toBe(version);
    writeFileSync(file, 'theirs');
    expect(await codeOf(lab.browse.write({ ...lab.at('link'), text: 'mine', version }, owner, signal))).toBe(
      'FILE_CHANGED',
    );
    expect(readFileSync(file, 'utf8')).toBe('theirs');
    expect(
      await codeOf(lab.browse.write({ ...lab.at('link'), text: 'mine', version: null }, owner, signal)),
    ).toBe('FILE_EXISTS');
    await lab.browse.write({ ...lab.at("notes/ne'w"), text: '', version: null }, owner, signal);
    expect(readdirSync(path.dirname(file)).sort()).toEqual(["ne'w", 'read me.txt']);
    expect(lab.recorded.map(({ action, result }) => `${action} ${result ?? 'done'}`)).toContain(
      'files.write failed',
    );
  });

  test('folders are made, things renamed, never over others, measured and removed', async () => {
    await lab.browse.makeDirectory(lab.at('made'), owner, signal);
    expect(await codeOf(lab.browse.makeDirectory(lab.at('made'), owner, signal))).toBe('FILE_EXISTS');
    make('made/-a\nb', '12345');
    make('made/deep/c', '678');
    expect(await lab.browse.rename({ ...lab.at('made/-a\nb'), to: '-z' }, owner, signal)).toEqual({
      path: `${lab.home}/made/-z`,
    });
    expect(await codeOf(lab.browse.rename({ ...lab.at('made/-z'), to: 'deep' }, owner, signal))).toBe(
      'FILE_EXISTS',
    );
    const paths = [`${lab.home}/made/-z`, `${lab.home}/made/deep`];
    const { machineId } = lab.at('');
    expect(await lab.browse.measure({ machineId, paths }, signal)).toEqual({
      files: 2,
      directories: 1,
      bytes: 8,
      complete: true,
    });
    const { paths: hits } = await lab.browse.find({ ...lab.at(''), name: 'C', limit: 1000 }, signal);
    expect(hits).toContainEqual({ path: `${lab.home}/made/deep/c`, kind: 'file' });
    expect(await lab.browse.remove({ machineId, paths }, owner, signal)).toEqual({ removed: 2 });
    expect(readdirSync(path.join(lab.home, 'made'))).toEqual([]);
  });

  test('a home, a mount point, what a run works in: not removed', async () => {
    mkdirSync(path.join(lab.home, 'runs/one/code/out'), { recursive: true });
    lab.live.push({ directory: `${lab.home}/runs/one`, work: `${lab.home}/runs/one/code` });
    const { machineId } = lab.at('');
    const refused = [
      lab.home,
      path.dirname(lab.home),
      '/',
      '~/',
      '/proc',
      '/usr',
      '/root',
      `${lab.home}/runs`,
      `${lab.home}/runs/one/code/../code`,
    ];
    for (const one of refused) {
      expect(await codeOf(lab.browse.remove({ machineId, paths: [one] }, owner, signal)), one).toBe(
        'FILE_PROTECTED',
      );
    }
    await lab.browse.remove({ machineId, paths: [`${lab.home}/runs/one/code/out`] }, owner, signal);
    lab.live.length = 0;
  });
});
