/** What says how much of its machine an attempt takes. */
export interface Sharing {
  /** Accelerators it holds. */
  gpus: number;
  /** Accelerators of its machine; 0: none, or not known. */
  machineGpus: number;
}

/** The whole of a machine in the whole numbers that shares are counted in: the least that 1 to 24 divide, so that theirs are exact. */
export const wholeMachine = 5_354_228_880;

/**
 * The share of each of the attempts that use a machine at the same time, in parts of `wholeMachine`: accelerators held ÷ accelerators there;
 * those that hold none share evenly what the others leave (on a machine without accelerators: all of it). Where more is held than
 * is there, shares shrink evenly. Together they are never more than the whole.
 */
export function sharesOf<U extends Sharing>(uses: readonly U[]): Map<U, number> {
  const shares = new Map<U, number>();
  let held = 0;
  for (const use of uses) {
    if (use.gpus <= 0) continue;
    const share = Math.floor((use.gpus * wholeMachine) / Math.max(use.gpus, use.machineGpus));
    shares.set(use, share);
    held += share;
  }
  if (held > wholeMachine) {
    for (const [use, share] of shares)
      shares.set(use, Number((BigInt(share) * BigInt(wholeMachine)) / BigInt(held)));
    held = wholeMachine;
  }
  const without = uses.filter(({ gpus }) => gpus <= 0);
  for (const use of without) shares.set(use, Math.floor((wholeMachine - held) / without.length));
  return shares;
}
