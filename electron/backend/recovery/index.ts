/** What happens to runs and is made good by their policies: crash, preemption, reboot, a host that the user gave up. */
export type { ProposalDesk, RecoveryDependencies, SpareCopies } from './context.ts';
export { logTailOf } from './log-tail.ts';
export { Recovery } from './recovery.ts';
