import { createServer, connect as netConnect, type Server, type Socket } from 'node:net';
import pino from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Clock } from '#backend/clock.ts';
import { systemClock } from '#backend/clock.ts';
import { EventBus } from '#backend/events.ts';
import { Forwards, patienceMs } from '#backend/ports/index.ts';
import { connectHere, localPrograms, portRefused } from '#backend/processes/index.ts';
import type { Store } from '#backend/store/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import { newId } from '#shared/domain/id.ts';
import { ManualClock, tempStore } from '#test/temp-store.ts';
import { until } from '#test/until.ts';

const me = { name: 'Ann', role: 'owner' } as const;

/** A machine that is this computer, connected or not as the test wishes. */
async function room({ store: given, clock = systemClock }: { store?: Store; clock?: Clock } = {}) {
  const store = given ?? (await tempStore());
  const known = store.sites.list().find(({ name }) => name === 'box');
  const machineId = known?.id ?? newId();
  if (!known) {
    store.sites.insert({
      id: machineId,
      kind: 'ssh',
      name: 'box',
      ssh: { host: 'box' },
      autoConnect: false,
      createdAt: 1,
    });
    store.machines.upsert({ id: machineId, siteId: machineId, name: 'box' });
  }
  const events = new EventBus();
  const told: AppEvent[] = [];
  events.subscribe((event) => told.push(event));
  const acts: string[] = [];
  const connected = new Set<(machineId: string) => void>();
  const disconnected = new Set<(machineId: string) => void>();
  let there = true;
  let refusing = false;
  const programs = localPrograms();
  const forwards = new Forwards({
    store,
    events,
    activity: { record: ({ action }: { action: string }) => acts.push(action) } as never,
    clock,
    log: pino({ level: 'silent' }),
    script: 'exit 3',
    machines: {
      programs: async () => programs,
      ports: async () => {
        if (!there) throw new TrainyardError('MACHINE_UNREACHABLE', 'It is away.', { retryable: true });
        return {
          connectTo: (host, port, signal) =>
            refusing ? Promise.reject(portRefused(host, port)) : connectHere(host, port, signal),
        };
      },
      isConnected: () => there,
      onConnected: (listener) => {
        connected.add(listener);
        return () => connected.delete(listener);
      },
      onDisconnected: (listener) => {
        disconnected.add(listener);
        return () => disconnected.delete(listener);
      },
    },
  });
  let open = true;
  const shutDown = async () => {
    if (open) await forwards.shutDown();
    open = false;
  };
  onTestFinished(async () => {
    await shutDown();
    await programs.close();
  });
  forwards.start();
  const see = (isThere: boolean) => {
    there = isThere;
    for (const listener of isThere ? connected : disconnected) listener(machineId);
  };
  const ask = (
    remotePort: number,
    more: { localPort?: number; requestId?: string; remoteHost?: string } = {},
  ) =>
    forwards.open(
      { requestId: newId(), machineId, remotePort, remoteHost: '127.0.0.1', label: '', ...more },
      me,
    );
  const refuse = (isRefusing: boolean) => {
    refusing = isRefusing;
  };
  return { store, forwards, told, acts, events, machineId, see, refuse, ask, shutDown };
}

/** A server over there. */
async function server(onConnection: (socket: Socket) => void): Promise<{ port: number; server: Server }> {
  const made = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void made.close());
  return { port: (made.address() as { port: number }).port, server: made };
}
const echo = () => server((socket) => socket.pipe(socket));

/** Sends, ends, and returns what came until the other end ended; or how it was cut off. */
async function exchange(port: number, text: string | Buffer, host = '127.0.0.1'): Promise<string> {
  const socket = netConnect({ port, host, allowHalfOpen: true });
  socket.end(text);
  let got = '';
  try {
    for await (const chunk of socket) got += chunk;
    return got;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'failed';
  }
}

