import { expect, test } from 'vitest';
import { type ConnectionStatus, Reconnecting } from '#renderer/rpc/reconnect.ts';
import type { Wire } from '#shared/contract/wire.ts';
import { TrainyardError } from '#shared/domain/error.ts';

const offline = new TrainyardError('BACKEND_OFFLINE', 'offline', { retryable: true });

function wire(): Wire & { drop(): void } {
  const listeners: ((why: string) => void)[] = [];
  const drop = () => {
    for (const listener of listeners.splice(0)) listener('dropped');
  };
  return {
    send: async () => undefined,
    onMessage: () => undefined,
    onClose: (l) => listeners.push(l),
    close: drop,
    drop,
  };
}

/** Tries are answered by hand, time passes by hand. */
function scene({ deaf = false } = {}) {
  const tries: PromiseWithResolvers<Wire>[] = [];
  let timers: { ms: number; call: () => void }[] = [];
  const connection = new Reconnecting({
    connect(signal) {
      const attempt = Promise.withResolvers<Wire>();
      if (!deaf) signal.addEventListener('abort', () => attempt.reject(signal.reason));
      tries.push(attempt);
      return attempt.promise;
    },
    now: () => 5,
    random: () => 0,
    later(ms, call) {
      const timer = { ms, call };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    connectTimeoutMs: 99,
  });
  const states: ConnectionStatus['state'][] = [];
  connection.onStatus(({ state }) => states.push(state));
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const fire = async (ms: number) => {
    const due = timers.filter((timer) => timer.ms === ms);
    expect(due.length, `a timer of ${ms} ms`).toBe(1);
    timers = timers.filter((timer) => timer.ms !== ms);
    for (const { call } of due) call();
    await settle();
  };
  return { connection, tries, states, settle, fire, waits: () => timers.map(({ ms }) => ms) };
}

test('waits for the first try, then is refused at once while offline, and is back by itself', async () => {
  const { connection, tries, states, settle, fire, waits } = scene();
  connection.start();
  const first = connection.ready();
  tries[0]?.reject(offline);
  await expect(first).rejects.toBe(offline);
  expect(connection.status).toMatchObject({ state: 'offline', sinceAt: 5, nextTryAt: 1005 });
  await expect(connection.ready()).rejects.toBe(offline);
  await fire(1000);
  tries[1]?.reject(offline);
  await settle();
  expect(waits()).toEqual([2000]);
  await fire(2000);
  const made = wire();
  tries[2]?.resolve(made);
  await settle();
  await connection.ready();
  expect(connection.wire).toBe(made);
  made.drop();
  expect(connection.wire).toBeNull();
  expect(waits()).toEqual([1000]);
  expect(states).toEqual(['offline', 'offline', 'online', 'offline']);
  connection.close();
  expect(waits()).toEqual([]);
});

test('a try without an answer is given up; retryNow does not wait; two at once are one', async () => {
  const { connection, tries, settle, fire, waits } = scene();
  connection.start();
  connection.retryNow();
  expect(tries.length).toBe(1);
  await fire(99);
  expect(connection.status.state).toBe('offline');
  connection.retryNow();
  expect(waits()).toEqual([99]);
  tries[1]?.resolve(wire());
  await settle();
  expect(connection.status.state).toBe('online');
  connection.retryNow();
  expect(tries.length).toBe(2);
});

test('a session that is over is not tried again by itself', async () => {
  const { connection, tries, settle, waits } = scene();
  connection.start();
  tries[0]?.reject(new TrainyardError('SESSION_ENDED', 'over'));
  await settle();
  expect(connection.status).toMatchObject({ state: 'refused', error: { code: 'SESSION_ENDED' } });
  expect(waits()).toEqual([]);
  connection.retryNow();
  tries[1]?.resolve(wire());
  await settle();
  expect(connection.status.state).toBe('online');
});

test('closed while it connects, the wire that comes late is closed', async () => {
  const { connection, tries, settle } = scene({ deaf: true });
  connection.start();
  const waiting = connection.ready();
  connection.close();
  await expect(waiting).rejects.toMatchObject({ code: 'BACKEND_OFFLINE' });
  const late = wire();
  let closed = false;
  late.onClose(() => {
    closed = true;
  });
  tries[0]?.resolve(late);
  await settle();
  expect(connection.status.state).toBe('closed');
  expect(connection.wire).toBeNull();
  expect(closed).toBe(true);
});
