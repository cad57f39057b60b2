import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { OpenShell, ShellOptions } from '#backend/processes/index.ts';
import type { SshConnection } from '#backend/ssh/index.ts';
import { Terminals } from '#backend/ssh/pool/terminals.ts';
import type { ShellRoom } from '#backend/ssh/transport/shell.ts';
import { TrainyardError } from '#shared/domain/error.ts';

const asked: ShellOptions = { cols: 80, rows: 24, command: null };

/** A connection whose server allows so many sessions; two of them are in use by programs. */
function connection(sessions: number, busy = 0) {
  const shells = new Set<OpenShell>();
  const it = {
    state: 'connected' as 'connected' | 'closed',
    get shells() {
      return shells.size;
    },
    async shellWithin(_options: ShellOptions, { most, spare }: ShellRoom): Promise<OpenShell | null> {
      if (shells.size >= most || busy + shells.size + 1 + spare > sessions) return null;
      const exit = Promise.withResolvers<{ exitCode: number | null; signal: string | null }>();
      const output = new PassThrough();
      const shell: OpenShell = {
        input: new PassThrough(),
        output,
        resize: () => undefined,
        exited: exit.promise,
        kill() {
          shells.delete(shell);
          exit.resolve({ exitCode: null, signal: 'SIGHUP' });
          output.destroy();
        },
      };
      shells.add(shell);
      return shell;
    },
    onState: () => () => undefined,
    async close() {
      it.state = 'closed';
    },
  };
  return it;
}
const asConnection = (it: ReturnType<typeof connection>) => it as unknown as SshConnection;
const needsAnswer = () => new TrainyardError('SSH_NEEDS_USER', 'It needs an answer.');

test('one terminal on the shared connection, eight on each of their own, which end with their last', async () => {
  const own: ReturnType<typeof connection>[] = [];
  const terminals = new Terminals('box', async () => {
    const made = connection(10);
    own.push(made);
    return asConnection(made);
  });
  const shared = connection(8, 2);
  const open = await Promise.all(
    Array.from({ length: 12 }, () => terminals.open(asConnection(shared), asked)),
  );
  expect([shared.shells, ...own.map(({ shells }) => shells)]).toEqual([1, 8, 3]);
  for (const shell of open.slice(9)) shell.kill();
  await Promise.all(open.slice(9).map(({ exited }) => exited));
  await new Promise((resolve) => setImmediate(resolve));
  expect(own.map(({ state }) => state)).toEqual(['connected', 'closed']);
  await terminals.close();
  expect(own[0]?.state).toBe('closed');
});

test('where a further connection would need the user, the shared one takes what it can spare; then it is said', async () => {
  const terminals = new Terminals('box', () => Promise.reject(needsAnswer()));
  const shared = connection(8, 2);
  for (let at = 0; at < 3; at++) await terminals.open(asConnection(shared), asked);
  await expect(terminals.open(asConnection(shared), asked)).rejects.toMatchObject({
    code: 'SHELLS_FULL',
    params: { machine: 'box', open: 3 },
  });
  expect(shared.shells).toBe(3);
});

test('aborted while it waits for its turn, it opens nothing; what comes after it is not held up', async () => {
  const making = Promise.withResolvers<SshConnection>();
  const terminals = new Terminals('box', () => making.promise);
  const shared = connection(1);
  const first = terminals.open(asConnection(shared), asked);
  const abort = new AbortController();
  const second = terminals.open(asConnection(shared), { ...asked, signal: abort.signal });
  const third = terminals.open(asConnection(shared), asked);
  abort.abort();
  await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
  const own = connection(10);
  making.resolve(asConnection(own));
  await Promise.all([first, third]);
  expect(own.shells).toBe(2);
  await terminals.close();
});
