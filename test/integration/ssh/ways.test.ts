import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ConnectionStep } from '#shared/domain/site.ts';
import { type FaultProxy, startProxy } from '#test/lab/proxy.ts';
import { scriptedPrompter, testBox, testPool } from '#test/lab/ssh-pool.ts';
import { startBox, writeSshConfig } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

async function proxied(extra = '') {
  const box = await testBox();
  const proxy = await startProxy({ to: { port: box.port } });
  onTestFinished(() => proxy.stop());
  const configFile = path.join(box.directory, 'config');
  const lines = box.configSnippet.replace(`Port ${box.port}`, `Port ${proxy.port}\n  HostKeyAlias box`);
  await writeFile(configFile, `${lines}${extra}  StrictHostKeyChecking accept-new\n`);
  return { box, proxy, target: { host: 'box', configFile } };
}

async function collected(steps: AsyncIterable<ConnectionStep>): Promise<ConnectionStep[]> {
  const all: ConnectionStep[] = [];
  for await (const step of steps) all.push(step);
  return all;
}

const reconnected = (
  proxy: FaultProxy,
  pool: ReturnType<typeof testPool>,
  target: { host: string; configFile: string },
) => proxy.restore().then(() => pool.connection(target));

describe.skipIf(!needs('sshd'))('what networks do', () => {
  test('a cut is told at once to everybody, and connecting again gives a new connection', async () => {
    const { proxy, target } = await proxied();
    const pool = testPool();
    const connection = await pool.connection(target);
    const told: string[] = [];
    connection.onState((state, error) => told.push(`${state} ${error?.code}`));
    const program = await connection.spawn({ script: 'echo begun; exec sleep 600' });
    const [chunk] = await program.stdout.take(1).toArray();
    expect(String(chunk)).toBe('begun\n');
    const waiting = connection.exec({ script: 'exec sleep 600' });
    waiting.catch(() => undefined);
    await connection.exec({ script: ':' });
    proxy.cut();
    await expect(program.exited).rejects.toMatchObject({ code: 'SSH_CONNECTION_LOST', retryable: true });
    await expect(waiting).rejects.toMatchObject({ code: 'SSH_CONNECTION_LOST' });
    expect(told).toEqual(['lost SSH_CONNECTION_LOST']);
    expect([connection.state, pool.existing(target)]).toEqual(['lost', null]);
    await expect(connection.exec({ script: ':' })).rejects.toMatchObject({ code: 'SSH_CONNECTION_LOST' });
    await expect(pool.connection(target)).rejects.toMatchObject({ retryable: true });
    const again = await reconnected(proxy, pool, target);
    expect(again).not.toBe(connection);
    expect((await again.exec({ script: 'echo back' })).stdout.toString()).toBe('back\n');
  });

  test('a connection that has gone silent is given up after the configured signs of life', async () => {
    const { proxy, target } = await proxied('  ServerAliveInterval 1\n  ServerAliveCountMax 2\n');
    const pool = testPool();
    const connection = await pool.connection(target);
    const waiting = connection.exec({ script: 'exec sleep 600' }, { timeoutMs: 120_000 });
    waiting.catch(() => undefined);
    await until('a round trip was measured', () => connection.roundTripMs !== null);
    proxy.halfOpen();
    await expect(waiting).rejects.toMatchObject({ code: 'SSH_CONNECTION_LOST' });
    expect(connection.state).toBe('lost');
  });

  test('a slow line is no lost one', async () => {
    const { proxy, target } = await proxied('  ServerAliveInterval 1\n  ServerAliveCountMax 2\n');
    const connection = await testPool().connection(target);
    proxy.latency(300);
    const { stdout } = await connection.exec({ script: 'sleep 2; head -c 300000 /dev/zero' });
    expect(stdout.length).toBe(300_000);
    expect(connection.state).toBe('connected');
  });

  test('a line full of what was asked for is no lost one, though the answer to a sign of life waits behind it', async () => {
    const { proxy, target } = await proxied('  ServerAliveInterval 1\n  ServerAliveCountMax 2\n');
    const connection = await testPool().connection(target);
    proxy.bandwidth(300_000);
    const { stdout } = await connection.exec({ script: 'head -c 2000000 /dev/zero' }, { timeoutMs: 120_000 });
    expect(stdout.length).toBe(2_000_000);
    expect(connection.state).toBe('connected');
  });

  test('a refused, a silent and an unknown host, and a port where no SSH is', async () => {
    const { proxy, target } = await proxied('  ConnectTimeout 1\n');
    const pool = testPool();
    await proxy.refuse();
    await expect(pool.connection(target)).rejects.toMatchObject({ code: 'SSH_REFUSED', retryable: true });
    await expect(
      pool.connection({ host: 'no-such-host.invalid', configFile: '/dev/null' }),
    ).rejects.toMatchObject({
      code: 'SSH_HOST_NOT_FOUND',
    });
    await proxy.restore();
    proxy.cut();
    await expect(pool.connection(target)).rejects.toMatchObject({ retryable: true });
    proxy.halfOpen();
    const abort = new AbortController();
    const silent = pool.connection(target, { signal: abort.signal });
    await until('it is trying', () => proxy.connections() >= 1);
    abort.abort();
    await expect(silent).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe.skipIf(!needs('sshd'))('ways that lead through others', () => {
  test('jump hosts: a chain, each with its own key checked, closed when nothing needs it', async () => {
    const [one, two, three] = [
      await testBox({ name: 'one' }),
      await testBox({ name: 'two' }),
      await testBox({ name: 'three' }),
    ];
    const configFile = await writeSshConfig(three.directory, [one, two, three]);
    const via = `Host far\n  ProxyJump one,two\n${three.configSnippet.split('\n').slice(1).join('\n')}`;
    const nested = `Host nested\n  ProxyJump far\n${one.configSnippet.split('\n').slice(1).join('\n')}`;
    await writeFile(configFile, [one, two, three].map((box) => box.configSnippet).join('\n') + via + nested);
    const pool = testPool();
    const far = await pool.connection({ host: 'far', configFile });
    expect((await far.exec({ script: 'echo "$SSH_CONNECTION"' })).stdout.toString()).toContain(
      ` ${three.port}\n`,
    );
    const nestedOne = await pool.connection({ host: 'nested', configFile });
    expect((await nestedOne.exec({ script: 'id -un' })).stdout.toString().trim()).toBe(one.user);
    const big = await nestedOne.exec({ script: 'head -c 8000000 /dev/zero' });
    expect(big.stdout.length).toBe(8_000_000);
    await nestedOne.close();
    expect((await far.exec({ script: 'echo on' })).stdout.toString()).toBe('on\n');
    two.dropConnections();
    await until('what went through it is lost', () => far.state === 'lost');
  });

  test('a jump host that cannot be reached, and jump hosts in a circle', async () => {
    const box = await testBox();
    const configFile = path.join(await tempDirectory(), 'config');
    await writeFile(
      configFile,
      `Host dead\n  HostName 127.0.0.1\n  Port ${box.port}\nHost far\n  ProxyJump dead\n  HostName 127.0.0.1\n` +
        'Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n',
    );
    await box.stopServer();
    await expect(testPool().connection({ host: 'far', configFile })).rejects.toMatchObject({
      code: 'SSH_PROXY_FAILED',
      details: expect.stringContaining('dead'),
    });
    await expect(testPool().connection({ host: 'a', configFile })).rejects.toMatchObject({
      code: 'SSH_CONFIG_INVALID',
    });
  });

  test.skipIf(!needs('ssh'))('a proxy command, its end, and what it complained of', async () => {
    const box = await testBox();
    const jump = await startBox({ name: 'jump' });
    onTestFinished(() => jump.stop());
    const configFile = await writeSshConfig(box.directory, [jump]);
    const lines = box.configSnippet.split('\n').slice(1).join('\n');
    await writeFile(
      configFile,
      `${jump.configSnippet}\nHost box\n  ProxyCommand ssh -F ${configFile} -W %h:%p jump\n${lines}\n` +
        `Host broken\n  ProxyCommand echo "no such gate" >&2; exit 1\n${lines}`,
    );
    const pool = testPool();
    const connection = await pool.connection({ host: 'box', configFile });
    expect((await connection.exec({ script: 'id -un' })).stdout.toString().trim()).toBe(box.user);
    await expect(pool.connection({ host: 'broken', configFile })).rejects.toMatchObject({
      code: 'SSH_PROXY_FAILED',
      details: expect.stringContaining('no such gate'),
    });
    jump.dropConnections();
    await until('it is lost with its proxy', () => connection.state === 'lost');
  });
});

describe.skipIf(!needs('sshd'))('testing a connection', () => {
  const outcome = (steps: ConnectionStep[]) =>
    steps.filter(({ state }) => state !== 'running').map(({ step, state }) => `${step} ${state}`);

  test('each step as it happens', async () => {
    const box = await testBox({ known: false });
    const configFile = await writeSshConfig(box.directory, [box]);
    const prompter = scriptedPrompter(() => []);
    const steps = await collected(testPool({ prompter }).testConnection({ host: 'box', configFile }));
    expect(outcome(steps)).toEqual([
      'resolve ok',
      'tcp ok',
      'hostKey ok',
      'authentication ok',
      'shell ok',
      'tools ok',
    ]);
    expect(steps.find(({ step, state }) => step === 'hostKey' && state === 'ok')?.detail).toBe(
      box.hostKeyFingerprint,
    );
    expect((await box.log()).match(/Accepted publickey/g)?.length).toBe(1);
  });

  test.skipIf(!needs('root'))('it says where it failed', async () => {
    const box = await testBox({ files: { '.bashrc': 'exit 1\n' } });
    const configFile = await writeSshConfig(box.directory, [box]);
    const pool = testPool();
    const shell = await collected(pool.testConnection({ host: 'box', configFile }));
    expect(outcome(shell).slice(-2)).toEqual(['shell failed', 'tools skipped']);
    expect(shell.at(-2)?.error?.code).toBe('SSH_SHELL_FAILED');
    await box.changeHostKey();
    const key = await collected(pool.testConnection({ host: 'box', configFile }));
    expect(outcome(key)).toContain('hostKey failed');
    await box.stopServer();
    const tcp = await collected(pool.testConnection({ host: 'box', configFile }));
    expect(outcome(tcp)).toEqual([
      'resolve ok',
      'tcp failed',
      'hostKey skipped',
      'authentication skipped',
      'shell skipped',
      'tools skipped',
    ]);
  });
});
