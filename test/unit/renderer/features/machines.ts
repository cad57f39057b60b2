import type { Accelerator, Inventory, Machine } from '#shared/domain/machine.ts';
import type { RunSummary } from '#shared/domain/run.ts';

/** Machines and runs as the page gets them, plain unless told otherwise. */
export function accelerator(index: number, more: Partial<Accelerator> = {}): Accelerator {
  return {
    index,
    uuid: `GPU-${index}`,
    vendor: 'nvidia',
    model: 'NVIDIA H100 80GB HBM3',
    memoryBytes: 80 * 2 ** 30,
    memoryUsedBytes: 0,
    utilisation: 0,
    temperatureC: 40,
    powerW: 100,
    powerLimitW: 700,
    mig: null,
    fault: null,
    processes: [],
    ...more,
  };
}

export function machine(
  name: string,
  accelerators: Accelerator[] | null,
  more: Partial<Machine> = {},
): Machine {
  const id = name.padEnd(12, '0').slice(0, 12);
  return {
    id,
    siteId: id,
    siteName: name,
    siteKind: 'ssh',
    name,
    inventory: accelerators === null ? null : inventory(accelerators),
    seenAt: 1,
    connectionState: 'connected',
    runningRuns: 0,
    queuedRuns: 0,
    draining: false,
    ...more,
  };
}

function inventory(accelerators: Accelerator[]): Inventory {
  return {
    takenAt: 1,
    tookMs: 1,
    hostName: 'host',
    os: 'Debian',
    kernel: '6',
    architecture: 'x86_64',
    bootId: 'boot',
    uptimeMs: 1,
    user: 'me',
    home: '/home/me',
    loginShell: '/bin/sh',
    cpuModel: null,
    cpuCount: 4,
    load1: 1,
    memoryBytes: 2 ** 34,
    memoryAvailableBytes: 2 ** 33,
    disks: [
      { path: '/', filesystem: 'ext4', sizeBytes: 2 ** 40, freeBytes: 2 ** 39, readOnly: false },
      { path: '/home', filesystem: 'ext4', sizeBytes: 2 ** 40, freeBytes: 2 ** 38, readOnly: false },
    ],
    accelerators,
    driverVersion: null,
    cudaVersion: null,
    pythons: [],
    tools: {},
    clockSkewMs: 0,
    warnings: [],
  };
}

export function runOn(on: Machine, more: Partial<RunSummary> = {}): RunSummary {
  return {
    id: 'rrrrrrrrrrrr',
    name: 'run',
    state: 'running',
    evidence: { kind: 'heartbeat', at: 1, beat: 1 },
    seenAt: 1,
    machineId: on.id,
    machineName: on.name,
    machineConnection: on.connectionState,
    epoch: 1,
    priority: 0,
    createdAt: 1,
    startedAt: 1,
    endedAt: null,
    exitCode: null,
    acceleratorsAsked: '',
    acceleratorIndexes: [],
    lastMetrics: [],
    step: null,
    totalSteps: null,
    archived: false,
    moving: null,
    ...more,
  };
}
