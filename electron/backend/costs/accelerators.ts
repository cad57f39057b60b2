import type { Accelerator } from '#shared/domain/machine.ts';

/** Accelerators of a machine. Slices are parts of one that is listed itself. */
export const wholeAccelerators = (there: readonly Accelerator[]): number =>
  there.filter(({ mig }) => mig === null).length;

/** How many accelerators are held: a slice counts as its even part of the one it was cut from; what is not known (any more) as a whole one. */
export function heldOf(uuids: readonly string[], there: readonly Accelerator[]): number {
  const slices = new Map<number, number>();
  for (const { mig } of there)
    if (mig !== null) slices.set(mig.parentIndex, (slices.get(mig.parentIndex) ?? 0) + 1);
  return uuids.reduce((sum, uuid) => {
    const mig = there.find((each) => each.uuid === uuid)?.mig ?? null;
    return sum + (mig === null ? 1 : 1 / (slices.get(mig.parentIndex) ?? 1));
  }, 0);
}
