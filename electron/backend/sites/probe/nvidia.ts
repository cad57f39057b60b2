import type { Accelerator, Inventory } from '#shared/domain/machine.ts';
import type { Section } from './frame.ts';
import { clean, integer, number } from './text.ts';
import { warn } from './warnings.ts';

type Warning = Inventory['warnings'][number];
const mib = 1024 * 1024;
const maxAccelerators = 256;

export interface NvidiaFindings {
  accelerators: Accelerator[];
  driverVersion: string | null;
  cudaVersion: string | null;
  warnings: Warning[];
}

/** How many columns each of the probe's three queries has behind the name, from the largest query down. */
const columnsBehindName = { full: 8, old: 7, least: 3 } as const;

/**
 * What nvidia-smi said. Drivers from 470 to 610; a GPU that is lost, in error or in MIG mode has words where others
 * have numbers ("[GPU is lost]", "[Unknown Error]", "[N/A]").
 */
export function readNvidia(sections: ReadonlyMap<string, Section>): NvidiaFindings {
  const query = sections.get('nvidia');
  if (!query) return { accelerators: [], driverVersion: null, cudaVersion: null, warnings: [] };
  const old = sections.get('nvidia-old');
  const rows = [
    ...readRows(query, columnsBehindName.full),
    ...(old ? readRows(old, columnsBehindName.old) : []),
  ];
  if (rows.length === 0 && old) rows.push(...readRows(old, columnsBehindName.least));

  const listed = readList(sections.get('nvidia-list'));
  const accelerators = withSlices(rows.length > 0 ? rows : listed.gpus.map(fromListing), listed.slices);
  const driver = rows.map((row) => row.driver).find((version) => version !== null) ?? null;
  const table = sections.get('nvidia-table')?.lines.join('\n') ?? '';
  const kernelModule = sections.get('nvidia-driver')?.lines.join('\n') ?? '';
  return {
    accelerators,
    driverVersion: driver ?? /Kernel Module\s+(\d[\d.]{1,20})/.exec(kernelModule)?.[1] ?? null,
    // Driver 610 says "CUDA UMD Version" where the others say "CUDA Version".
    cudaVersion: /CUDA(?: UMD)? Version\s*:\s*(\d{1,3}(?:\.\d{1,3}){0,2})/.exec(table)?.[1] ?? null,
    warnings: complaints(query, old, sections.get('nvidia-list'), accelerators),
  };
}

interface Row {
  accelerator: Accelerator;
  driver: string | null;
  mig: boolean;
}

function readRows(section: Section, behindName: number): Row[] {
  const rows: Row[] = [];
  for (const line of section.lines) {
    const parts = line.split(',').map((part) => part.trim());
    // The name is the only free text: what is left between the fixed columns on both sides.
    if (parts.length < behindName + 3) continue;
    const index = integer(parts[0], { max: 1023 });
    if (index === null || rows.length >= maxAccelerators) continue;
    const values = parts.slice(-behindName);
    const name = parts.slice(2, parts.length - behindName).join(', ');
    rows.push(toRow(index, parts[1] ?? '', name, values));
  }
  return rows;
}

function toRow(index: number, uuid: string, name: string, values: string[]): Row {
  const [total, used, ...rest] = values;
  const least = values.length === columnsBehindName.least;
  const [utilisation, temperature, power, limit, driver, mig] = least
    ? [undefined, undefined, undefined, undefined, rest[0], undefined]
    : rest;
  return {
    accelerator: {
      index,
      uuid: /^GPU-[0-9A-Za-z-]{1,80}$/.test(uuid) ? uuid : String(index),
      vendor: 'nvidia',
      model: clean(name, 100) || 'NVIDIA GPU',
      memoryBytes: mebibytes(total),
      memoryUsedBytes: mebibytes(used),
      utilisation: number(utilisation, { max: 100 }),
      temperatureC: number(temperature, { min: -100, max: 300 }),
      powerW: number(power, { max: 100_000 }),
      powerLimitW: number(limit, { max: 100_000 }),
      mig: null,
      fault: faultIn(values),
      processes: [],
    },
    driver: /^\d[\d.]{1,20}$/.test(driver ?? '') ? (driver ?? null) : null,
    mig: mig === 'Enabled',
  };
}

function mebibytes(text: string | undefined): number | null {
  const value = number(text, { max: 1e9 });
  return value === null ? null : Math.round(value * mib);
}

