import type { IdleCost } from '#shared/domain/cost.ts';
import type { Machine } from '#shared/domain/machine.ts';
import { wholeAccelerators } from './accelerators.ts';
import type { Charge, Paid } from './charge.ts';

/** Accelerators that were paid for and that nobody was charged for. Null of machines without a price, or without accelerators. */
export function idleOf(machine: Machine, paid: readonly Paid[], charged: readonly Charge[]): IdleCost | null {
  const gpus = wholeAccelerators(machine.inventory?.accelerators ?? []);
  const pricedMs = paid.reduce((sum, each) => sum + each.pricedMs, 0);
  if (gpus === 0 || pricedMs === 0) return null;
  const chargedMs = paid.reduce((sum, each) => sum + each.chargedMs, 0);
  const cost = paid.reduce((sum, { micros }) => sum + micros, 0);
  return {
    machineId: machine.id,
    machineName: machine.name,
    gpus,
    idleGpuHours: hours(Math.max(0, pricedMs - chargedMs) * gpus),
    paidGpuHours: hours(pricedMs * gpus),
    idleMicros: Math.max(0, cost - charged.reduce((sum, { micros }) => sum + micros, 0)),
  };
}

export const hours = (ms: number): number => ms / 3_600_000;
