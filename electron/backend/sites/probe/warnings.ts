import type { Inventory } from '#shared/domain/machine.ts';

type Warning = Inventory['warnings'][number];
const warning = (code: string, message: string): Warning => ({ code, message });

/** Everything the probe may have to say beside its findings. The codes are translated like those of errors. */
export const warn = {
  gpuToolEnded: (tool: string) =>
    warning(
      'GPU_TOOL_ENDED',
      `${tool} did not finish in time or printed without end, and was ended. Its GPUs are not known; the driver may need a restart.`,
    ),
  gpuToolFailed: (tool: string, why: string) => warning('GPU_TOOL_FAILED', `${tool} failed: ${why}`),
  gpuDriverMissing: () =>
    warning(
      'GPU_DRIVER_MISSING',
      'nvidia-smi cannot reach the NVIDIA driver. Check that the driver is installed and loaded.',
    ),
  gpuDriverMismatch: () =>
    warning(
      'GPU_DRIVER_MISMATCH',
      'The NVIDIA driver was updated while it was loaded (driver/library version mismatch). Reboot the machine, or reload the driver.',
    ),
  gpuFault: (count: number) =>
    warning(
      'GPU_FAULT',
      count === 1
        ? 'A GPU is faulty and is not used for runs.'
        : `${count} GPUs are faulty and are not used for runs.`,
    ),
  noProc: () => warning('NO_PROC', 'This system has no /proc: some figures are missing.'),
  homeMissing: () =>
    warning('HOME_MISSING', 'The home directory does not exist, so runs cannot keep their files there.'),
  homeReadOnly: () =>
    warning('HOME_READ_ONLY', 'The home directory is read-only, so runs cannot keep their files there.'),
  diskFull: (path: string, freeMib: number) =>
    warning('DISK_NEARLY_FULL', `The disk of the home directory (${path}) has only ${freeMib} MiB left.`),
  disksCutOff: () =>
    warning(
      'DISKS_NOT_ANSWERING',
      'Asking for free disk space took too long: a network file system may hang. Some disks are not shown.',
    ),
  softwareCutOff: () =>
    warning(
      'SOFTWARE_NOT_ANSWERING',
      'Looking for installed software took too long: the list may be incomplete.',
    ),
  incomplete: () => warning('PROBE_INCOMPLETE', 'The machine’s answer ended early: some of it is missing.'),
  clockSkew: (seconds: number) =>
    warning('CLOCK_SKEW', `The machine’s clock is ${seconds} s off from this computer’s clock.`),
};
