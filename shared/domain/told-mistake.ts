import type { Told } from './because.ts';

/** Thrown where a text is read and does not make sense: whoever catches it says it within a sentence of theirs. */
export class ToldMistake extends Error {
  readonly told: Told;

  constructor(told: Told) {
    super(told.message);
    this.told = told;
  }
}
