import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Uploads } from '#backend/browse/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { newId } from '#shared/domain/id.ts';
import { type Browsed, browsed, download, upload } from './lab.ts';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe.each(['dash', 'busybox'] as const)('files up to a box with %s, and down', (kind) => {
  let lab: Browsed;
  beforeAll(async () => {
    lab = await browsed(kind);
  });
  afterAll(() => lab.close());

  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'nothing thrown',
      (error: { code?: string }) => error.code ?? String(error),
    );
  const rest = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('.trainyard-upload'));

  test('a large file arrives whole, at its time, and comes back the same', async () => {
    const content = randomBytes(9_500_001);
    const place = lab.at("up/lar'ge");
    expect(await upload(lab.uploads, place, content)).toEqual({
      from: 0,
      begun: null,
      toCompare: false,
      done: { path: place.path, sha256: sha256(content) },
    });
    expect(sha256(readFileSync(place.path))).toBe(sha256(content));
    expect(statSync(place.path).mtimeMs).toBe(1_700_000_000_000);
    expect(await codeOf(upload(lab.uploads, place, content))).toBe('FILE_EXISTS');
    expect(rest(path.dirname(place.path))).toEqual([]);
    const back = await download(lab.downloads, place);
    expect(back.sha256).toBe(sha256(content));
    expect(sha256(back.content)).toBe(sha256(content));
    const part = await download(lab.downloads, place, { offset: 5_000_000 });
    expect(sha256(part.content)).toBe(sha256(content.subarray(5_000_000)));
    expect(part.sha256).toBe(null);
    expect(await codeOf(download(lab.downloads, place, { version: '1 2 3' }))).toBe('FILE_CHANGED');
  });

  test.each([
    { how: 'written anew', change: (file: string) => writeFileSync(file, randomBytes(30_000_000)) },
    { how: 'cut', change: (file: string) => truncateSync(file, 15_000_000) },
    { how: 'written on', change: (file: string) => appendFileSync(file, 'more'), mayBeWhole: true },
  ])('a file that is $how while it comes down is said to have changed', async ({ change, mayBeWhole }) => {
    const place = lab.at('changes');
    const was = randomBytes(30_000_000);
    writeFileSync(place.path, was);
    utimesSync(place.path, 1_700_000_000, 1_700_000_000);
    let isChanged = false;
    const taken = () => {
      if (!isChanged) change(place.path);
      isChanged = true;
    };
    const end = await download(lab.downloads, place, { taken }).then(
      ({ content, sha256: said }) => (content.equals(was) && said === sha256(was) ? 'as it was' : 'neither'),
      (error: TrainyardError) => error.code,
    );
    // What is written on may have been hashed and read before that.
    expect(mayBeWhole && end === 'as it was' ? 'FILE_CHANGED' : end).toBe('FILE_CHANGED');
  });

  const content = randomBytes(14_000_000);
  const part = (uploadId: string) => path.join(lab.home, `.trainyard-upload-${uploadId}`);
  /** Sends the first so many bytes, and is gone. */
  const cutAfter = async (uploads: Uploads, uploadId: string, bytes: number) => {
    const cut = new AbortController();
    const gone = new TrainyardError('CLIENT_GONE', 'gone');
    const sent = (at: number) => at >= bytes && cut.abort(gone);
    const more = { uploadId, signal: cut.signal, sent, replace: true };
    expect(await codeOf(upload(uploads, lab.at('resumed'), content, more))).toBe('CLIENT_GONE');
  };
  const tamper = (uploadId: string, at: number) => {
    const file = openSync(part(uploadId), 'r+');
    writeSync(file, 'x'.repeat(100), at);
    closeSync(file);
  };

  test('after a cut it goes on from what is really there; what was tampered with is not gone on with', async () => {
    const place = lab.at('resumed');
    const uploadId = newId();
    await cutAfter(lab.uploads, uploadId, 10_000_000);
    const size = statSync(part(uploadId)).size;
    const second = await upload(lab.uploads, place, content, { uploadId, replace: true });
    expect(second.from).toBeGreaterThanOrEqual(4 * 1024 * 1024);
    expect(second.from).toBeLessThanOrEqual(size);
    // By this a page that was loaded anew sees whether it has the same file.
    expect(second.begun).toBe(sha256(content.subarray(0, second.from)));
    expect(sha256(readFileSync(place.path))).toBe(sha256(content));
    const other = newId();
    await cutAfter(lab.uploads, other, 10_000_000);
    tamper(other, 5_000);
    const third = await upload(lab.uploads, place, content, { uploadId: other, replace: true });
    expect(third.from).toBe(0);
    expect(sha256(readFileSync(place.path))).toBe(sha256(content));
  });

  test('a new process of the backend goes on from what is there, once the page has compared it, and verifies all of it', async () => {
    const place = lab.at('resumed');
    const uploadId = newId();
    await cutAfter(lab.uploads, uploadId, 6_000_000);
    // Cut once more: neither of the two that go on has seen its beginning.
    const second = lab.anew();
    await cutAfter(second, uploadId, 10_000_000);
    for (const uploads of [second, lab.anew()]) {
      const before = await upload(uploads, place, content, { uploadId, replace: true });
      expect(before).toEqual({
        from: 8 * 1024 * 1024,
        begun: sha256(content.subarray(0, 8 * 1024 * 1024)),
        toCompare: true,
        done: { path: place.path, sha256: sha256(content) },
      });
      expect(sha256(readFileSync(place.path))).toBe(sha256(content));
      expect(rest(lab.home)).toEqual([]);
      await cutAfter(lab.anew(), uploadId, 10_000_000);
    }
    // What becomes of its beginning after the page has compared it is found at its end.
    let once = true;
    const spoil = () => {
      if (once) tamper(uploadId, 5_000);
      once = false;
    };
    expect(await codeOf(upload(lab.anew(), place, content, { uploadId, replace: true, sent: spoil }))).toBe(
      'FILE_UPLOAD_DAMAGED',
    );
    expect(rest(lab.home)).toEqual([]);
  });

  test('one that is cancelled leaves nothing; a link is followed, a mode kept', async () => {
    const content = randomBytes(12_000_000);
    const stop = new AbortController();
    const cancelled = upload(lab.uploads, lab.at('cancelled'), content, {
      signal: stop.signal,
      sent: (at) => at > 6_000_000 && stop.abort(new TrainyardError('CANCELLED', 'no')),
    });
    expect(await codeOf(cancelled)).toBe('CANCELLED');
    expect(rest(lab.home)).toEqual([]);
    expect(existsSync(lab.at('cancelled').path)).toBe(false);
    for (const bytes of [10, 5_000_000]) {
      const file = path.join(lab.home, `real-${bytes}`);
      writeFileSync(file, 'old', { mode: 0o600 });
      symlinkSync(`real-${bytes}`, path.join(lab.home, `link-${bytes}`));
      const { done } = await upload(lab.uploads, lab.at(`link-${bytes}`), content.subarray(0, bytes), {
        replace: true,
      });
      expect(done?.path).toBe(file);
      expect(statSync(file).size).toBe(bytes);
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
    mkdirSync(path.join(lab.home, 'folder'));
    expect(await codeOf(upload(lab.uploads, lab.at('folder'), Buffer.from('x'), { replace: true }))).toBe(
      'FILE_IS_A_DIRECTORY',
    );
    expect(await codeOf(upload(lab.uploads, lab.at('real-10/below'), Buffer.from('x')))).toBe(
      'FILE_NOT_A_DIRECTORY',
    );
  });

  test('hundreds of small files arrive together, each as it is; one that is there stays', async () => {
    const names = Array.from(
      { length: 300 },
      (_, at) => `many/d${at % 3}/${at % 7 === 0 ? '.' : ''}f ${at}é'"$x`,
    );
    names.push(
      'many/d0/new\nline',
      'many/d0/back\\slash',
      `many/d0/${'n'.repeat(200)}`,
      'many/d0/-rf',
      'many/d0/..dots',
    );
    const contentOf = (name: string) => Buffer.from(name.repeat(name.length % 50));
    mkdirSync(path.join(lab.home, 'many/d1'), { recursive: true });
    writeFileSync(path.join(lab.home, names[1] ?? ''), 'mine');
    const results = await Promise.all(
      names.map((name) =>
        upload(lab.uploads, lab.at(name), contentOf(name)).then(
          ({ done }) => done?.path,
          (error: { code: string; details: string }) => `${error.code} ${error.details}`.trim(),
        ),
      ),
    );
    expect(results.filter((one, at) => one !== lab.at(names[at] ?? '').path)).toEqual(['FILE_EXISTS']);
    expect(results[1]).toBe('FILE_EXISTS');
    for (const [at, name] of names.entries()) {
      const file = path.join(lab.home, name);
      if (at === 1) expect(readFileSync(file, 'utf8')).toBe('mine');
      else expect(readFileSync(file).equals(contentOf(name)), name).toBe(true);
      if (at !== 1) expect(statSync(file).mtimeMs).toBe(1_700_000_000_000);
    }
    expect(rest(path.join(lab.home, 'many/d0'))).toEqual([]);
    expect(statSync(path.join(lab.home, names[2] ?? '')).mode & 0o777).toBe(0o644);
  });
});
