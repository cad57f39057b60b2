import { createServer, connect as netConnect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Forward, ListeningPort } from '#shared/domain/forward.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { serve, trainyard, trainyardJson, userEnvironment } from './trainyard.ts';

async function ask(port: number): Promise<string> {
  const socket = netConnect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.end('hello');
  let got = '';
  for await (const chunk of socket) got += chunk;
  return got;
}

test('ports: found, forwarded, listed, closed by what they are called', async () => {
  const env = userEnvironment(await tempDirectory('forward'));
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const app = serve(env);
  await until('it serves', () => app.urls.length > 0);

  const found = await trainyardJson<ListeningPort[]>(env, ['forward', 'ports', 'local']);
  expect(found.find((one) => one.port === port)).toMatchObject({ address: '127.0.0.1' });
  const made = await trainyard(env, ['forward', 'local', String(port), '--label', 'the echo']);
  expect(made).toMatchObject({ code: 0, err: '' });
  const [forward] = await trainyardJson<Forward[]>(env, ['forward', 'list']);
  expect(forward).toMatchObject({ remotePort: port, label: 'the echo', state: 'open' });
  expect(made.out).toContain(`http://localhost:${forward?.localPort}/`);
  expect(await ask(forward?.localPort ?? 0)).toBe('hello');
  expect((await trainyard(env, ['forward', 'list'])).out).toMatch(/the echo +open/);

  expect(await trainyard(env, ['forward', 'local', '70000'])).toMatchObject({ code: 2 });
  expect(await trainyard(env, ['forward', 'local', String(port), '--local', String(port)])).toMatchObject({
    code: 1,
  });
  expect(await trainyard(env, ['forward', 'close', 'nothing'])).toMatchObject({ code: 3 });
  expect(await trainyard(env, ['forward', 'close', 'the echo'])).toMatchObject({ code: 0 });
  expect(await trainyardJson(env, ['forward', 'list'])).toEqual([]);
});
