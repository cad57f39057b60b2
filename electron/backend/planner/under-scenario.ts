import { unlabelled } from '#shared/domain/sensitivity.ts';
import type { Scenario } from '#shared/domain/what-if.ts';
import { acceleratorFinder } from '#shared/planner/accelerators.ts';
import { ownHourlyRate } from '#shared/planner/own-costs.ts';
import type { OwnMachine, PlaceInputs } from '#shared/planner/place/index.ts';
import { machinesUnder } from '#shared/planner/what-if.ts';

/** Prices and machines under a scenario; demand and limits change apart. */
export function inputsUnder(inputs: PlaceInputs, scenario: Scenario, at: number): PlaceInputs {
  const find = acceleratorFinder(inputs.accelerators);
  const bought = scenario.bought.map(({ title, accelerator, gpus, costs }, index): OwnMachine => {
    const model = find(accelerator);
    const { microsPerHour } = ownHourlyRate(costs, gpus, model?.powerW ?? null);
    const gpu = { accelerator: model?.name ?? accelerator, memoryGiB: model?.memoryGiB ?? 0, freeAt: at };
    return {
      id: `bought-${index + 1}`,
      name: title,
      // It would stand where one's own machines do.
      maxLabel: inputs.machines[0]?.maxLabel ?? unlabelled,
      country: inputs.machines[0]?.country ?? null,
      gpus: Array.from({ length: gpus }, () => gpu),
      cpus: null,
      memoryGiB: null,
      freeDiskBytes: null,
      microsPerHour,
      ratedAt: at,
      pue: costs.pue,
      unready: null,
    };
  });
  return {
    ...inputs,
    machines: [...machinesUnder(inputs.machines, scenario), ...bought],
    priceFactor: inputs.priceFactor * (1 + scenario.pricePercent / 100),
  };
}
