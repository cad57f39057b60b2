import { expect, test } from 'vitest';
import { CopyBox } from '#backend/copies/box.ts';
import { checkKey, KeyJournal, sweepKeys } from '#backend/copies/keys.ts';
import type { RunsPrograms } from '#backend/processes/index.ts';
import type { MachineAccess } from '#backend/sites/index.ts';
import { ManualClock, tempStore } from '#test/temp-store.ts';
import { until } from '#test/until.ts';

const box = new CopyBox({ id: 'one', name: 'one' }, () => Promise.reject(new Error('nothing is asked')));
const ended = (exitCode: number, stderr: string) => {
  const said = { stdout: Buffer.alloc(0), stderr: Buffer.from(stderr) };
  return () => checkKey(box, { exitCode, signal: null, ...said });
};

test('a session that was removed meanwhile is a broken link: another key may be made', () => {
  expect(ended(3, '!gone the session is over\n')).toThrow(
    expect.objectContaining({ code: 'COPY_LINK_LOST', retryable: true }),
  );
});

test('every other refusal is what it says', () => {
  expect(ended(0, '')).not.toThrow();
  expect(ended(3, '!write authorized_keys is locked\n')).toThrow(
    expect.objectContaining({ code: 'COPY_CANNOT_WRITE', details: 'authorized_keys is locked' }),
  );
  expect(ended(1, 'sh: not found')).toThrow(expect.objectContaining({ code: 'COPY_ANSWER_INVALID' }));
});

/** A machine that removes a key at the attempt with this number, and stays connected for so many. */
async function swept(removedAt: number, connectedFor: number) {
  const journal = new KeyJournal(await tempStore(), new ManualClock());
  journal.add({ id: 'key', machineId: 'one', sourceId: 'two' });
  journal.release('key');
  const tries = { made: 0, warned: 0 };
  const connected: ((machineId: string) => void)[] = [];
  const programs = {
    exec: async () => {
      const isGone = ++tries.made >= removedAt;
      const said = { stdout: Buffer.from(isGone ? '0\n' : ''), stderr: Buffer.from('!write it is locked\n') };
      return { exitCode: isGone ? 0 : 3, signal: null, ...said };
    },
  } as unknown as RunsPrograms;
  const access = {
    isConnected: () => tries.made < connectedFor,
    onConnected: (listener: (machineId: string) => void) => {
      connected.push(listener);
      return () => undefined;
    },
  } as unknown as MachineAccess;
  const log = { warn: () => tries.warned++ } as never;
  const boxOf = (id: string) => new CopyBox({ id, name: id }, async () => programs);
  const end = sweepKeys(journal, { access, boxOf, log, againMs: 1 });
  for (const tell of connected) tell('one');
  return { journal, tries, end };
}

test('what could not be removed at a connection is tried again while that lasts', async () => {
  const { journal, tries, end } = await swept(3, 9);
  await until('it is gone', () => journal.leftOn('one').length === 0);
  await end();
  expect(tries).toEqual({ made: 3, warned: 2 });
  expect(journal.leftOn('two')).toEqual(['key']);
});

test.each([
  ['not for ever', 9, 3],
  ['nor over a connection that is no more', 2, 2],
])('%s', async (_, connectedFor, made) => {
  const { journal, tries, end } = await swept(9, connectedFor);
  await until('it has tried', () => tries.made === made);
  await end();
  expect({ ...tries, left: journal.leftOn('one') }).toEqual({ made, warned: made, left: ['key'] });
});
