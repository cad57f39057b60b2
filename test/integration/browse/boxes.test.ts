import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { localPrograms } from '#backend/processes/index.ts';
import { createSshPool, type SshPool } from '#backend/ssh/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { newId } from '#shared/domain/id.ts';
import { type FaultProxy, startProxy } from '#test/lab/proxy.ts';
import { scriptedPrompter } from '#test/lab/ssh-pool.ts';
import { type Box, startBox, writeSshConfig } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { download, owner, page, roomOver, signal, upload } from './lab.ts';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const errorOf = (promise: Promise<unknown>): Promise<TrainyardError | null> =>
  promise.then(
    () => null,
    (error: unknown) => TrainyardError.from(error),
  );
const codeOf = async (promise: Promise<unknown>) => (await errorOf(promise))?.code ?? 'nothing thrown';

describe.skipIf(!needs('sshd', 'root'))('files of a real box', () => {
  let box: Box;
  let proxy: FaultProxy;
  let pool: SshPool;
  let room: ReturnType<typeof roomOver>;
  /** The same over a connection that soon finds out when nobody is there. */
  let wary: ReturnType<typeof roomOver>;
  const at = (name: string) => ({ machineId: 'box', path: path.join(box.home, name) });

  beforeAll(async () => {
    box = await startBox();
    proxy = await startProxy({ to: { port: box.port } });
    const through = box.configSnippet.replace(
      /Port \d+/,
      `Port ${proxy.port}\n  HostKeyAlias [127.0.0.1]:${box.port}`,
    );
    const configFile = await writeSshConfig(box.directory, [
      { ...box, configSnippet: through },
      {
        ...box,
        configSnippet: `${through.replace(/^Host .*/, 'Host wary')}  ServerAliveInterval 1\n  ServerAliveCountMax 3\n`,
      },
    ]);
    pool = createSshPool({ prompter: scriptedPrompter() });
    room = roomOver(() => pool.connection({ host: box.name, configFile }));
    wary = roomOver(() => pool.connection({ host: 'wary', configFile }));
  });
  afterAll(async () => {
    await pool.close();
    await proxy.stop();
    await box.stop();
  });

  test('what the account may not read or change is said', async () => {
    const closed = path.join(box.home, 'closed');
    mkdirSync(closed);
    writeFileSync(path.join(closed, 'in-it'), 'x');
    writeFileSync(path.join(box.home, 'roots'), 'x', { mode: 0o600 });
    chmodSync(closed, 0o700);
    expect(await codeOf(room.browse.list({ ...at('closed'), ...page }, signal))).toBe('FILE_DENIED');
    expect(await codeOf(room.browse.list({ ...at('closed/below'), ...page }, signal))).toBe('FILE_DENIED');
    expect(await codeOf(room.browse.preview(at('roots'), signal))).toBe('FILE_DENIED');
    const { version, writable } = await room.browse.stat(at('roots'), signal);
    expect(writable).toBe(false);
    expect(await codeOf(room.browse.write({ ...at('roots'), text: 'y', version }, owner, signal))).toBe(
      'FILE_DENIED',
    );
    expect(await codeOf(upload(room.uploads, at('closed/new'), Buffer.from('x')))).toBe('FILE_DENIED');
    expect(await codeOf(room.browse.remove({ machineId: 'box', paths: [closed] }, owner, signal))).toBe(
      'FILE_DENIED',
    );
    rmSync(closed, { recursive: true });
  });

  test('an upload goes on after the connection is cut in the middle of it; so does a download', async () => {
    const content = randomBytes(20_000_000);
    const uploadId = newId();
    proxy.bandwidth(30_000_000);
    const cut = await errorOf(
      upload(room.uploads, at('cut'), content, {
        uploadId,
        sent: (from) => from >= 12_000_000 && proxy.cut(),
      }),
    );
    expect(cut).toMatchObject({ retryable: true });
    await proxy.restore();
    proxy.bandwidth(0);
    expect(readdirSync(box.home)).toContain(`.trainyard-upload-${uploadId}`);
    const { from, done } = await upload(room.uploads, at('cut'), content, { uploadId });
    expect(done?.sha256).toBe(sha256(content));
    expect(from % (4 * 1024 * 1024)).toBe(0);
    expect(sha256(readFileSync(path.join(box.home, 'cut')))).toBe(sha256(content));
    expect(readdirSync(box.home)).not.toContain(`.trainyard-upload-${uploadId}`);
    const first = await download(room.downloads, at('cut'));
    expect(first.sha256).toBe(sha256(content));
    const rest = await download(room.downloads, at('cut'), { offset: 7_654_321 });
    expect(rest.content.equals(content.subarray(7_654_321))).toBe(true);
  });

  test('a line that goes silent in a transfer ends it with an error that can be tried again; what has arrived is gone on with', async () => {
    const content = randomBytes(20_000_000);
    const uploadId = newId();
    proxy.bandwidth(30_000_000);
    onTestFinished(() => proxy.restore());
    const silent = (bytes: number) => bytes >= 12_000_000 && proxy.halfOpen();
    const cut = await errorOf(upload(wary.uploads, at('silent'), content, { uploadId, sent: silent }));
    expect(cut).toMatchObject({ code: 'SSH_CONNECTION_LOST', retryable: true });
    await proxy.restore();
    const { from, done } = await upload(room.uploads, at('silent'), content, { uploadId });
    expect(from).toBeGreaterThan(0);
    expect(done?.sha256).toBe(sha256(content));
    const half = await errorOf(download(wary.downloads, at('silent'), { taken: silent }));
    expect(half).toMatchObject({ code: 'SSH_CONNECTION_LOST', retryable: true });
    await proxy.restore();
    proxy.bandwidth(0);
    const whole = await download(room.downloads, at('silent'));
    expect(whole.content.equals(content)).toBe(true);
  });

  test('a box that dies in a transfer ends it with an error that can be tried again', async () => {
    const content = randomBytes(20_000_000);
    const died = upload(room.uploads, at('died'), content, {
      sent: (from) => from >= 9_000_000 && box.dropConnections(),
    });
    expect(await errorOf(died)).toMatchObject({ retryable: true });
    expect(readdirSync(box.home)).not.toContain('died');
  });
});

