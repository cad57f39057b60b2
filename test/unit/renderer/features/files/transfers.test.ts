import { describe, expect, it } from 'vitest';
import { againOf } from '#renderer/features/copies/copy-again.ts';
import { resolveClashes, takenNames } from '#renderer/features/files/transfers/clashes.ts';
import { readDrop, readField, renamedTops, topsOf } from '#renderer/features/files/transfers/drop-entries.ts';
import { chosenPaths, droppedPaths } from '#renderer/features/files/transfers/own-paths.ts';
import { Rate } from '#renderer/features/files/transfers/rate.ts';
import {
  cancelUpload,
  clearUploads,
  retryUpload,
  startUpload,
  type UploadMeans,
  useUploads,
} from '#renderer/features/files/transfers/upload-store.ts';
import type { StreamHandlers, StreamRequest } from '#renderer/rpc/index.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { until } from '#test/until.ts';

const machineId = '0123456789ab';
const fileOf = (path: string, content: string) => ({
  path,
  file: new File([content], path.split('/').at(-1) ?? ''),
});

describe('what is chosen or dropped', () => {
  it('of a folder has each folder in it, those above first', () => {
    const file = new File(['x'], 'deep.txt');
    Object.defineProperty(file, 'webkitRelativePath', { value: 'run/a/b/deep.txt' });
    const chosen = readField([file]);
    expect(chosen.directories).toEqual(['run', 'run/a', 'run/a/b']);
    expect(chosen.files.map(({ path }) => path)).toEqual(['run/a/b/deep.txt']);
    expect(topsOf(chosen)).toEqual([{ name: 'run', isDirectory: true }]);
  });

  it('is read whole, however many entries a folder has', async () => {
    const fileEntry = (name: string) => ({
      name,
      isFile: true,
      isDirectory: false,
      file: (take: (file: File) => void) => take(new File([name], name)),
    });
    const folder = (name: string, children: unknown[]) => ({
      name,
      isFile: false,
      isDirectory: true,
      createReader() {
        const left = [...children];
        return { readEntries: (take: (some: unknown[]) => void) => take(left.splice(0, 100)) };
      },
    });
    const many = Array.from({ length: 250 }, (_, index) => fileEntry(`f${index}`));
    const entries = [folder('run', [folder('empty', []), folder('many', many)]), fileEntry('single')];
    const items = entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry }));
    const chosen = await readDrop({ items, files: [] } as unknown as DataTransfer);
    expect(chosen.directories).toEqual(['run', 'run/empty', 'run/many']);
    expect(chosen.files).toHaveLength(251);
    expect(chosen.files.at(-1)?.path).toBe('single');
    expect(chosen.files[249]?.path).toBe('run/many/f249');
  });

  it('is not sent in part: what the browser cannot read is named', async () => {
    const refused = (_take: unknown, fail: (why: unknown) => void) =>
      fail(new DOMException('A URI supplied to the API was malformed.', 'EncodingError'));
    const below = {
      name: '模型\n',
      isFile: false,
      isDirectory: true,
      createReader: () => ({ readEntries: refused }),
    };
    const file = { name: 'locked.bin', isFile: true, isDirectory: false, file: refused };
    const folderOf = (child: unknown) => {
      const left = [child];
      const readEntries = (take: (some: unknown[]) => void) => take(left.splice(0));
      return { name: 'run', isFile: false, isDirectory: true, createReader: () => ({ readEntries }) };
    };
    for (const [child, name] of [
      [below, 'run/模型\\n'],
      [file, 'run/locked.bin'],
    ] as const) {
      const items = [{ kind: 'file', webkitGetAsEntry: () => folderOf(child) }];
      await expect(readDrop({ items, files: [] } as unknown as DataTransfer)).rejects.toMatchObject({
        code: 'UPLOAD_DROP_UNREADABLE',
        params: { name },
        details: expect.stringContaining('malformed'),
      });
    }
  });

  it('goes under other names, or is left out, by what was answered', () => {
    const chosen = {
      files: [fileOf('run/a.txt', 'a'), fileOf('b.txt', 'b'), fileOf('c.txt', 'c')],
      directories: ['run', 'run/empty'],
    };
    const names = resolveClashes(
      ['run', 'b.txt', 'c.txt'],
      new Set(['run', 'b.txt', 'run (2)']),
      new Map([
        ['run', 'both'],
        ['b.txt', 'skip'],
      ]),
    );
    const renamed = renamedTops(chosen, names);
    expect(renamed.directories).toEqual(['run (3)', 'run (3)/empty']);
    expect(renamed.files.map(({ path }) => path)).toEqual(['run (3)/a.txt', 'c.txt']);
  });

  it('is compared with what is there: few names one by one, many by the listing', async () => {
    const entry = { kind: 'file', bytes: 1, modifiedAt: 2, mode: '', owner: '', target: null };
    const client = {
      stat: async ({ path }: { path: string }) => {
        if (path.endsWith('/there')) return { entry };
        throw new TrainyardError('FILE_NOT_FOUND', 'no');
      },
      list: async () => ({
        listingId: '1',
        total: 3,
        entries: [
          { ...entry, name: 'n3' },
          { ...entry, name: 'zz' },
        ],
      }),
      page: async () => ({ listingId: '1', total: 3, entries: [{ ...entry, name: 'n7' }] }),
    } as unknown as Parameters<typeof takenNames>[0];
    expect([...(await takenNames(client, machineId, '/d', ['there', 'new'])).keys()]).toEqual(['there']);
    const many = Array.from({ length: 40 }, (_, index) => `n${index}`);
    expect([...(await takenNames(client, machineId, '/d', many)).keys()]).toEqual(['n3', 'n7']);
  });
});

