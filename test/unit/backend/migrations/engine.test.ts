import { expect, test } from 'vitest';
import { a, ask, b, problems, runToEnd, simStore, simulation } from './simulation.ts';

async function one() {
  const { world, laptops } = simulation([await simStore()]);
  const [laptop] = laptops;
  if (laptop === undefined) throw new Error('no laptop');
  return { world, laptop, source: world.box(a), destination: world.box(b) };
}

test.each(['request', 'next', 'last'] as const)('a move by "%s" goes through', async (mode) => {
  const { world, laptop, source, destination } = await one();
  await ask(laptop, mode);
  const [move] = await runToEnd(world, [laptop]);
  expect(move).toMatchObject({
    phase: 'committed',
    fromEpoch: 1,
    toEpoch: 2,
    backEpoch: null,
    error: null,
    mode,
  });
  expect(world.alive()).toEqual([`2@${b}`]);
  expect(source.tomb).toEqual({ epoch: 1, to: expect.any(String) });
  expect(destination.alive()[0]?.fromStep).toBe(move?.checkpoint?.step);
  expect(problems(world, [laptop])).toEqual([]);
  expect(laptop.activity.map(({ action }) => action)).toEqual(['migration.start', 'migration.commit']);
  expect(move?.downtime?.totalMs).toBeGreaterThan(0);
  expect(move?.phases.map(({ phase }) => phase)).toEqual([
    'preparing',
    'precopying',
    'armed',
    'stopping',
    'copying',
    'verified',
    'starting',
    'confirming',
    'committed',
  ]);
});
