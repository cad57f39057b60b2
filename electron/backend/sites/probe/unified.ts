import type { Accelerator } from '#shared/domain/machine.ts';
import { fieldsOf, jsonIn, textOf } from './amd.ts';
import { pairs, type Section } from './frame.ts';
import { clean, number } from './text.ts';

export interface Memory {
  totalBytes: number | null;
  availableBytes: number | null;
}

/** Accelerators that share the machine's memory: Jetson boards, Apple's chips. */
export function readUnified(
  sections: ReadonlyMap<string, Section>,
  memory: Memory,
  nvidia: readonly Accelerator[],
): Accelerator[] {
  const tegra = sections.get('tegra');
  if (tegra) return readTegra(tegra, memory, nvidia);
  return [...nvidia, ...readApple(sections.get('apple'), memory)];
}

/** JetPack 6 has an nvidia-smi that knows next to nothing, earlier ones have none: the kernel's files fill in. */
function readTegra(section: Section, memory: Memory, nvidia: readonly Accelerator[]): Accelerator[] {
  const said = pairs(section);
  const load = number(said.get('load'), { max: 1000 });
  const board = {
    memoryBytes: memory.totalBytes,
    memoryUsedBytes: usedOf(memory),
    utilisation: load === null ? null : load / 10,
  };
  if (nvidia.length > 0) {
    return nvidia.map((one) => ({
      ...one,
      memoryBytes: one.memoryBytes ?? board.memoryBytes,
      memoryUsedBytes: one.memoryUsedBytes ?? board.memoryUsedBytes,
      utilisation: one.utilisation ?? board.utilisation,
    }));
  }
  const model = clean(said.get('model') ?? '', 100);
  return [{ ...unified('nvidia', model || 'NVIDIA Jetson'), ...board }];
}

function readApple(section: Section | undefined, memory: Memory): Accelerator[] {
  const displays = fieldsOf(jsonIn(section)).SPDisplaysDataType;
  return (Array.isArray(displays) ? displays : [])
    .map(fieldsOf)
    .filter((card) => /apple/i.test(textOf(card.spdisplays_vendor) ?? textOf(card.sppci_model) ?? ''))
    .slice(0, 1)
    .map((card) => {
      const cores = number(textOf(card.sppci_cores), { max: 10_000 });
      const model = clean(textOf(card.sppci_model) ?? 'Apple GPU', 80);
      return {
        ...unified('apple', cores === null ? model : `${model} (${cores} cores)`),
        memoryBytes: memory.totalBytes,
      };
    });
}

const usedOf = ({ totalBytes, availableBytes }: Memory): number | null =>
  totalBytes === null || availableBytes === null ? null : Math.max(0, totalBytes - availableBytes);

const unified = (vendor: Accelerator['vendor'], model: string): Accelerator => ({
  index: 0,
  uuid: '0',
  vendor,
  model,
  memoryBytes: null,
  memoryUsedBytes: null,
  utilisation: null,
  temperatureC: null,
  powerW: null,
  powerLimitW: null,
  mig: null,
  fault: null,
  processes: [],
});