describe('what lies on this computer', () => {
  const lies = (paths: Record<string, string>) => ({ pathOf: ({ name }: File) => paths[name] ?? '' });
  const item = (name: string, isDirectory = false) =>
    ({
      kind: 'file',
      getAsFile: () => new File([], name),
      webkitGetAsEntry: () => ({ isDirectory }),
    }) as unknown as DataTransferItem;
  const text = { kind: 'string' } as DataTransferItem;

  it('is known by its path where the shell tells it, for each of what was dropped', () => {
    const items = [text, item('run', true), item('a.txt')];
    const bridge = lies({ run: '/home/mei/run', 'a.txt': '/tmp/a.txt' });
    expect(droppedPaths(items, bridge)).toEqual([
      { name: 'run', isDirectory: true, source: '/home/mei/run' },
      { name: 'a.txt', isDirectory: false, source: '/tmp/a.txt' },
    ]);
    expect(droppedPaths(items, lies({ run: '/home/mei/run' }))).toBe(null);
    expect(droppedPaths(items, undefined)).toBe(null);
    // No shell of a copy knows a path of Windows: there the page sends the files.
    expect(droppedPaths(items, { pathOf: ({ name }: File) => `C:\\Users\\mei\\${name}` })).toBe(null);
    expect(droppedPaths([text], bridge)).toBe(null);
  });

  it('is the folder itself where one was chosen by a field', () => {
    const below = (name: string, within: string) => {
      const file = new File([], name);
      Object.defineProperty(file, 'webkitRelativePath', { value: within });
      return file;
    };
    const files = [below('b.bin', 'run/deep/b.bin'), below('c', 'run/c')];
    expect(chosenPaths(files, lies({ 'b.bin': '/data/x/run/deep/b.bin', c: '/data/x/run/c' }))).toEqual([
      { name: 'run', isDirectory: true, source: '/data/x/run' },
    ]);
    expect(chosenPaths([below('one', '')], lies({ one: '/data/one' }))).toEqual([
      { name: 'one', isDirectory: false, source: '/data/one' },
    ]);
    expect(chosenPaths(files, undefined)).toBe(null);
    expect(chosenPaths([below('one', '')], lies({ one: 'C:\\one' }))).toBe(null);
  });
});

