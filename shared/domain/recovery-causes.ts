/** What may happen to a run that its owner wants made good. `host-lost` is the user's word: invisibility never proves it. */
export const recoveryCauses = ['preemption', 'crash', 'reboot', 'host-lost'] as const;
export type RecoveryCause = (typeof recoveryCauses)[number];
