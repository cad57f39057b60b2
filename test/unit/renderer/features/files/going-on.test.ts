import { createHash, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Chosen } from '#renderer/features/files/transfers/drop-entries.ts';
import { arrivedOf, asBegun } from '#renderer/features/files/transfers/go-on.ts';
import { hashOf as hashOfFile } from '#renderer/features/files/transfers/send-file.ts';
import type { UploadMeans } from '#renderer/features/files/transfers/upload-store.ts';
import type { StreamHandlers, StreamRequest } from '#renderer/rpc/index.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { until } from '#test/until.ts';

const machineId = '0123456789ab';
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const fileOf = (
  path: string,
  content: Uint8Array<ArrayBuffer> | string,
  lastModified = 1_700_000_000_000,
) => ({
  path,
  file: new File([content], path.split('/').at(-1) ?? '', { lastModified }),
});

describe('the hash of a file', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('is as FIPS 180-4 has it: %j', async (text, hash) => {
    expect(await hashOfFile(new File([text], 'a'), text.length, () => true)).toBe(hash);
  });

  it('is that of its first bytes, over several pieces', async () => {
    const bytes = randomBytes(5_000_001);
    const file = new File([bytes], 'a');
    for (const length of [1, 1_048_576, 4_200_000, bytes.length])
      expect(await hashOfFile(file, length, () => true)).toBe(hashOf(bytes.subarray(0, length)));
  });
});

/** The page's storage outlives the page; `load` is a new load of it. */
function page() {
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
  return async () => {
    vi.resetModules();
    return import('#renderer/features/files/transfers/upload-store.ts');
  };
}
afterEach(() => vi.unstubAllGlobals());

/** A backend that keeps what has arrived of an upload, and stops after so many bytes. */
function backend() {
  const partial = new Map<string, Buffer>();
  const stored = new Map<string, Buffer>();
  const froms: number[] = [];
  let isAnother = false;
  const streams: (() => void)[] = [];
  let most = Number.POSITIVE_INFINITY;
  const open = (request: StreamRequest<'upload'>, handlers: StreamHandlers<'upload'>) => {
    let bytes: Buffer = Buffer.alloc(0);
    const tell = () => {
      bytes = partial.get(request.uploadId) ?? Buffer.alloc(0);
      froms.push(bytes.length);
      const begun = { begunSha256: hashOf(bytes), ...(isAnother ? { toCompare: true } : {}) };
      const info = { kind: 'upload' as const, offset: bytes.length, done: null };
      handlers.onInfo?.(bytes.length === 0 ? info : { ...info, ...begun });
    };
    queueMicrotask(tell);
    streams.push(() => {
      handlers.onConnected?.(false);
      handlers.onConnected?.(true);
      tell();
    });
    return {
      async send(piece: Uint8Array) {
        // The page is gone: nothing more arrives, and nobody is told.
        if (bytes.length + piece.byteLength > most) return new Promise<void>(() => undefined);
        bytes = Buffer.concat([bytes, piece]);
        partial.set(request.uploadId, bytes);
      },
      finish() {
        stored.set(request.path, bytes);
        queueMicrotask(() => {
          const done = { path: request.path, sha256: hashOf(bytes) };
          handlers.onInfo?.({ kind: 'upload', offset: bytes.length, done });
          handlers.onEnd(null);
        });
      },
      close: () => undefined,
    };
  };
  const means = {
    files: { makeDirectory: async () => ({ path: '' }) },
    bytes: { open },
    onArrived: () => undefined,
  } as unknown as UploadMeans;
  return {
    ...{ means, stored, froms },
    /** Another process of it, to which what has arrived is what it finds: that, or as many zeros. */
    restart: (isSpoilt: boolean) => {
      isAnother = true;
      if (isSpoilt) for (const [id, { length }] of partial) partial.set(id, Buffer.alloc(length));
      for (const reopen of streams) reopen();
    },
    got: () => [...partial.values()].reduce((sum, bytes) => sum + bytes.length, 0),
    stopAfter: (bytes: number) => {
      most = bytes;
    },
  };
}

const request = (chosen: Chosen) => ({
  machineId,
  machineName: 'heron',
  directory: '/data',
  chosen,
  replace: true,
  tops: [['run', 'run (2)']] as [string, string | null][],
});

