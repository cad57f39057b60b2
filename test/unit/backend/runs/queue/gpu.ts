import { type Accelerator, accelerator } from '#shared/domain/machine.ts';

export const gpu = (index: number, more: Partial<Accelerator> = {}): Accelerator =>
  accelerator.parse({
    index,
    uuid: `GPU-${index}`,
    vendor: 'nvidia',
    model: 'NVIDIA A100-SXM4-80GB',
    memoryBytes: 80e9,
    memoryUsedBytes: 0,
    utilisation: 0,
    temperatureC: 30,
    powerW: 50,
    powerLimitW: 400,
    ...more,
  });