describe('forwarded ports', () => {
  test('bytes go both ways and are counted, 200 connections at once, each half-closed by itself', async () => {
    const { ask, forwards } = await room();
    const { port } = await server(async (socket) => {
      let bytes = 0;
      for await (const chunk of socket) bytes += chunk.length;
      socket.end(`got ${bytes}`);
    });
    const { localPort } = await ask(port);
    expect(localPort).not.toBe(port); // that number is taken on this computer
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, at) => exchange(localPort, Buffer.alloc(at * 1_000))),
    );
    expect(answers).toEqual(Array.from({ length: 200 }, (_, at) => `got ${at * 1_000}`));
    await until('all are gone', () => forwards.list()[0]?.connections === 0);
    expect(forwards.list()[0]).toMatchObject({ state: 'open', sentBytes: 19_900_000, error: null });
  });

  test('only loopback is listened on, of both kinds', async () => {
    const { ask } = await room();
    const { port } = await echo();
    const { localPort } = await ask(port);
    expect(await exchange(localPort, 'hello')).toBe('hello');
    const six = await exchange(localPort, 'hello', '::1');
    expect(['hello', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETUNREACH']).toContain(six);
  });

  test('who reads slowly holds up the one who sends, and gets every byte', async () => {
    const { ask, forwards } = await room();
    const total = 40_000_000;
    const { port } = await server((socket) => socket.end(Buffer.alloc(total)));
    const { localPort } = await ask(port);
    const socket = netConnect({ port: localPort, host: '127.0.0.1' });
    socket.pause();
    let before = -1;
    await until(
      'no more comes',
      () => {
        const now = forwards.list()[0]?.receivedBytes ?? 0;
        const still = now > 0 && now === before;
        before = now;
        return still;
      },
      { everyMs: 300 },
    );
    expect(before).toBeLessThan(total / 2);
    let bytes = 0;
    for await (const chunk of socket) bytes += chunk.length;
    expect(bytes).toBe(total);
  });

  test('where nobody listens over there it is cut off, and said; then it goes on', async () => {
    const { ask, forwards, refuse } = await room();
    const { port } = await echo();
    const { localPort } = await ask(port);
    refuse(true);
    expect(await exchange(localPort, 'x')).toBe('ECONNRESET');
    await until('it is said', () => forwards.list()[0]?.error?.code === 'PORT_REFUSED');
    refuse(false);
    expect(await exchange(localPort, 'hello')).toBe('hello');
    expect(forwards.list()[0]?.error).toBeNull();
  });

  test('a machine that is away is waited for, but not for ever', async () => {
    const clock = new ManualClock();
    const { ask, forwards, see } = await room({ clock });
    const { port } = await echo();
    const { localPort } = await ask(port);
    see(false);
    expect(forwards.list()[0]?.state).toBe('waiting');
    const early = exchange(localPort, 'hello');
    await until('it waits', () => forwards.list()[0]?.connections === 1);
    see(true);
    expect(await early).toBe('hello');
    see(false);
    const late = exchange(localPort, 'hello');
    await until('it waits', () => forwards.list()[0]?.connections === 1);
    await until('it is given up', () => {
      clock.advance(patienceMs);
      return forwards.list()[0]?.connections === 0;
    });
    expect(await late).toBe('ECONNRESET');
    expect(forwards.list()[0]).toMatchObject({ state: 'waiting', error: { code: 'MACHINE_UNREACHABLE' } });
  });

  test('it keeps its local port over a restart; taken meanwhile, it says so and takes it when it is free', async () => {
    const clock = new ManualClock();
    const first = await room({ clock });
    const { port } = await echo();
    const { id } = await first.ask(port);
    first.forwards.rename(id, 'my board', me);
    await first.shutDown();
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port: localPort } = blocker.address() as { port: number };
    first.store.sql.run("UPDATE forwards SET content = json_set(content, '$.localPort', ?)", localPort);
    const second = await room({ store: first.store, clock });
    await until('it says so', () => second.forwards.list()[0]?.error?.code === 'PORT_TAKEN');
    expect(second.forwards.list()).toMatchObject([{ id, localPort, label: 'my board', state: 'failed' }]);
    await new Promise((resolve) => blocker.close(resolve));
    await until('it listens again', () => {
      clock.advance(10_000);
      return second.forwards.list()[0]?.state === 'open';
    });
    expect(await exchange(localPort, 'again')).toBe('again');
    await second.forwards.close(id, me);
    expect(await exchange(localPort, 'x')).toBe('ECONNREFUSED');
    expect([...first.acts, ...second.acts]).toEqual(['ports.open', 'ports.rename', 'ports.close']);
  });

  test('a taken port, an unknown machine and a bad host are refused; the same twice is one', async () => {
    const { ask, forwards, machineId } = await room();
    const { port } = await echo();
    const requestId = newId();
    const [one, two, three] = await Promise.all([
      ask(port, { requestId }),
      ask(port, { requestId }),
      ask(port),
    ]);
    expect([two.id, three.id]).toEqual([one.id, one.id]);
    expect((await ask(port, { requestId })).id).toBe(one.id);
    await expect(ask(port, { localPort: port })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      params: { port },
    });
    await expect(ask(port, { remoteHost: '-oProxyCommand=x' })).rejects.toMatchObject({
      code: 'FORWARD_HOST_INVALID',
    });
    await expect(forwards.close(newId(), me)).rejects.toMatchObject({ code: 'FORWARD_UNKNOWN' });
    await expect(forwards.listening({ machineId })).rejects.toMatchObject({ code: 'PORTS_UNREADABLE' });
    expect(forwards.list()).toHaveLength(1);
  });

  test('closing ends its connections; a site that is removed takes its forwards along', async () => {
    const { ask, forwards, told, events, machineId } = await room();
    const { port } = await echo();
    const { id, localPort } = await ask(port);
    const socket = netConnect({ port: localPort, host: '127.0.0.1' });
    const over = new Promise((resolve) => socket.once('error', resolve));
    socket.write('x');
    await new Promise((resolve) => socket.once('data', resolve));
    await forwards.close(id, me);
    expect(((await over) as NodeJS.ErrnoException).code).toBe('ECONNRESET');
    const { id: other } = await ask(port);
    events.publish({ type: 'site.removed', siteId: machineId });
    await until('it is gone', () => forwards.list().length === 0);
    expect(told.filter(({ type }) => type === 'forward.removed')).toMatchObject([
      { forwardId: id },
      { forwardId: other },
    ]);
  });

  test('what changes by the byte is told twice a second at most', async () => {
    const clock = new ManualClock();
    const { ask, told } = await room({ clock });
    const { port } = await echo();
    const { localPort } = await ask(port);
    const count = () => told.filter(({ type }) => type === 'forward.changed').length;
    const before = count();
    for (let at = 0; at < 20; at++) await exchange(localPort, 'hello');
    expect(count()).toBe(before);
    clock.advance(500);
    await until('the rest is told', () => count() === before + 1);
    const last = told.findLast((event) => event.type === 'forward.changed');
    expect(last).toMatchObject({ forward: { sentBytes: 100, receivedBytes: 100 } });
  });
});