/** A backend that takes uploads, as it is told to. */
function backend() {
  const stored = new Map<string, string>();
  const made: string[] = [];
  const partial = new Map<string, Uint8Array>();
  const opened: string[] = [];
  let cutAfter = Number.POSITIVE_INFINITY;
  let refuses: string | null = null;
  const means: UploadMeans = {
    files: {
      makeDirectory: async ({ path }: { path: string }) => {
        if (made.includes(path)) throw new TrainyardError('FILE_EXISTS', 'there');
        made.push(path);
        return { path };
      },
    } as unknown as UploadMeans['files'],
    bytes: {
      open(request: StreamRequest<'upload'>, handlers: StreamHandlers<'upload'>) {
        opened.push(request.uploadId);
        let bytes = partial.get(request.uploadId) ?? new Uint8Array();
        let lost = false;
        const begin = () => handlers.onInfo?.({ kind: 'upload', offset: bytes.byteLength, done: null });
        const stop = (error: TrainyardError) => {
          lost = true;
          queueMicrotask(() => handlers.onEnd(error));
        };
        queueMicrotask(() =>
          refuses === null
            ? begin()
            : stop(new TrainyardError(refuses, refuses, { retryable: refuses === 'SSH_LOST' })),
        );
        return {
          async send(piece: Uint8Array) {
            if (lost) return;
            bytes = Buffer.concat([bytes, piece]);
            partial.set(request.uploadId, bytes);
            if (bytes.byteLength < cutAfter) return;
            // The connection breaks: half of what was sent has arrived, and it is made anew.
            cutAfter = Number.POSITIVE_INFINITY;
            bytes = bytes.subarray(0, Math.floor(bytes.byteLength / 2));
            partial.set(request.uploadId, bytes);
            handlers.onConnected?.(false);
            queueMicrotask(() => {
              handlers.onConnected?.(true);
              begin();
            });
          },
          finish() {
            if (lost) return;
            stored.set(request.path, Buffer.from(bytes).toString());
            queueMicrotask(() => {
              const done = { path: request.path, sha256: 'ab'.repeat(32) };
              handlers.onInfo?.({ kind: 'upload', offset: bytes.byteLength, done });
              handlers.onEnd(null);
            });
          },
          close() {
            lost = true;
          },
        };
      },
    } as unknown as UploadMeans['bytes'],
    onArrived: () => undefined,
    pause: async () => {
      refuses = null;
    },
  };
  return {
    means,
    stored,
    made,
    opened,
    cut: (after: number) => {
      cutAfter = after;
    },
    refuse: (code: string | null) => {
      refuses = code;
    },
  };
}
const request = (files: ReturnType<typeof fileOf>[], directories: string[] = []) => ({
  machineId,
  machineName: 'heron',
  directory: '/data',
  chosen: { files, directories },
  replace: true,
});
const uploadOf = (id: string) => useUploads.getState().byId.get(id);

