/** The runs on one box: what they are asked and what they answer, over `resources/remote`. */
export { createBoxRuns } from './box.ts';
export type { BoxOptions } from './connection.ts';
export type * from './interface.ts';
