import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { connectBackend, socketWire } from '#renderer/rpc/index.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { serve, trainyard, trainyardJson, userEnvironment } from '../cli/trainyard.ts';

const runtime = (env: NodeJS.ProcessEnv) =>
  JSON.parse(readFileSync(path.join(String(env.TRAINYARD_DATA), 'runtime.json'), 'utf8')) as {
    pid: number;
    url: string;
    token: string;
  };

test('a backend that is killed comes back on its port; the page says so, its calls fail at once, and it stays signed in', async () => {
  const env = userEnvironment(await tempDirectory('headless'));
  const serving = serve(env);
  const url = new URL(await until('it serves', () => serving.urls[0], { deadlineMs: 60_000 }));
  const answer = await fetch(url, { redirect: 'manual' });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  const connection = connectBackend({
    connect: (channel, signal) =>
      socketWire(
        new WebSocket(`ws://${url.host}/${channel}`, {
          headers: { Origin: url.origin, Cookie: cookie },
        }) as unknown as globalThis.WebSocket,
        signal,
      ),
  });
  try {
    const before = await connection.rpc.app.info();
    expect(before).toMatchObject({ host: 'headless', role: 'owner', dataDirectory: env.TRAINYARD_DATA });
    const events = await connection.rpc.app.events();
    const waiting = events.next();
    waiting.catch(() => undefined);

    const { pid } = runtime(env);
    expect(pid).not.toBe(serving.process.pid);
    process.kill(pid, 'SIGKILL');
    await expect(waiting).rejects.toMatchObject({ code: 'BACKEND_OFFLINE', retryable: true });
    expect(connection.status().state).toBe('offline');
    await expect(connection.rpc.app.info()).rejects.toMatchObject({ code: 'BACKEND_OFFLINE' });

    await until('it is there again', () => connection.status().state === 'online', { deadlineMs: 60_000 });
    const after = await connection.rpc.app.info();
    expect(after.startedAt).toBeGreaterThan(before.startedAt);
    expect(runtime(env).pid).not.toBe(pid);
    const again = await until('it has printed its new address', () => serving.urls[1]);
    expect(new URL(again).port).toBe(url.port);
    await until('it has said so', () => serving.err().includes('starts again'));
  } finally {
    connection.close();
  }
});

test('one backend per data directory; ended in order it leaves nothing that misleads; a stale file is seen through', async () => {
  const env = userEnvironment(await tempDirectory('headless'));
  const file = path.join(String(env.TRAINYARD_DATA), 'runtime.json');
  const first = serve(env);
  await until('it serves', () => first.urls[0], { deadlineMs: 60_000 });
  const second = serve(env);
  const [code] = await once(second.process, 'close');
  expect(code).toBe(1);
  expect(second.err()).toMatch(/Another Trainyard .*is using this data directory/);

  const left = readFileSync(file);
  first.process.kill('SIGTERM');
  await once(first.process, 'exit');
  expect(first.process.exitCode).toBe(0);
  expect(existsSync(file)).toBe(false);

  // What a crash of the whole computer leaves: the command line sees through it and starts a backend itself.
  writeFileSync(file, left);
  expect(await trainyardJson<unknown[]>(env, ['sites', 'list'])).toHaveLength(1);
});

test('shut down by a client, it does not come back', async () => {
  const env = userEnvironment(await tempDirectory('headless'));
  const serving = serve(env);
  await until('it serves', () => serving.urls[0], { deadlineMs: 60_000 });
  const { url, token } = runtime(env);
  await fetch(`${url}/call`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}` },
    body: JSON.stringify({ i: '1', p: { u: '/app/shutDown' } }),
  }).catch(() => undefined);
  const [code] = await once(serving.process, 'exit');
  expect(code).toBe(0);
  expect(serving.urls).toHaveLength(1);
});

test('what cannot work is said in words, and once', async () => {
  const env = userEnvironment(await tempDirectory('headless'));
  const open = serve(env, ['--host', '0.0.0.0']);
  expect((await once(open.process, 'close'))[0]).toBe(1);
  expect(open.err()).toContain('0.0.0.0 can be reached from other computers');
  const wrong = serve(env, ['--port', 'many']);
  expect((await once(wrong.process, 'close'))[0]).toBe(2);
  const { code, err } = await trainyard({ ...env, TRAINYARD_DATA: '/dev/null/x' }, ['ps']);
  expect(code).toBe(1);
  expect(err).toMatch(/cannot be used/);
  expect(err).not.toContain('    at ');
});
