import type { PortfolioSolution } from '#shared/domain/plan.ts';
import { along, axisOf, evenAxisOf, moneyAxisOf } from '../one/scatter-scale.ts';
import type { Choices } from './many-store.ts';

/** One of the plans that may be taken instead. */
export interface Choice {
  key: string;
  kind: 'front' | 'strategy';
  /** Among those of its kind, from 1. */
  place: number;
  solution: PortfolioSolution;
}

/** The front first, the soonest first. */
export const choicesOf = ({ front, strategies: rules }: Choices): Choice[] => [
  ...front.map((solution, index) => choice('front', solution, index)),
  ...rules.map((solution, index) => choice('strategy', solution, index)),
];

const choice = (kind: Choice['kind'], solution: PortfolioSolution, index: number): Choice => ({
  key: `${kind} ${kind === 'front' ? index + 1 : solution.strategy}`,
  kind,
  place: index + 1,
  solution,
});

/** Runs that are late or have no place. */
export const missedOf = ({ late, placed, assignments }: PortfolioSolution): number =>
  late + assignments.length - placed;

/** What stands to the right: when all is done, or how many runs are late or left out. */
export type Across = 'time' | 'missed';

const msPerHour = 3_600_000;

export interface PlacedChoice {
  choice: Choice;
  x: number;
  y: number;
}

/** From left to right; where two stand at the same place to the right, the cheaper one first. */
export function layOutChoices(choices: readonly Choice[], across: Across, perDollar: number) {
  const acrossOf = ({ solution }: Choice) =>
    across === 'time' ? solution.makespanMs / msPerHour : missedOf(solution);
  const values = choices.map(acrossOf);
  const xs = across === 'time' ? axisOf(values) : evenAxisOf(values);
  const ys = moneyAxisOf(
    choices.map(({ solution }) => solution.costMicros),
    perDollar,
  );
  const points = choices
    .map(
      (choice): PlacedChoice => ({
        choice,
        x: along(xs, acrossOf(choice)),
        y: along(ys, choice.solution.costMicros),
      }),
    )
    .sort((a, b) => a.x - b.x || a.y - b.y);
  return { points, xs, ys };
}
