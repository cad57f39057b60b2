import type { Inventory } from '#shared/domain/machine.ts';
import { readAmd } from './amd.ts';
import { readDisks } from './disks.ts';
import { pairs, readFrame, type Section } from './frame.ts';
import { withHolders } from './holders.ts';
import { readNvidia } from './nvidia.ts';
import { readPythons, readTools } from './software.ts';
import { clean, integer, number } from './text.ts';
import { type Memory, readUnified } from './unified.ts';
import { warn } from './warnings.ts';

export interface ProbeAnswer {
  output: Uint8Array;
  nonce: string;
  /** Epoch ms of this computer: when the question was sent and the answer was there. */
  sentAt: number;
  receivedAt: number;
  tookMs: number;
}

const nearlyFullBytes = 256 * 1024 * 1024;
/** Below this a difference of clocks matters to nothing here. */
const skewWorthSayingMs = 5_000;
/** What only a full probe looks at; a light one leaves these as they were. */
const fullOnly = new Set([
  'HOME_MISSING',
  'HOME_READ_ONLY',
  'DISK_NEARLY_FULL',
  'DISKS_NOT_ANSWERING',
  'SOFTWARE_NOT_ANSWERING',
  'NO_PROC',
]);

/**
 * The probe's answer as an inventory; null when it is none at all. With `previous`, the answer of a light probe on top of
 * an earlier full one. Never throws, whatever the bytes: what cannot be read is missing, and `warnings` says so.
 */
export function parseProbe(answer: ProbeAnswer, previous: Inventory | null = null): Inventory | null {
  const sections = readFrame(answer.output, answer.nonce);
  const now = pairs(sections.get('now'));
  const base = sections.has('system') ? readFull(sections) : previous;
  if (!base || (!sections.has('now') && !sections.has('system'))) return null;

  const memory = readMemory(now);
  const nvidia = readNvidia(sections);
  const accelerators = withHolders(
    [...readUnified(sections, memory, nvidia.accelerators), ...readAmd(sections)],
    sections,
  );
  const skew = skewOf(sections, answer);
  const warnings = [
    ...base.warnings.filter(({ code }) => fullOnly.has(code)),
    ...nvidia.warnings,
    ...(sections.has('done') ? [] : [warn.incomplete()]),
    ...(skew && skew.surelyMs >= skewWorthSayingMs ? [warn.clockSkew(Math.round(skew.ms / 1000))] : []),
  ];
  return {
    ...base,
    takenAt: answer.receivedAt,
    tookMs: answer.tookMs,
    bootId: /^[0-9A-Fa-f-]{8,64}$/.exec(now.get('boot_id') ?? '')?.[0] ?? null,
    uptimeMs: readUptime(now, sections),
    load1: number(/-?\d+\.\d+/.exec(now.get('load1') ?? '')?.[0], { max: 1e6 }),
    memoryBytes: memory.totalBytes,
    memoryAvailableBytes: memory.availableBytes,
    // Where a light probe cannot ask system_profiler, or the tool was stuck, what was known stays known.
    accelerators: accelerators.length === 0 && !sections.has('system') ? kept(base, nvidia) : accelerators,
    driverVersion: nvidia.driverVersion ?? base.driverVersion,
    cudaVersion: nvidia.cudaVersion ?? base.cudaVersion,
    clockSkewMs: skew?.ms ?? null,
    warnings,
  };
}

/** Known accelerators without their figures: these are what could not be asked. */
function kept(base: Inventory, nvidia: { warnings: Inventory['warnings'] }): Inventory['accelerators'] {
  const isApple = base.accelerators.every(({ vendor }) => vendor === 'apple');
  if (nvidia.warnings.length === 0 && !isApple) return [];
  return base.accelerators.map((one) => ({
    ...one,
    memoryUsedBytes: null,
    utilisation: null,
    temperatureC: null,
    powerW: null,
    processes: [],
  }));
}

