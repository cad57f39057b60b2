/** Placing one run: every machine of one's own and every offer, judged. Pure. */
export { workEngine } from './engine.ts';
export type {
  Objective,
  OwnGpu,
  OwnLine,
  OwnMachine,
  PlaceInputs,
  PlaceQuestion,
  Unready,
} from './inputs.ts';
export { inputsHashOf, place } from './place.ts';
export { diskGBOf } from './reckoning.ts';
export type { FitQuestion, Joined, WorkEngine, WorkFit } from './work.ts';
