import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { api, createRouter, eventStream, serveRpc } from '#backend/api/index.ts';
import { EventBus } from '#backend/events.ts';
import { type BackendConnection, connectBackend } from '#renderer/rpc/index.ts';
import { portWire } from '#shared/contract/port-wire.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import type { Role } from '#shared/domain/role.ts';

const log = pino({ level: 'silent' });

function backend(role: Role = 'owner') {
  const bus = new EventBus();
  const router = createRouter({
    app: api.app.router({
      ...(createRouter({}) as { app: object }).app,
      info: api.app.info.handler(({ context }) => ({
        version: '1',
        host: 'headless' as const,
        platform: 'linux',
        role: context.actor.role,
        dataDirectory: '/tmp',
        startedAt: 1,
      })),
      events: api.app.events.handler(({ signal }) => eventStream(bus, signal)),
      dismissNotice: api.app.dismissNotice.handler(({ input }) => {
        if (input.id === 'ours')
          throw new TrainyardError('OURS', 'ours {', { params: { a: 1 }, retryable: true });
        throw new Error('a secret inside');
      }),
    } as never) as never,
  });
  const connection: BackendConnection = connectBackend({
    connect: async () => {
      const { port1, port2 } = new MessageChannel();
      serveRpc(router, portWire(port1), { actor: { name: 'test', role }, log });
      return portWire(port2);
    },
  });
  onTestFinished(() => connection.close());
  return { bus, connection };
}

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: TrainyardError) => error.code,
  );

test('a call and its answer', async () => {
  const { connection } = backend('viewer');
  expect(await connection.rpc.app.info()).toMatchObject({ version: '1', role: 'viewer' });
});

test('errors keep their code, unknown ones tell nothing, roles and bad input are refused', async () => {
  const { connection } = backend();
  const ours = await connection.rpc.app.dismissNotice({ id: 'ours' }).catch((error: TrainyardError) => error);
  expect(ours).toMatchObject({ code: 'OURS', message: 'ours {', params: { a: 1 }, retryable: true });
  const unknown = await connection.rpc.app.dismissNotice({ id: 'x' }).catch((error: TrainyardError) => error);
  expect(unknown).toMatchObject({ code: 'INTERNAL', details: '' });
  expect(JSON.stringify(unknown)).not.toContain('secret');
  expect(await code(connection.rpc.app.dismissNotice({ id: 5 } as never))).toBe('INPUT_INVALID');
  expect(await code(connection.rpc.sites.list())).toBe('NOT_AVAILABLE');
  const viewer = backend('viewer').connection;
  expect(await code(viewer.rpc.app.dismissNotice({ id: 'ours' }))).toBe('ROLE_TOO_LOW');
});

test('events: open means subscribed, a slow reader finds the newest, an abort ends it', async () => {
  const { bus, connection } = backend();
  const abort = new AbortController();
  const events = await connection.rpc.app.events(undefined, { signal: abort.signal });
  const total = 3000;
  for (let n = 1; n <= total; n++) bus.publish({ type: 'site.removed', siteId: '000000000000' });
  bus.publish({ type: 'prompt.closed', promptId: 'last' });
  const got: AppEvent[] = [];
  for await (const event of events) {
    got.push(event);
    if (event.type === 'prompt.closed') break;
  }
  expect(got.at(-1)).toEqual({ type: 'prompt.closed', promptId: 'last' });
  expect(got.length).toBeLessThan(10);
  abort.abort();
});