function readFull(sections: ReadonlyMap<string, Section>): Inventory {
  const system = pairs(sections.get('system'));
  const text = (key: string, length = 200) => clean(system.get(key) ?? '', length);
  const [os = '', kernel = '', architecture = ''] = text('uname').split(' ');
  const home = system.get('home') ?? '';
  const { disks, homeDisk } = readDisks(sections, home);
  const warnings: Inventory['warnings'] = [];
  if (system.get('home_state') === 'missing') warnings.push(warn.homeMissing());
  if (system.get('home_state') === 'read-only') warnings.push(warn.homeReadOnly());
  if (homeDisk && homeDisk.sizeBytes > 0 && homeDisk.freeBytes < nearlyFullBytes) {
    warnings.push(warn.diskFull(homeDisk.path, Math.floor(homeDisk.freeBytes / 1024 / 1024)));
  }
  if (sections.get('disks')?.cutOff || sections.get('disks')?.exits.includes(137)) {
    warnings.push(warn.disksCutOff());
  }
  if (sections.get('tools')?.cutOff || sections.get('pythons')?.cutOff) warnings.push(warn.softwareCutOff());
  if (system.get('proc') === 'missing') warnings.push(warn.noProc());
  return {
    takenAt: 0,
    tookMs: 0,
    hostName: text('host'),
    os: clean((system.get('os') ?? '').replace(/^"(.*)"$/, '$1')) || os,
    kernel,
    architecture,
    bootId: null,
    uptimeMs: null,
    user: text('user', 64),
    home: clean(home, 1_000),
    loginShell: text('shell'),
    cpuModel: text('cpu_model') || null,
    cpuCount: integer(system.get('cpus'), { min: 1, max: 65_536 }),
    load1: null,
    memoryBytes: null,
    memoryAvailableBytes: null,
    disks,
    accelerators: [],
    driverVersion: null,
    cudaVersion: null,
    pythons: readPythons(sections.get('pythons')),
    tools: readTools(sections.get('tools')),
    clockSkewMs: null,
    warnings,
  };
}

function readMemory(now: ReadonlyMap<string, string>): Memory {
  const kib = (key: string) => {
    const value = integer(now.get(key), { max: 1e12 });
    return value === null ? null : value * 1024;
  };
  return {
    totalBytes: kib('memory_kib') ?? integer(now.get('memory_bytes'), { max: 1e15 }),
    availableBytes: kib('memory_available_kib') ?? availableOnMac(now.get('vm_stat') ?? ''),
  };
}

/** vm_stat counts pages; free, inactive and speculative ones can be had at once. */
function availableOnMac(said: string): number | null {
  const pageSize = Number(/page size of (\d{1,7}) bytes/.exec(said)?.[1]);
  const pages = ['free', 'inactive', 'speculative'].map((kind) =>
    Number(new RegExp(`Pages ${kind}:\\s*(\\d{1,12})`).exec(said)?.[1] ?? 0),
  );
  const bytes = pageSize * pages.reduce((sum, count) => sum + count, 0);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
}

function readUptime(now: ReadonlyMap<string, string>, sections: ReadonlyMap<string, Section>): number | null {
  const seconds = number(now.get('uptime'), { max: 1e10 });
  if (seconds !== null) return Math.round(seconds * 1000);
  const bootedAt = number(/sec = (\d{1,12})/.exec(now.get('boot_time') ?? '')?.[1]);
  const clock = boxClock(pairs(sections.get('clock')).get('start'));
  return bootedAt === null || clock === null ? null : Math.max(0, Math.round(clock - bootedAt * 1000));
}

/** `date +%s.%N`, in ms. Without %N (busybox, macOS) only the second is known: its middle is the best guess. */
function boxClock(text: string | undefined): number | null {
  const match = /^(\d{1,12})\.(\d{9})?/.exec(text ?? '');
  if (!match) return null;
  return Number(match[1]) * 1000 + (match[2] === undefined ? 500 : Number(match[2]) / 1e6);
}

/**
 * The middle of the box's own span against the middle of ours: what the two ways take cancels out. A login that takes
 * seconds makes it inexact, so `surelyMs` says how far apart the clocks are at least: the box's span lies within ours.
 */
function skewOf(
  sections: ReadonlyMap<string, Section>,
  answer: ProbeAnswer,
): { ms: number; surelyMs: number } | null {
  const start = boxClock(pairs(sections.get('clock')).get('start'));
  const end = boxClock(pairs(sections.get('done')).get('end'));
  if (start === null || end === null || Math.abs(end - start) > 600_000) return null;
  const ms = Math.round((start + end) / 2 - (answer.sentAt + answer.receivedAt) / 2);
  return { ms, surelyMs: Math.max(0, end - answer.receivedAt, answer.sentAt - start) };
}
