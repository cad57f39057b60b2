import type { MigrationCheck } from '#shared/domain/migration.ts';
import type { MoveFacts } from '../facts.ts';
import { bytesInWords, fail, pass, warn } from '../sentences.ts';
import { bytesThere } from '../travelling.ts';

/** A file system that is filled to the brim slows down and fails. */
const diskFactor = 1.1;
const memoryFactor = 1.2;
const mostPathsNamed = 10;
const mostPorts = 1000;

/** Whether there is room for its files and its memory, and whether it finds what it needs. */
export function roomChecks(facts: MoveFacts): MigrationCheck[] {
  return [...disk(facts), ...memory(facts), ...ports(facts), ...paths(facts), ...processes(facts)];
}

function disk(facts: MoveFacts): MigrationCheck[] {
  const { to } = facts;
  if (to.box === null) return [];
  const free = to.box.diskFreeBytes;
  if (free === null) return [warn('CHECK_DISK_UNKNOWN', { to: to.name }, null)];
  const needed = Math.ceil(bytesThere(facts) * diskFactor);
  const words = { to: to.name, free: bytesInWords(free), needed: bytesInWords(needed) };
  if (needed <= free) return [pass('CHECK_DISK', words)];
  return [fail('CHECK_DISK_FULL', words, 'DO_FREE_DISK', { missing: bytesInWords(needed - free) })];
}

function memory({ from, to }: MoveFacts): MigrationCheck[] {
  const used = from.box?.residentBytes ?? 0;
  const free = to.box?.memoryAvailableBytes ?? to.inventory?.memoryAvailableBytes ?? null;
  if (used === 0 || free === null) return [];
  const words = { to: to.name, free: bytesInWords(free), used: bytesInWords(used) };
  if (used > free) return [fail('CHECK_MEMORY_LOW', words, 'DO_FREE_MEMORY')];
  if (used * memoryFactor > free) return [warn('CHECK_MEMORY_TIGHT', words, 'DO_FREE_MEMORY')];
  return [pass('CHECK_MEMORY', words)];
}

function ports({ run, to }: MoveFacts): MigrationCheck[] {
  const named = portsOf(run.spec.resources.ports);
  const listening = to.box?.listening ?? null;
  if (named.length === 0 || listening === null) return [];
  const taken = named.filter((port) => listening.has(port));
  if (taken.length === 0) return [pass('CHECK_PORTS', { to: to.name })];
  return [fail('CHECK_PORTS_TAKEN', { to: to.name, ports: taken.join(', ') }, 'DO_FREE_PORTS')];
}

function portsOf(written: readonly string[]): number[] {
  const ports = written.flatMap((each) => {
    const [first = '', last = first] = each.split('-');
    const length = Math.min(mostPorts, Number(last) - Number(first) + 1);
    return Array.from({ length: Math.max(0, length) }, (_, index) => Number(first) + index);
  });
  return [...new Set(ports)].slice(0, mostPorts);
}

/** What is here and not there. What is at neither is no concern of the move's; what a mount brings is there by then. */
function paths({ from, to, neededPaths }: MoveFacts): MigrationCheck[] {
  if (from.box === null || to.box === null || neededPaths.length === 0) return [];
  const missing = neededPaths.filter((_, index) => {
    const here = from.box?.paths[index];
    return (here === 'file' || here === 'directory') && to.box?.paths[index] === 'none';
  });
  if (missing.length === 0) return [pass('CHECK_PATHS', { to: to.name })];
  return missing
    .slice(0, mostPathsNamed)
    .map((path) => warn('CHECK_PATH_MISSING', { path, from: from.name, to: to.name }, 'DO_BRING_PATH'));
}

/** Several processes without a GPU each share the processors. */
function processes({ from, to, run }: MoveFacts): MigrationCheck[] {
  const world = from.box?.worldSize ?? 1;
  const cpus = to.inventory?.cpuCount ?? null;
  const usesGpus = run.spec.resources.accelerators.length > 0;
  if (world <= 1 || usesGpus || cpus === null || cpus >= world) return [];
  return [warn('CHECK_WORLD_CPUS', { processes: world, to: to.name, cpus }, 'DO_CHOOSE_OTHER')];
}