describe('an upload whose page is loaded anew', () => {
  const content = randomBytes(3_000_000);
  const underWay = async () => {
    const load = page();
    const box = backend();
    box.stopAfter(1_500_000);
    const store = await load();
    const begun = { files: [fileOf('run (2)/large', content)], directories: ['run (2)'] };
    const { id } = store.startUpload(request(begun), box.means);
    await until('some of it has arrived', () => box.got() > 1_000_000);
    box.stopAfter(Number.POSITIVE_INFINITY);
    return { id, box, store: await load() };
  };

  it('is still listed, goes on with the same files where it was, and is forgotten once it is whole', async () => {
    const { id, box, store } = await underWay();
    expect(store.useUploads.getState().byId.get(id)).toMatchObject({
      state: 'cut',
      name: 'run (2)',
      totalBytes: content.length,
    });
    const [cut] = store.cutUploads();
    if (!cut) throw new Error('nothing is known of it');
    const chosen = { files: [fileOf('run/large', content)], directories: ['run'] };
    const again = asBegun(cut, chosen);
    expect(again.files.map(({ path }) => path)).toEqual(['run (2)/large']);
    const other = { files: [fileOf('other', 'x')], directories: [] };
    expect(() => asBegun(cut, other)).toThrow(/Choose the same files again/);
    await store.startUpload({ ...request(again), tops: cut.tops }, box.means, { id, arrived: new Set() })
      .ended;
    expect(box.froms[1]).toBeGreaterThan(0);
    expect(box.stored.get('/data/run (2)/large')?.equals(content)).toBe(true);
    expect(store.useUploads.getState().byId.get(id)).toMatchObject({
      state: 'done',
      doneBytes: content.length,
    });
    expect(store.cutUploads()).toEqual([]);
    expect(sessionStorage.getItem('uploads.unfinished')).toBe(null);
  });

  it('begins anew with a file that only looks the same: what has arrived is compared first', async () => {
    const { id, box, store } = await underWay();
    const edited = Buffer.from(content);
    edited[100] = (edited[100] ?? 0) ^ 1;
    const again = { files: [fileOf('run (2)/large', edited)], directories: ['run (2)'] };
    await store.startUpload(request(again), box.means, { id, arrived: new Set() }).ended;
    expect(box.froms).toEqual([0, expect.any(Number), 0]);
    expect(box.stored.get('/data/run (2)/large')?.equals(edited)).toBe(true);
  });

  it.each([
    ['goes on, once compared, where the backend is another process', false],
    ['begins anew where that one finds something else', true],
  ])('%s', async (_, isSpoilt) => {
    const load = page();
    const box = backend();
    box.stopAfter(1_500_000);
    const store = await load();
    const begun = { files: [fileOf('run (2)/large', content)], directories: ['run (2)'] };
    const { id, ended } = store.startUpload(request(begun), box.means);
    await until('some of it has arrived', () => box.got() > 1_000_000);
    box.stopAfter(Number.POSITIVE_INFINITY);
    box.restart(isSpoilt);
    await ended;
    expect(box.froms.at(-1) === 0).toBe(isSpoilt);
    expect(box.stored.get('/data/run (2)/large')?.equals(content)).toBe(true);
    expect(store.useUploads.getState().byId.get(id)).toMatchObject({ state: 'done' });
  });

  it('can be forgotten; what storage holds otherwise is passed over', async () => {
    const { id, store } = await underWay();
    store.forgetCut(id);
    expect(store.useUploads.getState().byId.size).toBe(0);
    expect(sessionStorage.getItem('uploads.unfinished')).toBe(null);
    for (const damaged of ['{', '[1, null, {"id": 3}]', '"x"']) {
      sessionStorage.setItem('uploads.unfinished', damaged);
      vi.resetModules();
      const { cutUploads } = await import('#renderer/features/files/transfers/upload-store.ts');
      expect(cutUploads()).toEqual([]);
    }
  });
});

describe('what has arrived before', () => {
  it('is known by length and time, in every folder; what differs, or is no file, is sent', async () => {
    const entry = (name: string, bytes: number, modifiedAt: number, kind = 'file') => ({
      name,
      bytes,
      modifiedAt,
      kind,
    });
    const at = 1_700_000_000_900;
    const listings: Record<string, unknown[]> = {
      '/data': [entry('top', 3, 1_700_000_000_000)],
      '/data/run': [entry('same', 4, at), entry('longer', 5, at), entry('folder', 4, at, 'directory')],
    };
    const client = {
      list: async ({ path }: { path: string }) => {
        const entries = listings[path];
        if (!entries) throw new TrainyardError('FILE_NOT_FOUND', 'no');
        return { listingId: path, total: 4, entries };
      },
      page: async ({ listingId, offset }: { listingId: string; offset: number }) => ({
        listingId,
        total: 4,
        entries: listingId === '/data/run' && offset === 3 ? [entry('late', 4, at - 60_000)] : [],
      }),
    } as unknown as Parameters<typeof arrivedOf>[0];
    const files = ['top', 'run/same', 'run/longer', 'run/folder', 'run/late', 'run/new', 'none/x'].map(
      (path) => fileOf(path, path === 'top' ? 'abc' : 'abcd', at),
    );
    const arrived = await arrivedOf(client, { machineId, directory: '/data' }, files);
    expect([...arrived].sort()).toEqual(['run/same', 'top']);
  });
});
