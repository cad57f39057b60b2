import { expect, test } from 'vitest';
import type { MigrationMode } from '#shared/domain/migration.ts';
import type { SimLaptop } from '#test/fakes/moving/sim-laptop.ts';
import { a, ask, b, goesOn, problems, runToEnd, simStore, simulation } from './simulation.ts';

// The computer sleeps for an hour in the middle of a move, and the boxes do not: whatever was armed there happens meanwhile.
const hour = 3_600_000;

/**
 * Moves again and again, asleep at the first, second, third … moment, until there is none left. `sleeps` has it sleep at that moment
 * and counts up those there were.
 */
async function atEachMoment(
  mode: MigrationMode,
  sleeps: (laptop: SimLaptop, moment: number) => { moments: () => number; where: () => string },
): Promise<string[]> {
  const stores = [await simStore()];
  const ends = new Set<string>();
  for (let moment = 1; ; moment++) {
    const { world, laptops } = simulation(stores);
    const [laptop] = laptops;
    if (laptop === undefined) throw new Error('no laptop');
    const { moments, where } = sleeps(laptop, moment);
    await ask(laptop, mode);
    const [move] = await runToEnd(world, [laptop]);
    if (moments() < moment) return [...ends].sort();
    const said = `asleep after ${where()}; ${JSON.stringify(move?.error)}`;
    expect(problems(world, [laptop]), said).toEqual([]);
    expect(goesOn(world), `nobody trains; ${said}`).toBe(true);
    expect(world.alive()[0], said).toContain(`@${move?.phase === 'committed' ? b : a}`);
    ends.add(move?.phase ?? 'never begun');
  }
}

const afterALine = (counted: boolean) => (laptop: SimLaptop, moment: number) => {
  let lines = 0;
  laptop.onStep = () => {
    lines += 1;
    if (lines === moment) laptop.life.sleep(hour, { counted });
  };
  return { moments: () => lines, where: () => laptop.steps.slice(0, moment).join(' ') };
};

const overAnAnswer = (laptop: SimLaptop, moment: number) => {
  let [calls, at] = [0, ''];
  laptop.fate = (name) => {
    calls += 1;
    if (calls !== moment) return { fault: 'none', delayMs: 0 };
    at = `${name} in ${laptop.phase()}`;
    return { fault: 'asleep', delayMs: hour };
  };
  return { moments: () => calls, where: () => at };
};

const asleep: [string, MigrationMode, ReturnType<typeof afterALine>][] = [
  ['after each line of its journal, on a clock that counts the hour', 'request', afterALine(true)],
  ['after each line of its journal, on one that does not', 'last', afterALine(false)],
  ['before it reads an answer, whichever', 'request', overAnAnswer],
];
test.each(asleep)(
  'an hour of sleep %s: the move ends by itself, and one trains',
  async (_when, mode, sleeps) => {
    expect(await atEachMoment(mode, sleeps)).toEqual(['committed', 'rolled-back']);
  },
  120_000,
);
