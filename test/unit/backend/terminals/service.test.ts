import { expect, onTestFinished, test } from 'vitest';
import { EventBus } from '#backend/events.ts';
import type { OpenShell, ShellOptions } from '#backend/processes/index.ts';
import type { RunPlace } from '#backend/terminals/index.ts';
import { Terminals } from '#backend/terminals/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { newId } from '#shared/domain/id.ts';
import { ManualClock, tempStore } from '#test/temp-store.ts';
import { until } from '#test/until.ts';
import { FakeShell } from './fakes.ts';

const actor = { name: 'tester', role: 'operator' } as const;
const lost = () => new TrainyardError('SSH_CONNECTION_LOST', 'It is gone.', { retryable: true });
const size = { cols: 80, rows: 24 };

/** The room with a machine that the test plays. */
async function world() {
  const store = await tempStore();
  const machineId = newId();
  store.sites.insert({
    id: machineId,
    kind: 'ssh',
    name: 'box',
    ssh: { host: 'box' },
    autoConnect: true,
    createdAt: 0,
  });
  store.machines.upsert({ id: machineId, siteId: machineId, name: 'box' });
  const clock = new ManualClock();
  const shells: FakeShell[] = [];
  const asked: ShellOptions[] = [];
  const recorded: { action: string; details?: unknown }[] = [];
  const logged: unknown[] = [];
  let fails: TrainyardError | null = null;
  let connected = true;
  let tmux = 'none';
  const listeners = new Set<(machineId: string) => void>();
  const make = () => {
    const events = new EventBus();
    const terminals = new Terminals({
      store,
      events,
      activity: { record: (entry) => void recorded.push(entry) },
      clock,
      log: {
        warn: (...all: unknown[]) => logged.push(all),
        error: (...all: unknown[]) => logged.push(all),
      } as never,
      machines: {
        programs: async () => ({
          exec: async () => ({
            stdout: Buffer.from(`${tmux}\n`),
            stderr: Buffer.from(''),
            exitCode: 0,
            signal: null,
          }),
          spawn: () => Promise.reject(new Error('not here')),
        }),
        isConnected: () => connected,
        onConnected(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
        onDisconnected: () => () => undefined,
        async shells() {
          if (fails !== null) throw fails;
          return {
            async openShell(options): Promise<OpenShell> {
              asked.push(options);
              const shell = new FakeShell();
              shells.push(shell);
              return shell;
            },
          };
        },
      },
      runPlace: async (): Promise<RunPlace> => ({
        machineId,
        directory: '/runs/x/code',
        environment: '',
        pid: 77,
      }),
      scripts: { terminal: 'terminal.sh', gpuView: 'gpu-view.sh' },
    });
    terminals.start();
    onTestFinished(() => terminals.shutDown());
    return { terminals, events };
  };
  const { terminals, events } = make();
  const state = (id: string, wanted: string, of = terminals) =>
    until(`it is ${wanted}`, () => of.list().find((each) => each.id === id)?.state === wanted);
  return {
    ...{ store, machineId, clock, shells, asked, recorded, logged, terminals, events, make, state },
    fail(error: TrainyardError | null) {
      fails = error;
    },
    connect(is: boolean) {
      connected = is;
      if (is) for (const listener of [...listeners]) listener(machineId);
    },
    tmuxIs(said: string) {
      tmux = said;
    },
  };
}

test('sent twice it is one terminal; it is recorded, listed, told to the pages, and gone when closed', async () => {
  const { terminals, machineId, state, shells, recorded, events, asked, store } = await world();
  const told: string[] = [];
  events.subscribe((event) => void told.push(event.type));
  const request = { requestId: newId(), machineId, kind: 'shell', size } as const;
  const { id } = terminals.open(request, actor);
  expect(terminals.open(request, actor).id).toBe(id);
  await state(id, 'open');
  expect(asked).toMatchObject([{ cols: 80, rows: 24, command: null }]);
  expect(terminals.rename(id, ' a\u0007b ', actor).name).toBe('ab');
  await terminals.close(id, actor);
  expect(shells[0]?.killed).toBe(true);
  expect(terminals.list()).toEqual([]);
  expect(store.sql.all('SELECT id FROM terminals')).toEqual([]);
  expect(recorded.map(({ action }) => action)).toEqual([
    'terminal.open',
    'terminal.rename',
    'terminal.close',
  ]);
  expect(told.at(-1)).toBe('terminal.removed');
});

test('a lost one waits for its machine, and opens anew where the shell said it was', async () => {
  const { terminals, machineId, state, shells, asked, fail, connect } = await world();
  const { id } = terminals.open(
    { requestId: newId(), machineId, kind: 'shell', directory: '/srv', size },
    actor,
  );
  await state(id, 'open');
  expect(asked[0]?.command?.args?.[0]).toBe('/srv');
  shells[0]?.output.write('\x1b]7;file://box/data\x07on screen');
  await until('it has said so', () => terminals.list()[0]?.directory === '/data');
  connect(false);
  fail(lost());
  shells[0]?.lose(lost());
  await state(id, 'lost');
  expect(terminals.list()[0]?.error?.code).toBe('SSH_CONNECTION_LOST');
  terminals.restart(id, actor);
  expect((await terminals.text(id)).text).toBe('on screen\n');
  fail(null);
  connect(true);
  await state(id, 'open');
  expect(asked.at(-1)?.command?.args?.[0]).toBe('/data');
  expect((await terminals.text(id)).text).toMatch(
    /on screen\n\[Trainyard: the connection was lost at .*This is a new shell/,
  );
});

test('one that cannot be opened says why, and can be tried again', async () => {
  const { terminals, machineId, state, fail } = await world();
  fail(new TrainyardError('MACHINE_UNREACHABLE', 'No way there.', { retryable: true }));
  const { id } = terminals.open({ requestId: newId(), machineId, kind: 'shell', size }, actor);
  await state(id, 'ended');
  expect(terminals.list()[0]?.error?.code).toBe('MACHINE_UNREACHABLE');
  fail(null);
  terminals.restart(id, actor);
  await state(id, 'open');
});

test('after the app: what tmux keeps waits for its machine, the others have ended; nothing shown is in the database', async () => {
  const { terminals, machineId, state, shells, tmuxIs, make, connect, store, recorded, logged } =
    await world();
  const app = terminals.open({ requestId: newId(), machineId, kind: 'shell', size }, actor).id;
  const kept = terminals.open(
    { requestId: newId(), machineId, kind: 'shell', keptBy: 'tmux', size },
    actor,
  ).id;
  await state(app, 'open');
  await state(kept, 'open');
  store.settings.update({ terminalTitles: 'allow' });
  for (const shell of shells) shell.output.write('\x1b]0;a-canary-title\x07a-canary-line');
  await until('titles are told', () => terminals.list().every(({ title }) => title === 'a-canary-title'));
  terminals.resize(app, { cols: 81, rows: 25 });
  await terminals.shutDown();
  expect(shells.every(({ killed }) => killed)).toBe(true);
  expect(JSON.stringify([store.sql.all('SELECT * FROM terminals'), recorded, logged])).not.toContain(
    'canary',
  );

  tmuxIs('there');
  const again = make().terminals;
  const found = (id: string) => again.list().find((each) => each.id === id);
  expect(found(app)).toMatchObject({ state: 'ended', error: { code: 'TERMINAL_APP_RESTARTED' } });
  expect(found(kept)).toMatchObject({ state: 'lost', error: { code: 'TERMINAL_WAITS' } });
  connect(true);
  await state(kept, 'open', again);
  await again.shutDown();
  tmuxIs('none');
  const third = make().terminals;
  expect(third.list().map(({ id }) => id)).toEqual([kept]);
  connect(true);
  await state(kept, 'ended', third);
  expect(third.list()[0]?.error?.code).toBe('TERMINAL_SESSION_GONE');
});

test('without tmux over there the app keeps it, and the screen says so', async () => {
  const { terminals, machineId, state, tmuxIs, asked } = await world();
  tmuxIs('missing');
  const { id } = terminals.open(
    { requestId: newId(), machineId, kind: 'shell', keptBy: 'tmux', size },
    actor,
  );
  await state(id, 'open');
  expect(terminals.list()[0]?.keptBy).toBe('app');
  expect(asked[0]?.command).toBeNull();
  expect((await terminals.text(id)).text).toContain('tmux is not installed');
});

test('a title is asked for, taken when allowed, and put away when denied', async () => {
  const { terminals, machineId, state, shells, store, events } = await world();
  const { id } = terminals.open({ requestId: newId(), machineId, kind: 'shell', size }, actor);
  await state(id, 'open');
  shells[0]?.output.write('\x1b]2;vim file\x07');
  await until('it is asked', () => terminals.list()[0]?.titleAsked);
  expect(terminals.list()[0]?.title).toBe('');
  const set = (terminalTitles: 'ask' | 'allow' | 'deny') =>
    events.publish({ type: 'settings.changed', settings: store.settings.update({ terminalTitles }) });
  set('allow');
  expect(terminals.list()[0]).toMatchObject({ title: 'vim file', titleAsked: false });
  set('deny');
  expect(terminals.list()[0]).toMatchObject({ title: '', titleAsked: false });
});

test('bad requests are refused with their reason', async () => {
  const { terminals, machineId } = await world();
  const open = (over: object) => () =>
    terminals.open({ requestId: newId(), machineId, kind: 'shell', size, ...over }, actor);
  const code = (wanted: string) => expect.objectContaining({ code: wanted });
  expect(open({ machineId: newId() })).toThrow(code('MACHINE_UNKNOWN'));
  expect(open({ runId: newId() })).toThrow(code('RUN_UNKNOWN'));
  for (const directory of ['relative', '../up', '/a\nb', '~root/x'])
    expect(open({ directory })).toThrow(code('TERMINAL_DIRECTORY_INVALID'));
  expect(() => terminals.resize(newId(), size)).toThrow(code('TERMINAL_UNKNOWN'));
});

test('a session that was left on its machine is listed, shown again by its own terminal, and told where it is gone', async () => {
  const { terminals, machineId, state, shells, recorded, tmuxIs } = await world();
  tmuxIs('missing');
  expect(await terminals.kept(machineId)).toEqual({ tmux: false, sessions: [] });
  const mine = newId();
  tmuxIs(
    [
      `1700000000 0 trainyard-${mine} python /home/mei/a b`,
      '1700000100 2 theirs bash /root',
      `1700000200 1 trainyard-${newId()}`,
      '/a path with a\u0007 line of its own',
    ].join('\n'),
  );
  const { tmux, sessions } = await terminals.kept(machineId);
  expect(tmux).toBe(true);
  expect(sessions).toMatchObject([
    { createdAt: 1_700_000_200_000, attached: true, command: '', directory: '' },
    { session: `trainyard-${mine}`, attached: false, command: 'python', directory: '/home/mei/a b' },
  ]);

  const request = { machineId, kind: 'shell', size, session: `trainyard-${mine}` } as const;
  tmuxIs('there');
  const shown = terminals.open({ ...request, requestId: newId() }, actor);
  expect(shown).toMatchObject({ id: mine, keptBy: 'tmux' });
  await state(mine, 'open');
  expect(terminals.open({ ...request, requestId: newId() }, actor).id).toBe(mine);
  expect(shells).toHaveLength(1);
  await terminals.close(mine, actor, { keepSession: true });
  expect(shells[0]?.killed).toBe(true);

  tmuxIs('none');
  terminals.open({ ...request, requestId: newId() }, actor);
  await state(mine, 'ended');
  expect(terminals.list()[0]?.error?.code).toBe('TERMINAL_SESSION_GONE');
  await terminals.endKept({ machineId, session: `trainyard-${newId()}` }, actor);
  expect(recorded.map(({ action }) => action)).toEqual([
    'terminal.open',
    'terminal.leave',
    'terminal.open',
    'terminal.endKept',
  ]);
});