function faultIn(values: readonly string[]): string | null {
  const all = values.join(' ');
  if (/GPU is lost/i.test(all)) return 'fell off the bus: only a reboot brings it back';
  if (/requires? reset/i.test(all)) return 'needs a reset';
  if (/Unknown Error/i.test(all)) return 'does not answer (Unknown Error)';
  if (/ERR!/.test(all)) return 'reports an error';
  return null;
}

interface Listing {
  gpus: { index: number; name: string; uuid: string }[];
  slices: { parent: number; device: number; profile: string; uuid: string }[];
}

/** `nvidia-smi -L`: "GPU 0: NVIDIA A100 (UUID: GPU-…)" and below it "  MIG 1g.10gb  Device 0: (UUID: MIG-…)". */
function readList(section: Section | undefined): Listing {
  const listing: Listing = { gpus: [], slices: [] };
  for (const line of section?.lines ?? []) {
    const gpu = /^GPU (\d{1,3}): (.{1,200}?) \(UUID: (GPU-[0-9A-Za-z-]{1,80})\)/.exec(line);
    if (gpu && listing.gpus.length < maxAccelerators) {
      listing.gpus.push({ index: Number(gpu[1]), name: gpu[2] ?? '', uuid: gpu[3] ?? '' });
    }
    const slice = /^\s+MIG (\S{1,40})\s+Device\s+(\d{1,3}): \(UUID: (MIG-[0-9A-Za-z/-]{1,100})\)/.exec(line);
    const parent = listing.gpus.at(-1);
    if (slice && parent && listing.slices.length < maxAccelerators) {
      listing.slices.push({
        parent: parent.index,
        device: Number(slice[2]),
        profile: slice[1] ?? '',
        uuid: slice[3] ?? '',
      });
    }
  }
  return listing;
}

function fromListing({ index, name, uuid }: Listing['gpus'][number]): Row {
  const nothing = Array.from({ length: columnsBehindName.full }, () => '');
  return toRow(index, uuid, name, nothing);
}

/**
 * A GPU in MIG mode, which cannot be used as a whole, is followed by its slices, numbered (parent + 1) × 100 + device so
 * that no two accelerators of a machine share an index. Without slices that is its fault.
 */
function withSlices(rows: readonly Row[], slices: Listing['slices']): Accelerator[] {
  const seen = new Set<string>();
  return rows
    .flatMap(({ accelerator, mig }) => {
      const own = slices.filter((slice) => slice.parent === accelerator.index);
      if (own.length === 0) {
        const fault = accelerator.fault ?? (mig ? 'MIG is on, but it has no instance to run on' : null);
        return [{ ...accelerator, fault }];
      }
      const ofSlices = own.map((slice) => ({
        ...accelerator,
        index: (accelerator.index + 1) * 100 + slice.device,
        uuid: slice.uuid,
        memoryBytes: profileBytes(slice.profile),
        memoryUsedBytes: null,
        utilisation: null,
        mig: { parentIndex: accelerator.index, profile: clean(slice.profile, 40) },
      }));
      return [accelerator, ...ofSlices];
    })
    .filter(({ uuid, index }) => {
      const isNew = !seen.has(uuid) && !seen.has(`#${index}`);
      seen.add(uuid).add(`#${index}`);
      return isNew;
    });
}

/** "2g.20gb" → 20 GiB; "1c.2g.20gb" and "1g.10gb+me" too. */
function profileBytes(profile: string): number | null {
  const size = /\.(\d{1,4})gb/.exec(profile)?.[1];
  return size === undefined ? null : Number(size) * 1024 * mib;
}

function complaints(
  query: Section,
  old: Section | undefined,
  list: Section | undefined,
  accelerators: readonly Accelerator[],
): Warning[] {
  const said = [query, old, list].flatMap((section) => section?.lines ?? []).join('\n');
  const warnings: Warning[] = [];
  if (query.cutOff) warnings.push(warn.gpuToolEnded('nvidia-smi'));
  if (/communicate with the NVIDIA driver/.test(said)) warnings.push(warn.gpuDriverMissing());
  else if (/Driver\/library version mismatch/.test(said)) warnings.push(warn.gpuDriverMismatch());
  else if (/Failed to initialize NVML: (.{1,200})/.test(said)) {
    warnings.push(warn.gpuToolFailed('nvidia-smi', clean(/NVML: (.{1,200})/.exec(said)?.[1] ?? '', 120)));
  }
  const faulty = accelerators.filter(({ fault }) => fault !== null).length;
  if (faulty > 0 || /GPU is lost/i.test(said)) warnings.push(warn.gpuFault(Math.max(1, faulty)));
  return warnings;
}
