import type { Told } from '#shared/domain/because.ts';
import type { Accelerator } from '#shared/domain/machine.ts';
import { sayRoom } from '#shared/domain/room-sentences.ts';
import type { AcceleratorRequest } from '#shared/domain/spec.ts';

const makers = new Set([
  'NVIDIA',
  'TESLA',
  'GEFORCE',
  'QUADRO',
  'AMD',
  'ATI',
  'INSTINCT',
  'RADEON',
  'APPLE',
  'INTEL',
]);
/** Form factors that drivers often leave out of the model's name. */
const formFactors = /^(?:SXM\d?|PCIE|NVL|NVLINK|OAM|HBM\d?E?)$/;
const memoryPart = /^(\d{1,4})GB$/;

interface Wanted {
  /** The name without maker, memory and form factor, in one piece: "RTX4090". Empty: any. */
  name: string;
  memoryGiB: number | null;
  migProfile: string | null;
}

function readName(asked: string): Wanted {
  const upper = asked.trim().toUpperCase();
  const profile = /^(?:MIG[-_])?(\dG\.\d{1,3}GB.*)$/.exec(upper)?.[1] ?? null;
  if (profile !== null) return { name: '', memoryGiB: null, migProfile: profile };
  const parts = upper.split(/[\s_-]+/).filter((part) => part !== '' && !makers.has(part));
  let memoryGiB: number | null = null;
  const kept = parts.filter((part) => {
    const memory = memoryPart.exec(part);
    if (memory !== null) memoryGiB = Number(memory[1]);
    return memory === null && !formFactors.test(part);
  });
  const name = kept.join('');
  return { name: name === 'ANY' || name === 'GPU' ? '' : name, memoryGiB, migProfile: null };
}

/** Whether some run of the model's words, put together, is the name: "RTX4090" is in "NVIDIA GeForce RTX 4090". */
function modelHasName(model: string, name: string): boolean {
  const words = model
    .toUpperCase()
    .split(/[\s_-]+/)
    .filter((word) => word !== '');
  for (let from = 0; from < words.length; from++) {
    let joined = '';
    for (let to = from; to < words.length && joined.length < name.length; to++) {
      joined += words[to];
      if (joined === name) return true;
    }
  }
  return false;
}

/** Whether this accelerator is of the kind asked for. A100 is any A100; A100-80GB one with at least about 80 GB. */
export function isOfKind(accelerator: Accelerator, asked: string): boolean {
  const { name, memoryGiB, migProfile } = readName(asked);
  if (migProfile !== null) return accelerator.mig?.profile.toUpperCase() === migProfile;
  // Who asks for an A100 wants a whole one; "any" takes a slice too.
  if (accelerator.mig !== null && name !== '') return false;
  if (name !== '' && !modelHasName(accelerator.model, name)) return false;
  // Drivers show a little less than the nominal size ("80GB" is 79.3 GiB or 74.5 GiB).
  return memoryGiB === null || (accelerator.memoryBytes ?? 0) >= memoryGiB * 1e9 * 0.93;
}

/** All that can be given to runs: healthy ones; where a card is cut into slices, the slices instead of the card. */
export function usable(accelerators: readonly Accelerator[]): Accelerator[] {
  const cut = new Set(accelerators.flatMap(({ mig }) => (mig === null ? [] : [mig.parentIndex])));
  return accelerators.filter((each) => each.fault === null && (each.mig !== null || !cut.has(each.index)));
}

/** Half a GPU is given as a whole one: sharing it would break "one run on one GPU". */
export const wholeCount = (request: AcceleratorRequest): number => Math.max(1, Math.ceil(request.count));

/** Programs that draw the desktop: they sit on a workstation's GPU and do not keep a training from it. */
const desktopPrograms =
  /^(?:Xorg|X|Xwayland|gnome-shell|kwin_\w+|plasmashell|mutter|sway|weston|cinnamon|gdm\S*|sddm\S*|nxnode\S*)$/;

/** The first process that holds the accelerator and is none of ours, in words; null when it is free of such. */
export function heldByOthers(accelerator: Accelerator, isOurRun: (runId: string) => boolean): Told | null {
  for (const { pid, user, command, runId } of accelerator.processes) {
    if (runId !== null && isOurRun(runId)) continue;
    const program = (command ?? '').trim().split(/\s+/)[0]?.split('/').at(-1) ?? '';
    if (desktopPrograms.test(program)) continue;
    const who = `${user === null ? '' : `${user}, `}pid ${pid}`;
    return program === ''
      ? sayRoom('HELD_BY_PROCESS', { who })
      : sayRoom('HELD_BY_PROGRAM', { program, who });
  }
  return null;
}

/** What makes a run see the accelerators it was given and no others. With none given on a machine that has some: none. */
export function visibleDevices(
  given: readonly Accelerator[],
  machineHas: readonly Accelerator[],
): Record<string, string> {
  const vendors = new Set((given.length > 0 ? given : machineHas).map(({ vendor }) => vendor));
  const env: Record<string, string> = {};
  if (vendors.has('nvidia')) {
    const devices = given.filter(({ vendor }) => vendor === 'nvidia');
    // Its uuid names a device whatever the order in which CUDA counts them; a slice has no other name.
    const named = devices.every(({ uuid }) => /^(?:GPU|MIG)-/.test(uuid));
    env.CUDA_VISIBLE_DEVICES = devices.map(({ uuid, index }) => (named ? uuid : String(index))).join(',');
    if (!named) env.CUDA_DEVICE_ORDER = 'PCI_BUS_ID';
  }
  if (vendors.has('amd')) {
    const devices = given.filter(({ vendor }) => vendor === 'amd');
    // HIP counts what ROCR lets through, from 0.
    env.ROCR_VISIBLE_DEVICES = devices.map(({ index }) => index).join(',');
    env.HIP_VISIBLE_DEVICES = devices.map((_, position) => position).join(',');
  }
  return env;
}