describe('an upload', () => {
  it('makes the folders, sends every file and has its hash', async () => {
    const box = backend();
    const files = Array.from({ length: 30 }, (_, index) => fileOf(`run/f${index}`, `content ${index}`));
    const { id, ended } = startUpload(request(files, ['run', 'run/empty']), box.means);
    await ended;
    expect(box.made).toEqual(['/data/run', '/data/run/empty']);
    expect(box.stored.size).toBe(30);
    expect(box.stored.get('/data/run/f7')).toBe('content 7');
    expect(uploadOf(id)).toMatchObject({ state: 'done', doneFiles: 30, sha256: null, error: null });
    expect(uploadOf(id)?.doneBytes).toBe(uploadOf(id)?.totalBytes);
    const single = startUpload(request([fileOf('one', 'x')]), box.means);
    await single.ended;
    expect(uploadOf(single.id)?.sha256).toBe('ab'.repeat(32));
  });

  it('goes on at the byte that is asked for after a cut: nothing is missing and nothing twice', async () => {
    const box = backend();
    const content = Array.from({ length: 400_000 }, (_, index) => index.toString(36)).join(',');
    box.cut(1_000_000);
    const { id, ended } = startUpload(request([fileOf('large', content)]), box.means);
    await ended;
    expect(uploadOf(id)?.state).toBe('done');
    expect(box.stored.get('/data/large') === content).toBe(true);
  });

  it('that failed is tried again with the same identity, and only what is missing', async () => {
    const box = backend();
    box.refuse('FILE_DENIED');
    const { id, ended } = startUpload(request([fileOf('a', 'a')]), box.means);
    await ended;
    expect(uploadOf(id)).toMatchObject({ state: 'failed', error: { code: 'FILE_DENIED' } });
    box.refuse(null);
    await retryUpload(id, box.means);
    expect(uploadOf(id)).toMatchObject({ state: 'done', error: null });
    expect(box.opened[0]).toBe(box.opened[1]);
  });

  it('goes on by itself after what may go well another time', async () => {
    const box = backend();
    box.refuse('SSH_LOST');
    const waited: unknown[] = [];
    const pause = async () => {
      waited.push(useUploads.getState().byId.values().toArray().at(-1)?.connected);
      // The box is there again at the third time.
      if (waited.length === 3) box.refuse(null);
    };
    const { id, ended } = startUpload(request([fileOf('a', 'a')]), { ...box.means, pause });
    await ended;
    expect(uploadOf(id)).toMatchObject({ state: 'done', connected: true });
    // It said so while it waited.
    expect(waited).toEqual([false, false, false]);
    expect(box.opened).toHaveLength(4);
  });

  it('is given up after a while without any progress', async () => {
    const box = backend();
    box.refuse('SSH_LOST');
    let waited = 0;
    const pause = async (ms: number) => {
      waited += ms;
    };
    const { id, ended } = startUpload(request([fileOf('a', 'a')]), { ...box.means, pause });
    await ended;
    expect(uploadOf(id)).toMatchObject({ state: 'failed', error: { code: 'SSH_LOST' } });
    expect(waited).toBeGreaterThan(4 * 60_000);
  });

  it('ends when the user says so, and is gone from the list when that is cleared', async () => {
    const box = backend();
    const never = {
      ...box.means,
      files: { makeDirectory: () => new Promise(() => undefined) },
    } as unknown as UploadMeans;
    const waiting = startUpload(request([fileOf('run/a', 'a')], ['run']), never);
    clearUploads();
    expect(uploadOf(waiting.id)?.state).toBe('running');
    const { id, ended } = startUpload(request([fileOf('b', 'b'.repeat(2_000_000))]), box.means);
    cancelUpload(id);
    await ended;
    expect(uploadOf(id)).toMatchObject({ state: 'cancelled', error: null });
    clearUploads();
    await until('it is cleared', () => uploadOf(id) === undefined);
  });
});

describe('a rate', () => {
  it('is that of the last seconds', () => {
    const rate = new Rate();
    expect(rate.perSecond()).toBe(0);
    for (let second = 0; second <= 20; second += 1)
      rate.add(second * 1000, second < 10 ? second * 100 : 1000 + (second - 10) * 1000);
    expect(rate.perSecond()).toBe(1000);
    rate.add(21_000, 0);
    expect(rate.perSecond()).toBe(0);
  });
});

describe('a copy that is tried again', () => {
  const place = (path: string) => ({ machineId, machineName: 'heron', path });
  it.each([
    ['/data/run', '/scratch/run', '/scratch/'],
    ['/data/run/', '/scratch/run', '/scratch/run'],
    ['/data/a.txt', '/scratch/b.txt', '/scratch/b.txt'],
    ['/data/a.txt', '/a.txt', '/'],
  ])('of %s that landed at %s goes to %s', (from, landed, to) => {
    expect(againOf({ from: place(from), to: place(landed) }).to.path).toBe(to);
  });
});
