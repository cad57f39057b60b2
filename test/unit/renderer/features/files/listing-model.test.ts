import { describe, expect, it } from 'vitest';
import { type FilesClient, ListingModel, type Order } from '#renderer/features/files/listing-model.ts';
import type { FileEntry, Listing } from '#shared/domain/box-file.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { until } from '#test/until.ts';

const order: Order = { by: 'name', descending: false, search: '', hidden: false };
const entry = (name: string): FileEntry => ({
  name,
  kind: 'file',
  bytes: 1,
  modifiedAt: 0,
  mode: 'rw-r--r--',
  owner: 'mei',
  target: null,
});

/** A machine with one directory of `total` entries; counts what it is asked. */
function machine(total: number) {
  const asked: string[] = [];
  let fails: TrainyardError | null = null;
  let listings = 0;
  let gone = false;
  const answer = (id: string, input: Omit<Parameters<FilesClient['page']>[0], 'listingId'>): Listing => {
    const all = Array.from({ length: total }, (_, index) => entry(`step-${index}`)).filter(({ name }) =>
      name.includes(input.search ?? ''),
    );
    const offset = input.offset ?? 0;
    return {
      listingId: id,
      machineId: '0123456789ab',
      path: '/data',
      total: all.length,
      all: total,
      entries: all.slice(offset, offset + (input.limit ?? 500)),
      listedAt: 1000,
      freeBytes: null,
      writable: true,
    };
  };
  const client = {
    async list(input: Parameters<FilesClient['list']>[0]) {
      asked.push(`list ${input.search ?? ''}`);
      if (fails) throw fails;
      gone = false;
      listings += 1;
      return answer(`${listings}`, input);
    },
    async page(input: Parameters<FilesClient['page']>[0]) {
      asked.push(`page ${input.listingId} ${input.offset ?? 0}`);
      if (gone) throw new TrainyardError('LISTING_GONE', 'gone');
      return answer(input.listingId, input);
    },
  } as unknown as FilesClient;
  return {
    client,
    asked,
    fail: (code: string | null) => {
      fails = code === null ? null : new TrainyardError(code, code);
    },
    forget: () => {
      gone = true;
    },
  };
}
const open = ({ client }: ReturnType<typeof machine>, path = '/data') =>
  new ListingModel(() => client, '0123456789ab', path, order);

describe('a directory of any length', () => {
  it('is asked for in portions as they come into view, none twice', async () => {
    const box = machine(100_000);
    const model = open(box);
    await model.load();
    expect(model.state()).toMatchObject({ total: 100_000, loading: false, error: null });
    expect(model.state().entries.size).toBe(500);
    model.need(49_990, 50_010);
    model.need(49_995, 50_020);
    await until('the portions are there', () => model.state().entries.size === 1500);
    expect(model.state().entries.get(50_000)?.name).toBe('step-50000');
    expect(box.asked).toEqual(['list ', 'page 1 49500', 'page 1 50000']);
  });

  it('is chosen whole though most of it was never in view', async () => {
    const box = machine(12_000);
    const model = open(box);
    await model.load();
    expect((await model.all()).length).toBe(12_000);
  });

  it('is put in another order or filtered by the backend, and shown from its top', async () => {
    const box = machine(2000);
    const model = open(box);
    await model.load();
    const { list } = model.state();
    await model.reorder({ ...order, search: 'step-19' });
    expect(model.state().total).toBe(111);
    expect(model.state().list).toBeGreaterThan(list);
    expect(box.asked).toEqual(['list ', 'page 1 0']);
  });

  it('is listed anew where the backend has forgotten it', async () => {
    const box = machine(2000);
    const model = open(box);
    await model.load();
    box.forget();
    model.need(1000, 1010);
    await until('it is listed anew', () => model.state().directory?.listingId === '2');
    expect(model.state().error).toBeNull();
  });

  it('read again stays where it is', async () => {
    const box = machine(10);
    const model = open(box);
    await model.load();
    const { list } = model.state();
    await model.load();
    expect(model.state().list).toBe(list);
  });
});

describe('a machine that cannot be asked', () => {
  it('shows what was last seen, and says so', async () => {
    const box = machine(10);
    await open(box, '/seen').load();
    box.fail('SSH_UNREACHABLE');
    const model = open(box, '/seen');
    await model.load();
    expect(model.state()).toMatchObject({ isKept: true, total: 10, error: { code: 'SSH_UNREACHABLE' } });
    box.fail(null);
    await model.load();
    expect(model.state()).toMatchObject({ isKept: false, error: null });
  });

  it('says what is wrong where nothing was seen before', async () => {
    const box = machine(10);
    box.fail('SSH_UNREACHABLE');
    const model = open(box, '/never');
    await model.load();
    expect(model.state()).toMatchObject({
      directory: null,
      isKept: false,
      error: { code: 'SSH_UNREACHABLE' },
    });
  });

  it('is not taken for one that answered that there is nothing', async () => {
    const box = machine(10);
    await open(box, '/was-here').load();
    box.fail('FILE_NOT_FOUND');
    const model = open(box, '/was-here');
    await model.load();
    expect(model.state()).toMatchObject({
      directory: null,
      isKept: false,
      error: { code: 'FILE_NOT_FOUND' },
    });
  });
});
