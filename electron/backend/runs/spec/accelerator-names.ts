/**
 * Accelerators by the names that SkyPilot's catalogue gives them, with the memory of one in GiB. Kept by hand from the
 * makers' data sheets; what is not here is refused with the nearest name, because a misspelt GPU is a run that waits for ever.
 */
const gpus: readonly (readonly [name: string, memoryGiB: number])[] = [
  // NVIDIA, data centre
  ['A10', 24],
  ['A10G', 24],
  ['A16', 16],
  ['A2', 16],
  ['A30', 24],
  ['A40', 48],
  ['A100', 40],
  ['A100-80GB', 80],
  ['A100-80GB-SXM', 80],
  ['A800', 80],
  ['B100', 192],
  ['B200', 180],
  ['B300', 288],
  ['GB10', 128],
  ['GB200', 192],
  ['GB300', 288],
  ['GH200', 96],
  ['H20', 96],
  ['H100', 80],
  ['H100-80GB', 80],
  ['H100-MEGA-80GB', 80],
  ['H100-NVL', 94],
  ['H100-SXM', 80],
  ['H200', 141],
  ['H200-NVL', 141],
  ['H200-SXM', 141],
  ['H800', 80],
  ['K80', 12],
  ['L4', 24],
  ['L20', 48],
  ['L40', 48],
  ['L40S', 48],
  ['M4000', 8],
  ['M40', 24],
  ['M60', 8],
  ['P4', 8],
  ['P40', 24],
  ['P100', 16],
  ['T4', 16],
  ['T4g', 16],
  ['V100', 16],
  ['V100-32GB', 32],
  // NVIDIA, workstation
  ['P4000', 8],
  ['P5000', 16],
  ['P6000', 24],
  ['RTX4000', 8],
  ['RTX5000', 16],
  ['RTX6000', 24],
  ['RTX8000', 48],
  ['RTXA2000', 12],
  ['RTXA4000', 16],
  ['RTXA4500', 20],
  ['RTXA5000', 24],
  ['RTXA5500', 24],
  ['RTXA6000', 48],
  ['RTX2000-Ada', 16],
  ['RTX4000-Ada', 20],
  ['RTX4500-Ada', 24],
  ['RTX5000-Ada', 32],
  ['RTX6000-Ada', 48],
  ['RTXPRO4500', 32],
  ['RTXPRO5000', 48],
  ['RTXPRO6000', 96],
  ['TitanRTX', 24],
  ['TitanV', 12],
  ['TitanXp', 12],
  // NVIDIA, GeForce
  ['GTX1060', 6],
  ['GTX1070', 8],
  ['GTX1080', 8],
  ['GTX1080Ti', 11],
  ['GTX1650', 4],
  ['GTX1660', 6],
  ['RTX2060', 6],
  ['RTX2070', 8],
  ['RTX2080', 8],
  ['RTX2080Ti', 11],
  ['RTX3050', 8],
  ['RTX3060', 12],
  ['RTX3060Ti', 8],
  ['RTX3070', 8],
  ['RTX3070Ti', 8],
  ['RTX3080', 10],
  ['RTX3080Ti', 12],
  ['RTX3090', 24],
  ['RTX3090Ti', 24],
  ['RTX4060', 8],
  ['RTX4060Ti', 16],
  ['RTX4070', 12],
  ['RTX4070Ti', 12],
  ['RTX4080', 16],
  ['RTX4080S', 16],
  ['RTX4090', 24],
  ['RTX5060', 8],
  ['RTX5060Ti', 16],
  ['RTX5070', 12],
  ['RTX5070Ti', 16],
  ['RTX5080', 16],
  ['RTX5090', 32],
  // NVIDIA, Jetson
  ['Orin', 64],
  ['Thor', 128],
  ['Xavier', 32],
  // AMD
  ['MI25', 16],
  ['MI50', 32],
  ['MI60', 32],
  ['MI100', 32],
  ['MI210', 64],
  ['MI250', 128],
  ['MI250X', 128],
  ['MI300', 192],
  ['MI300A', 128],
  ['MI300X', 192],
  ['MI308X', 192],
  ['MI325X', 256],
  ['MI350X', 288],
  ['MI355X', 288],
  ['RadeonPro-V520', 8],
  ['RadeonPro-V620', 32],
  ['RadeonPro-V710', 28],
  ['RX7900XT', 20],
  ['RX7900XTX', 24],
  ['W6800', 32],
  ['W7900', 48],
];

/** Right in SkyPilot, but of machines that Trainyard does not reach yet. */
const elsewhere: readonly (readonly [name: string, memoryGiB: number])[] = [
  ['Gaudi HL-205', 32],
  ['Gaudi2', 96],
  ['Gaudi3', 128],
  ['Inferentia', 8],
  ['Inferentia2', 32],
  ['Trainium', 32],
  ['Trainium2', 96],
  ['Trainium3', 144],
];

const otherSpellings = new Map([
  ['a100-40gb', 'A100'],
  ['rtxpro6000blackwell', 'RTXPRO6000'],
]);

const byLowerName = new Map(gpus.map(([name]) => [name.toLowerCase(), name]));
const elsewhereByLowerName = new Map(elsewhere.map(([name]) => [name.toLowerCase(), name]));
const memoryByName = new Map([...gpus, ...elsewhere]);

export const acceleratorNames: readonly string[] = gpus.map(([name]) => name);

/** The catalogue's spelling of a GPU's name, however its letters are cased; null where there is no such GPU. */
export function canonicalAccelerator(name: string): string | null {
  const lower = name.toLowerCase();
  return otherSpellings.get(lower) ?? byLowerName.get(lower) ?? null;
}

/** The name of an accelerator that only rented machines have (TPU, Trainium …), or null. */
export function acceleratorElsewhere(name: string): string | null {
  const lower = name.toLowerCase();
  if (/^tpu-[a-z0-9-]+$/.test(lower)) return lower;
  return elsewhereByLowerName.get(lower) ?? null;
}

/** GiB of one accelerator by its canonical name, where known. */
export const acceleratorMemoryGiB = (name: string): number | null => memoryByName.get(name) ?? null;

const amd = /^(?:MI|Radeon|RX7|W\d)/;

/** All GPUs with that memory (or at least that), of one maker or of any. */
export function acceleratorsByMemory(gib: number, atLeast: boolean, maker: string | null): string[] {
  return gpus
    .filter(([, memory]) => (atLeast ? memory >= gib : memory === gib))
    .filter(([name]) => maker === null || (maker === 'amd') === amd.test(name))
    .map(([name]) => name);
}
