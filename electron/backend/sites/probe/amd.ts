import type { Accelerator } from '#shared/domain/machine.ts';
import type { Section } from './frame.ts';
import { clean, number } from './text.ts';

const maxAccelerators = 128;
type Fields = Record<string, unknown>;

/** AMD accelerators, from rocm-smi, else amd-smi, else the kernel's own files. ROCm takes indexes where NVIDIA takes uuids. */
export function readAmd(sections: ReadonlyMap<string, Section>): Accelerator[] {
  const found = [readRocm(sections), readAmdSmi(sections), readKernelFiles(sections)];
  return found.find((accelerators) => accelerators.length > 0) ?? [];
}

const blank = (index: number, model: string): Accelerator => ({
  index,
  uuid: String(index),
  vendor: 'amd',
  model: clean(model, 100) || 'AMD GPU',
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

/** rocm-smi --json: {"card0": {"VRAM Total Memory (B)": "…", …}}; the names of keys differ by version. */
function readRocm(sections: ReadonlyMap<string, Section>): Accelerator[] {
  const cards = Object.entries(fieldsOf(jsonIn(sections.get('rocm'))));
  return cards.slice(0, maxAccelerators).flatMap(([name, value]) => {
    const index = /^card(\d{1,3})$/.exec(name)?.[1];
    if (index === undefined) return [];
    const fields = Object.entries(fieldsOf(value));
    const pick = (pattern: RegExp) => textOf(fields.find(([key]) => pattern.test(key))?.[1]);
    const model =
      pick(/^Device Name$/i) ?? pick(/^Card Series$/i) ?? pick(/^Card Model$/i) ?? pick(/^Market Name$/i);
    return [
      {
        ...blank(Number(index), model ?? ''),
        memoryBytes: number(pick(/^VRAM Total Memory/i)),
        memoryUsedBytes: number(pick(/^VRAM Total Used/i)),
        utilisation: number(pick(/^GPU use/i), { max: 100 }),
        temperatureC: number(pick(/^Temperature \(Sensor (?:edge|junction)/i), { min: -100, max: 300 }),
        powerW: number(pick(/(?:Average|Current).*Power \(W\)/i), { max: 100_000 }),
        powerLimitW: number(pick(/^Max.*Power/i), { max: 100_000 }),
      },
    ];
  });
}

/** amd-smi --json: a list of {gpu, asic, vram} and one of {gpu, usage, mem_usage, temperature, power}; values as {value, unit}. */
function readAmdSmi(sections: ReadonlyMap<string, Section>): Accelerator[] {
  const rows = (name: string) => {
    const json = jsonIn(sections.get(name));
    const list = Array.isArray(json) ? json : fieldsOf(json).gpu_data;
    return (Array.isArray(list) ? list : []).slice(0, maxAccelerators).map(fieldsOf);
  };
  const metrics = rows('amd-metric');
  return rows('amd-static').map((row, at) => {
    const index = quantity(row.gpu) ?? at;
    const metric = metrics.find((other) => other.gpu === row.gpu) ?? {};
    const asic = fieldsOf(row.asic);
    const bytes = (value: unknown) => {
      const size = quantity(value);
      return size === null ? null : size * 1024 * 1024;
    };
    const percent = quantity(fieldsOf(metric.usage).gfx_activity);
    const temperature = fieldsOf(metric.temperature);
    return {
      ...blank(Number.isInteger(index) && index < 1024 ? index : at, textOf(asic.market_name) ?? ''),
      memoryBytes: bytes(fieldsOf(row.vram).size),
      memoryUsedBytes: bytes(fieldsOf(metric.mem_usage).used_vram),
      utilisation: percent === null || percent > 100 ? null : percent,
      temperatureC: quantity(temperature.hotspot) ?? quantity(temperature.edge),
      powerW: quantity(fieldsOf(metric.power).socket_power),
    };
  });
}

/** The probe's own line per card: id, name, total, used, busy, m°C, µW, µW. */
function readKernelFiles(sections: ReadonlyMap<string, Section>): Accelerator[] {
  return (sections.get('amd-cards')?.lines ?? []).slice(0, maxAccelerators).flatMap((line, index) => {
    const parts = line.split('\t');
    if (parts.length !== 8) return [];
    const scaled = (text: string | undefined, by: number) => {
      const value = number(text);
      return value === null ? null : value / by;
    };
    return [
      {
        ...blank(index, parts[1] ?? ''),
        memoryBytes: number(parts[2]),
        memoryUsedBytes: number(parts[3]),
        utilisation: number(parts[4], { max: 100 }),
        temperatureC: scaled(parts[5], 1_000),
        powerW: scaled(parts[6], 1_000_000),
        powerLimitW: scaled(parts[7], 1_000_000),
      },
    ];
  });
}

/** The JSON that a tool printed, behind whatever warnings it printed before; null where there is none. */
export function jsonIn(section: Section | undefined): unknown {
  const lines = section?.lines ?? [];
  const start = lines.findIndex((line) => /^\s*[[{]/.test(line));
  if (start < 0) return null;
  try {
    return JSON.parse(lines.slice(start).join('\n'));
  } catch {
    return null; // cut off or not JSON at all: the tool found nothing that we can use
  }
}

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

export const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
};

/** 12, "12" or {value: 12, unit: "W"}. */
function quantity(value: unknown): number | null {
  return number(textOf(value) ?? textOf(fieldsOf(value).value));
}
