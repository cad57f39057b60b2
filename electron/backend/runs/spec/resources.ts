import type { TaskSpec } from '#shared/domain/spec.ts';
import { type AcceleratorRequest, readAccelerators } from './accelerators.ts';
import { clouds } from './clouds.ts';
import { entryOf, type Issues, isNull, refuseUnknownKeys, wanted } from './issues.ts';
import { readCpus, readDisk, readMemory, readPorts } from './quantities.ts';
import { checkRentedKeys, rentedKeys } from './rented.ts';
import { joinKey, type MapEntry, type MapNode, toPlain, type YamlNode } from './yaml-tree.ts';

type Resources = TaskSpec['resources'];

const ownKeys = ['accelerators', 'gpus', 'cpus', 'memory', 'disk_size', 'ports', 'infra', 'volumes'] as const;
/** SkyPilot writes these itself; a person's file has no use for them. */
const internalKeys = [
  '_docker_login_config',
  '_is_image_managed',
  '_requires_fuse',
  '_cluster_config_overrides',
  '_no_missing_accel_warnings',
] as const;
const singleKeys: readonly string[] = [...ownKeys, ...rentedKeys, ...internalKeys];
const allKeys: readonly string[] = [...singleKeys, 'any_of', 'ordered'];

export const noResources: Resources = {
  accelerators: [],
  cpus: null,
  memoryGiB: null,
  diskGiB: null,
  ports: [],
  infra: null,
  cloud: {},
};

/** The `resources:` block. Alternatives (`any_of`, `ordered`) are checked each and folded into one request. */
export function readResources(node: YamlNode, issues: Issues): Resources {
  const path = 'resources';
  if (node.kind !== 'map') {
    issues.invalid(node, path, wanted('a mapping', node));
    return noResources;
  }
  refuseUnknownKeys(node, allKeys, path, issues);
  const base = readOne(node, path, issues, { single: false, infraAround: null });
  const anyOf = entryOf(node, 'any_of');
  const ordered = entryOf(node, 'ordered');
  if (anyOf !== null && ordered !== null) {
    issues.invalid(
      ordered.at,
      joinKey(path, 'ordered'),
      "'any_of' and 'ordered' cannot stand beside each other.",
    );
    return base;
  }
  const choice = anyOf ?? ordered;
  if (choice === null) return base;
  const alternatives = readAlternatives(choice, node, base.infra, issues);
  if (ordered !== null && base.accelerators.length > 1) {
    const message = "Several 'accelerators' cannot stand beside 'ordered': say them inside its alternatives.";
    issues.invalid(ordered.at, joinKey(path, 'ordered'), message);
  }
  return fold(base, alternatives, choice, issues);
}

function readAlternatives(
  choice: MapEntry,
  base: MapNode,
  infra: string | null,
  issues: Issues,
): Resources[] {
  const path = joinKey('resources', choice.key);
  if (choice.value.kind !== 'list') {
    issues.invalid(choice.value, path, wanted('a list of alternatives', choice.value));
    return [];
  }
  return choice.value.items.flatMap((item, index) => {
    const itemPath = `${path}[${index}]`;
    if (item.kind !== 'map') {
      issues.invalid(item, itemPath, wanted('a mapping like the one around it', item));
      return [];
    }
    refuseUnknownKeys(item, singleKeys, itemPath, issues);
    refuseInfraBesideCloud(item, base, itemPath, issues);
    refuseNulls(item, itemPath, issues);
    return [readOne(item, itemPath, issues, { single: true, infraAround: infra })];
  });
}

/** Absent is absent; inside an alternative SkyPilot does not take `key:` for that. */
function refuseNulls(item: MapNode, path: string, issues: Issues): void {
  for (const { key, value, at } of item.entries) {
    if (isNull(value) && key !== 'ports' && key !== 'image_id') {
      issues.invalid(at, joinKey(path, key), "'{{key}}' has no value. Give it one or take it out.", { key });
    }
  }
}

interface Place {
  /** Inside `any_of` or `ordered`: one kind of accelerator only. */
  single: boolean;
  infraAround: string | null;
}

function readOne(map: MapNode, path: string, issues: Issues, { single, infraAround }: Place): Resources {
  refuseInternal(map, path, issues);
  if (!single) refuseInfraBesideCloud(map, null, path, issues);
  const read = <T>(
    key: string,
    reader: (value: YamlNode, key: string, issues: Issues) => T | null,
  ): T | null => {
    const entry = entryOf(map, key);
    return entry === null ? null : reader(entry.value, joinKey(path, key), issues);
  };
  const infra = read('infra', readInfra);
  const volumes = entryOf(map, 'volumes');
  if (volumes !== null) {
    issues.unsupported(
      volumes.at,
      joinKey(path, 'volumes'),
      'Trainyard cannot attach volumes to a machine yet.',
    );
  }
  const accelerators = readAcceleratorsOf(map, path, issues, single);
  checkRentedKeys(
    map,
    path,
    { infra: infra ?? infraAround, hasAccelerators: accelerators.length > 0 },
    issues,
  );
  return {
    accelerators,
    cpus: read('cpus', readCpus),
    memoryGiB: read('memory', readMemory),
    diskGiB: read('disk_size', readDisk),
    ports: read('ports', readPorts) ?? [],
    infra,
    cloud: kept(map),
  };
}

