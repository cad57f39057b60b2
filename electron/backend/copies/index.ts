/** Copies: files from one machine to another, verified, resumable, over the best way there is. */
export { keyScript } from './box.ts';
export { type CopiesOptions, CopyService } from './copies.ts';
export type { Copies, CopyResult, CopySession, Manifest, Place, SendOptions } from './interface.ts';
export { JobTable } from './job-table.ts';
export { CopyJobs, type CopyPolicy, type CopyRequest } from './jobs.ts';
export { KeyJournal, sweepKeys } from './keys.ts';
export { openCopies } from './open.ts';
