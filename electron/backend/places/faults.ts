import type { Inventory } from '#shared/domain/machine.ts';
import type { Run } from '#shared/domain/run.ts';

/** Where its driver's tool has not said all, a GPU that is missing in the answer says nothing. */
const unsure = new Set([
  'GPU_TOOL_ENDED',
  'GPU_TOOL_FAILED',
  'GPU_DRIVER_MISSING',
  'GPU_DRIVER_MISMATCH',
  'PROBE_INCOMPLETE',
]);

/**
 * What is wrong with which accelerator of a machine, by uuid. One that a run holds and that the machine lists no more has gone, where
 * its driver answers otherwise: it lists others, or says that one is lost.
 */
export function faultsOf(inventory: Inventory | null, held: readonly string[]): Map<string, string> {
  const faults = new Map<string, string>();
  if (inventory === null) return faults;
  const { accelerators, warnings } = inventory;
  for (const { uuid, fault } of accelerators) if (fault !== null) faults.set(uuid, fault);
  const answers = accelerators.length > 0 || warnings.some(({ code }) => code === 'GPU_FAULT');
  if (!answers || warnings.some(({ code }) => unsure.has(code))) return faults;
  for (const uuid of held)
    if (!accelerators.some((each) => each.uuid === uuid))
      faults.set(uuid, 'is gone: its driver lists it no more');
  return faults;
}

/** The accelerators that the run holds where it is, by uuid. */
export const acceleratorsOf = ({ attempts }: Run): string[] =>
  attempts.at(-1)?.accelerators.map(({ uuid }) => uuid) ?? [];
