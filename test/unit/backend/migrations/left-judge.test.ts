import { expect, test } from 'vitest';
import { whyItStays } from '#backend/migrations/leftovers/judge.ts';
import type { FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import type { Run } from '#shared/domain/run.ts';

const [left, there] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb'];
type Context = Parameters<typeof whyItStays>[0];
const run = {
  id: 'rrrrrrrrrrrr',
  name: 'sft',
  machineId: there,
  machineName: 'there',
  spec: { checkpoint: null },
  attempts: [{ epoch: 1 }, { epoch: 2 }],
} as unknown as Run;
const at = (step: number | null, path = `step-${step}`): FoundCheckpoint =>
  ({ path, step, bytes: 10, complete: true }) as FoundCheckpoint;

interface Scene {
  moving?: boolean;
  claimed?: boolean;
  attempts?: { epoch: number; trainerAlive?: boolean }[];
  ended?: { sourceEnded: string; kept: unknown[] };
  checkpoints?: Record<string, FoundCheckpoint[]>;
  unseen?: string;
}

function why(scene: Scene, machineId = left) {
  const {
    moving = false,
    claimed = false,
    attempts = [{ epoch: 1 }],
    ended = { sourceEnded: 'seen', kept: [1] },
    checkpoints = {},
  } = scene;
  const record = {
    migration: { phase: 'committed', from: { machineId: left }, kept: ended.kept },
    memory: { sourceEnded: ended.sourceEnded },
  };
  const context = {
    journal: { list: ({ active }: { active: boolean }) => (active ? (moving ? [record] : []) : [record]) },
    handover: {
      claimedBy: () => (claimed ? 'recovery' : null),
      connect: async (id: string) => {
        if (scene.unseen === id) throw new Error('out of sight');
        return {
          box: {
            status: async () => ({
              attempts: attempts.map((each) => ({ trainerAlive: false, supervisorAlive: false, ...each })),
            }),
            install: async () => ({ root: '/home/u/.trainyard' }),
          },
        };
      },
    },
    looks: {
      directoryOf: (_spec: unknown, work: string) => `${work}/checkpoints`,
      ownOf: () => null,
      inspect: async (id: string) => checkpoints[id] ?? [],
    },
  } as unknown as Context;
  return whyItStays(context, run, machineId, new AbortController().signal).then((each) => each?.code ?? null);
}

test('what is in use stays', async () => {
  expect(await why({}, there)).toBe('LEFT_IN_USE');
  expect(await why({ moving: true })).toBe('LEFT_MOVING');
  expect(await why({ claimed: true })).toBe('LEFT_MOVING');
  expect(await why({ attempts: [{ epoch: 1, trainerAlive: true }] })).toBe('LEFT_IN_USE');
  // Another computer has had it go on there.
  expect(await why({ attempts: [{ epoch: 3 }] })).toBe('LEFT_IN_USE');
});

test('what is nowhere else stays', async () => {
  expect(await why({ ended: { sourceEnded: 'timer', kept: [] } })).toBe('LEFT_NOT_BROUGHT');
  expect(await why({ checkpoints: { [left]: [at(20), at(40)], [there]: [at(20)] } })).toBe(
    'LEFT_ONLY_CHECKPOINT',
  );
  expect(await why({ checkpoints: { [left]: [at(40)] } })).toBe('LEFT_ONLY_CHECKPOINT');
  expect(await why({ checkpoints: { [left]: [at(null, 'x')], [there]: [at(null, 'y')] } })).toBe(
    'LEFT_ONLY_CHECKPOINT',
  );
  await expect(why({ unseen: there, checkpoints: { [left]: [at(40)] } })).rejects.toThrow('out of sight');
});

test('what the run has where it is may go', async () => {
  expect(await why({})).toBeNull();
  expect(await why({ checkpoints: { [left]: [at(40)], [there]: [at(40), at(60)] } })).toBeNull();
  expect(await why({ checkpoints: { [left]: [at(40)], [there]: [at(60)] } })).toBeNull();
  expect(await why({ checkpoints: { [left]: [at(null, 'x')], [there]: [at(null, 'x')] } })).toBeNull();
  // Its last files had come along before it was out of sight.
  expect(await why({ ended: { sourceEnded: 'timer', kept: [1] } })).toBeNull();
});