describe.skipIf(!needs('root', 'linux'))('a disk that is full', () => {
  const megabytes = 12;

  async function smallDisk(): Promise<string> {
    const disk = await makeTempDirectory('browse-full');
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk]);
    onTestFinished(() => {
      execFileSync('umount', ['-l', disk]);
      rmSync(disk, { recursive: true });
    });
    return disk;
  }

  test('leaves what was there as it was, and nothing of what did not fit', async () => {
    const disk = await smallDisk();
    const programs = localPrograms();
    onTestFinished(() => programs.close());
    const room = roomOver(async () => programs);
    const at = (name: string) => ({ machineId: 'box', path: path.join(disk, name) });
    writeFileSync(path.join(disk, 'text'), 'as it was');
    const { version } = await room.browse.stat(at('text'), signal);
    // Before anything is sent.
    expect(
      await codeOf(upload(room.uploads, at('too-large'), randomBytes((megabytes + 2) * 1024 * 1024))),
    ).toBe('FILE_DISK_FULL');
    // It fills up meanwhile.
    const fill = (from: number) =>
      from > 3_000_000 &&
      from < 3_400_000 &&
      writeFileSync(path.join(disk, 'other'), randomBytes(7 * 1024 * 1024));
    expect(await codeOf(upload(room.uploads, at('large'), randomBytes(8_000_000), { sent: fill }))).toBe(
      'FILE_DISK_FULL',
    );
    writeFileSync(path.join(disk, 'rest'), '');
    execFileSync('sh', ['-c', 'head -c 20000000 /dev/zero >"$1/rest" 2>/dev/null || :', 'sh', disk]);
    expect(
      await codeOf(room.browse.write({ ...at('text'), text: 'x'.repeat(100_000), version }, owner, signal)),
    ).toBe('FILE_DISK_FULL');
    const small = await Promise.all(
      ['a', 'b', 'c'].map((name) => codeOf(upload(room.uploads, at(name), randomBytes(200_000)))),
    );
    expect(small).toEqual(['FILE_DISK_FULL', 'FILE_DISK_FULL', 'FILE_DISK_FULL']);
    expect(readFileSync(path.join(disk, 'text'), 'utf8')).toBe('as it was');
    expect(readdirSync(disk).sort()).toEqual(['other', 'rest', 'text']);
  });
});