function refuseInternal(map: MapNode, path: string, issues: Issues): void {
  for (const key of internalKeys) {
    const entry = entryOf(map, key);
    if (entry === null) continue;
    issues.unsupported(entry.at, joinKey(path, key), "'{{key}}' is for SkyPilot's own use; take it out.", {
      key,
    });
  }
}

/** SkyPilot merges an alternative over what surrounds it, then refuses `infra` beside the three older keys. */
function refuseInfraBesideCloud(map: MapNode, around: MapNode | null, path: string, issues: Issues): void {
  const find = (key: string) => entryOf(map, key) ?? (around === null ? null : entryOf(around, key));
  const infra = find('infra');
  if (infra === null) return;
  for (const key of ['cloud', 'region', 'zone']) {
    const entry = find(key);
    if (entry === null) continue;
    const at = entryOf(map, key)?.at ?? entryOf(map, 'infra')?.at ?? entry.at;
    const inside = entryOf(map, key) !== null || entryOf(map, 'infra') !== null;
    if (around !== null && !inside) continue;
    issues.invalid(at, joinKey(path, key), "'{{key}}' cannot stand beside 'infra': say it all in 'infra'.", {
      key,
    });
  }
}

function readAcceleratorsOf(
  map: MapNode,
  path: string,
  issues: Issues,
  single: boolean,
): AcceleratorRequest[] {
  const accelerators = entryOf(map, 'accelerators');
  const gpus = entryOf(map, 'gpus');
  if (accelerators !== null && gpus !== null) {
    issues.invalid(
      gpus.at,
      joinKey(path, 'gpus'),
      "'gpus' is another word for 'accelerators': keep one of them.",
    );
    return [];
  }
  const entry = accelerators ?? gpus;
  if (entry === null) return [];
  return readAccelerators(entry.value, joinKey(path, entry.key), issues, { single }) ?? [];
}

/** `aws`, `gcp/us-central1`, `*\/us-east-1`, `k8s/context`, `ssh/pool`; `local` is this computer, Trainyard's addition. */
function readInfra(node: YamlNode, key: string, issues: Issues): string | null {
  if (node.kind !== 'scalar' || node.type !== 'string') {
    issues.invalid(node, key, wanted('a place like aws/us-east-1, k8s, ssh/my-pool or local', node));
    return null;
  }
  const text = node.text.trim();
  const [first = '', ...rest] = text.split('/');
  const name = first.toLowerCase();
  const free = name === 'k8s' || name === 'kubernetes' || name === 'ssh';
  const known = free || name === 'local' || name === '*' || clouds.includes(name);
  if (known && !rest.includes('') && (free || rest.length <= 2)) return text;
  issues.invalid(node, key, wanted('a place like aws/us-east-1, k8s, ssh/my-pool or local', node));
  return null;
}

const plainKeys = new Set<string>(['accelerators', 'gpus', 'cpus', 'memory', 'disk_size', 'ports', 'infra']);

/** Everything that only rented machines know, as it was written. */
function kept(map: MapNode): Record<string, unknown> {
  const entries = map.entries.filter(({ key }) => !plainKeys.has(key) && allKeys.includes(key));
  return Object.fromEntries(entries.map(({ key, value }) => [key, toPlain(value)]));
}

/**
 * One request that any machine meeting an alternative meets: accelerators are all those named, and of CPUs, memory and
 * disk the least that an alternative is content with.
 */
function fold(
  base: Resources,
  alternatives: readonly Resources[],
  choice: MapEntry,
  issues: Issues,
): Resources {
  if (alternatives.length === 0) return base;
  const merged = alternatives.map((alternative) => ({
    accelerators: alternative.accelerators.length > 0 ? alternative.accelerators : base.accelerators,
    cpus: alternative.cpus ?? base.cpus,
    memoryGiB: alternative.memoryGiB ?? base.memoryGiB,
    diskGiB: alternative.diskGiB ?? base.diskGiB,
    ports: alternative.ports,
  }));
  const bare = merged.filter((alternative) => alternative.accelerators.length === 0).length;
  if (bare > 0 && bare < merged.length) {
    const message = 'Trainyard cannot choose yet between alternatives with accelerators and such without.';
    issues.unsupported(choice.at, joinKey('resources', choice.key), message);
  }
  const accelerators = merged.flatMap((alternative) => alternative.accelerators);
  return {
    ...base,
    accelerators: accelerators.filter(
      (request, index) =>
        accelerators.findIndex(({ name, count }) => name === request.name && count === request.count) ===
        index,
    ),
    cpus: least(
      merged.map(({ cpus }) => cpus),
      (cpus) => cpus.count,
    ),
    memoryGiB: least(
      merged.map(({ memoryGiB }) => memoryGiB),
      (memory) => memory.size,
    ),
    diskGiB: least(
      merged.map(({ diskGiB }) => diskGiB),
      (disk) => disk,
    ),
    ports: [...new Set([...base.ports, ...merged.flatMap(({ ports }) => ports)])],
  };
}

/** The smallest of them; null as soon as one asks for nothing. */
function least<T>(values: readonly (T | null)[], sizeOf: (value: T) => number): T | null {
  let smallest: T | null = null;
  for (const value of values) {
    if (value === null) return null;
    if (smallest === null || sizeOf(value) < sizeOf(smallest)) smallest = value;
  }
  return smallest;
}
