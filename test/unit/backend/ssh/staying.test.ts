import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { RunningProgram } from '#backend/processes/index.ts';
import type { SshConnection } from '#backend/ssh/index.ts';
import { StayingPrograms } from '#backend/ssh/pool/staying.ts';
import type { RoomToStay } from '#backend/ssh/transport/channel-queue.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { ManualClock } from '#test/temp-store.ts';

const command = { script: 'exec sleep 600' };

/** A connection whose server allows so many sessions; one that is full has what comes wait. */
function connection(sessions: number) {
  const programs = new Set<RunningProgram>();
  const listeners = new Set<() => void>();
  const it = {
    state: 'connected' as 'connected' | 'closed' | 'lost',
    waiting: 0,
    programs,
    knowsRoom: () => Promise.resolve(),
    hasRoomToStay: ({ least, spare }: RoomToStay) => programs.size + 1 <= Math.max(least, sessions - spare),
    async spawn(): Promise<RunningProgram> {
      if (it.state !== 'connected') throw new TrainyardError('SSH_CONNECTION_LOST', 'It is gone.');
      if (programs.size >= sessions) {
        it.waiting++;
        return new Promise(() => undefined);
      }
      const exit = Promise.withResolvers<{ exitCode: number | null; signal: string | null }>();
      const program: RunningProgram = {
        stdin: new PassThrough(),
        stdout: new PassThrough(),
        stderr: new PassThrough(),
        exited: exit.promise,
        kill() {
          programs.delete(program);
          exit.resolve({ exitCode: null, signal: 'SIGTERM' });
        },
      };
      programs.add(program);
      return program;
    },
    onState: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    end(state: 'closed' | 'lost') {
      it.state = state;
      for (const listener of listeners) listener();
    },
    async close() {
      it.end('closed');
    },
  };
  return it;
}
type Fake = ReturnType<typeof connection>;
const asConnection = (it: Fake) => it as unknown as SshConnection;

/** A machine whose further connections are these; each is made as soon as it is asked for. */
function machine(sessions: number, refusal: TrainyardError | null = null) {
  const clock = new ManualClock();
  const own: Fake[] = [];
  const tries: number[] = [];
  const staying = new StayingPrograms(
    'box',
    async () => {
      tries.push(clock.now());
      if (refusal !== null) throw refusal;
      const made = connection(sessions);
      own.push(made);
      return asConnection(made);
    },
    clock,
  );
  const shared = connection(sessions);
  const spawn = (signal?: AbortSignal) =>
    staying.spawn(asConnection(shared), command, signal === undefined ? {} : { signal });
  return { clock, own, tries, shared, staying, spawn };
}

test('two sessions of the shared connection stay free; the rest is on further ones, made one at a time', async () => {
  const { shared, own, spawn, staying } = machine(8);
  const programs = await Promise.all(Array.from({ length: 20 }, () => spawn()));
  expect([shared, ...own].map((each) => each.programs.size)).toEqual([6, 7, 7]);
  // What has become free is used before another is made.
  programs[0]?.kill();
  programs[7]?.kill();
  await Promise.all([spawn(), spawn()]);
  expect([shared, ...own].map((each) => each.programs.size)).toEqual([6, 7, 7]);
  await staying.close();
  expect(own.map(({ state }) => state)).toEqual(['closed', 'closed']);
});

test('where few sessions are allowed nothing stays on the shared connection', async () => {
  for (const sessions of [1, 2]) {
    const { shared, own, spawn, staying } = machine(sessions);
    await Promise.all([spawn(), spawn(), spawn()]);
    expect(shared.programs.size).toBe(0);
    expect(own.map((each) => each.programs.size)).toEqual([1, 1, 1]);
    await staying.close();
  }
});

test('a further connection ends half a minute after its last program, and not while it has one', async () => {
  const { own, spawn, clock, staying } = machine(2);
  const first = await spawn();
  first.kill();
  await first.exited;
  await clock.advance(20_000);
  const second = await spawn();
  await clock.advance(40_000);
  expect(own.map(({ state }) => state)).toEqual(['connected']);
  second.kill();
  await second.exited;
  await clock.advance(29_000);
  expect(own[0]?.state).toBe('connected');
  await clock.advance(2_000);
  expect(own[0]?.state).toBe('closed');
  await spawn();
  expect(own).toHaveLength(2);
  await staying.close();
});

test('where another would need the user they wait on the shared one, and it is tried once for each connection', async () => {
  const refusal = new TrainyardError('SSH_NEEDS_USER', 'It needs an answer.');
  const { shared, spawn, tries, clock, staying } = machine(4, refusal);
  for (let at = 0; at < 4; at++) await spawn();
  void spawn();
  await clock.advance(600_000);
  void spawn();
  await new Promise((resolve) => setImmediate(resolve));
  expect([shared.programs.size, shared.waiting, tries.length]).toEqual([4, 2, 1]);
  const anew = connection(1);
  await staying.spawn(asConnection(anew), command);
  expect(tries).toHaveLength(2);
});

test('what fails for a passing reason is tried again after a minute', async () => {
  const refusal = new TrainyardError('SSH_REFUSED', 'It does not answer.', { retryable: true });
  const { spawn, tries, clock } = machine(8, refusal);
  for (let at = 0; at < 8; at++) await spawn();
  expect(tries).toHaveLength(1);
  await clock.advance(61_000);
  void spawn();
  await new Promise((resolve) => setImmediate(resolve));
  expect(tries).toHaveLength(2);
});

test('one that is lost is forgotten; who no longer waits is let go, and the others get theirs', async () => {
  const { own, spawn, staying } = machine(1);
  await spawn();
  own[0]?.end('lost');
  const abort = new AbortController();
  const given = spawn(abort.signal);
  const other = spawn();
  abort.abort();
  await expect(given).rejects.toMatchObject({ code: 'CANCELLED' });
  await other;
  expect(own.map((each) => each.programs.size)).toEqual([1, 1]);
  await staying.close();
});

test('with the shared connection gone nothing is begun', async () => {
  const { shared, spawn } = machine(1);
  shared.end('lost');
  await expect(spawn()).rejects.toMatchObject({ code: 'SSH_CONNECTION_LOST' });
});
