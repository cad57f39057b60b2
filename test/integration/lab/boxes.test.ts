import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startProxy } from '#test/lab/proxy.ts';
import { testPool } from '#test/lab/ssh-pool.ts';
import { sshNow, startBox, startBoxes, writeSshConfig } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

describe.skipIf(!needs('sshd', 'ssh'))('boxes', () => {
  test('fifty at once, each with its own home, reached by one pool', async () => {
    const boxes = await startBoxes(50, { name: 'gpu' });
    onTestFinished(async () => {
      await Promise.all(boxes.map((box) => box.stop()));
    });
    const configFile = await writeSshConfig(await tempDirectory(), boxes);
    const pool = testPool();
    const homes = await Promise.all(
      boxes.map(async ({ name }) => {
        const connection = await pool.connection({ host: name, configFile });
        return (await connection.exec({ script: 'cd && pwd' })).stdout.toString().trim();
      }),
    );
    expect(homes).toEqual(boxes.map(({ home }) => home));
  });

  test.skipIf(!needs('root'))('what a box is given is there, and nothing of it stays', async () => {
    const box = await startBox({
      env: { PATH: '/usr/bin:/bin', GREETING: 'hello there' },
      files: { 'bin/tool': '#!/bin/sh\necho "tool says $GREETING"\n', 'deep/er/file': 'x' },
    });
    expect(sshNow(box, '~/bin/tool')).toBe('tool says hello there\n');
    sshNow(box, 'setsid sleep 3611 >/dev/null 2>&1 < /dev/null & :');
    await box.stop();
    expect(existsSync(box.directory)).toBe(false);
    await until(
      'its processes are gone',
      () => !execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes('sleep 3611'),
    );
    expect(execFileSync('getent', ['passwd'], { encoding: 'utf8' })).not.toContain(box.home);
  });

  test('the proxy: slow, cut, refusing and back', async () => {
    const box = await startBox();
    onTestFinished(() => box.stop());
    const proxy = await startProxy({ to: { port: box.port } });
    onTestFinished(() => proxy.stop());
    const greet = () => {
      const socket = connect(proxy.port, '127.0.0.1');
      socket.on('error', () => undefined);
      setTimeout(() => socket.end(), 200);
      return text(socket).catch((error: NodeJS.ErrnoException) => String(error.code));
    };
    expect(await greet()).toMatch(/^SSH-2\.0-OpenSSH/);
    proxy.cut();
    expect(await greet()).toBe('ECONNRESET');
    await proxy.restore();
    await proxy.refuse();
    expect(await greet()).toBe('ECONNREFUSED');
    await proxy.restore();
    await until('it answers again', async () => (await greet()).startsWith('SSH-2.0'));
  });
});
