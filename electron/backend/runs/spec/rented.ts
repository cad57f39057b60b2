import { type TaskText, task } from '#shared/domain/task-sentences.ts';
import { clouds } from './clouds.ts';
import { entryOf, type Issues, nearestOf, orNearest, refuseUnknownKeys, wanted } from './issues.ts';
import { floatOf, intOf } from './python-scalars.ts';
import { joinKey, type MapEntry, type MapNode, shorten, type YamlNode } from './yaml-tree.ts';

/**
 * Keys of `resources` that say which machine to rent and how to keep it. On a machine that is the user's own there is
 * nothing to rent: they are checked, kept and change nothing, except where one asks for something that the run would
 * miss (a container image, restarts, a hook): that is refused as unsupported.
 */
export const rentedKeys = [
  'cloud',
  'region',
  'zone',
  'instance_type',
  'use_spot',
  'job_recovery',
  'ephemeral_storage',
  'disk_tier',
  'network_tier',
  'local_disk',
  'max_hourly_cost',
  'labels',
  'accelerator_args',
  'image_id',
  'autostop',
  'priority',
  'priority_class',
] as const;
export type RentedKey = (typeof rentedKeys)[number];

interface Around {
  infra: string | null;
  hasAccelerators: boolean;
}
type Check = (value: YamlNode, key: string, issues: Issues, around: Around) => void;

export function checkRentedKeys(map: MapNode, path: string, around: Around, issues: Issues): void {
  const cloud = entryOf(map, 'cloud');
  const infra = cloud?.value.kind === 'scalar' ? cloud.value.text : around.infra;
  for (const key of rentedKeys) {
    const entry = entryOf(map, key);
    if (entry !== null) checks[key](entry.value, joinKey(path, key), issues, { ...around, infra });
  }
}

const isText = (node: YamlNode): boolean => node.kind === 'scalar' && node.type === 'string';
const isBool = (node: YamlNode): boolean => node.kind === 'scalar' && node.type === 'bool';
const intIn = (node: YamlNode): number | null =>
  node.kind === 'scalar' && node.type === 'int' ? Number(intOf(node.text)) : null;

const text =
  (what: TaskText): Check =>
  (value, key, issues) => {
    if (!isText(value)) issues.invalid(value, key, wanted(what, value));
  };

const oneOf =
  (...words: string[]): Check =>
  (value, key, issues) => {
    if (value.kind === 'scalar' && value.type === 'string' && words.includes(value.text.toLowerCase()))
      return;
    const nearest = value.kind === 'scalar' ? nearestOf(value.text, words) : null;
    const one = task('one of {{words}}', { words: words.join(', ') });
    issues.invalid(value, key, orNearest(wanted(one, value), nearest));
  };

const size: Check = (value, key, issues) => {
  const right =
    value.kind === 'scalar' &&
    (value.type === 'int' || (value.type === 'string' && /^\d+(?:[kmgtp][bi])?$/i.test(value.text)));
  if (!right) issues.invalid(value, key, wanted('a size in GB like 256 or 1TB', value));
};

const texts: Check = (value, key, issues) => {
  if (value.kind !== 'map') {
    issues.invalid(value, key, wanted('a mapping of names to texts', value));
    return;
  }
  for (const entry of value.entries) {
    if (!isText(entry.value))
      issues.invalid(entry.value, joinKey(key, entry.key), wanted('text', entry.value));
  }
};

const checks: Record<RentedKey, Check> = {
  cloud: oneOf(...clouds),
  region: text('the name of a region'),
  zone: text('the name of a zone'),
  instance_type: checkInstanceType,
  use_spot: (value, key, issues) => {
    if (!isBool(value)) issues.invalid(value, key, wanted('true or false', value));
  },
  job_recovery: checkRecovery,
  ephemeral_storage: size,
  disk_tier: oneOf('low', 'medium', 'high', 'ultra', 'best'),
  network_tier: oneOf('standard', 'best'),
  local_disk: text('text'),
  max_hourly_cost: (value, key, issues) => {
    const isNumber = value.kind === 'scalar' && (value.type === 'int' || value.type === 'float');
    if (!isNumber || !(floatOf(value.text) > 0))
      issues.invalid(value, key, wanted('a number above zero', value));
  },
  labels: texts,
  accelerator_args: checkAcceleratorArgs,
  image_id: checkImage,
  autostop: checkAutostop,
  priority: (value, key, issues) => {
    const priority = intIn(value);
    if (priority === null || Math.abs(priority) > 1000) {
      issues.invalid(value, key, wanted('a whole number from -1000 to 1000', value));
    }
  },
  priority_class: text('text'),
};

/** Families that bring accelerators along without being asked: a run of one would miss them on another machine. */
const withAccelerators =
  /^(?:p[2-6]\w*\.|g[4-7]\w*\.|gr\d\w*\.|trn\d|inf\d|dl\d|a[2-4]-|g[24]-|standard_n|gpu[_-]|gpu\.|bm\.gpu|vm\.gpu)/i;

function checkInstanceType(value: YamlNode, key: string, issues: Issues, { hasAccelerators }: Around): void {
  if (value.kind !== 'scalar' || value.type !== 'string') {
    issues.invalid(value, key, wanted('the name of a type of machine', value));
  } else if (!hasAccelerators && withAccelerators.test(value.text)) {
    issues.unsupported(
      value,
      key,
      "'{{text}}' implies accelerators. Trainyard does not know which: say them in 'accelerators' too.",
      { text: shorten(value.text) },
    );
  }
}

function checkRecovery(value: YamlNode, key: string, issues: Issues): void {
  if (isText(value)) return;
  if (value.kind !== 'map') {
    issues.invalid(value, key, wanted('the name of a strategy or a mapping', value));
    return;
  }
  for (const entry of value.entries) {
    const entryKey = joinKey(key, entry.key);
    if (entry.key === 'strategy') {
      const right = entry.value.kind === 'scalar' && (isText(entry.value) || entry.value.type === 'null');
      if (!right) issues.invalid(entry.value, entryKey, wanted('the name of a strategy', entry.value));
    } else if (entry.key === 'max_restarts_on_errors') {
      const restarts = intIn(entry.value);
      if (restarts === null || restarts < 0) {
        issues.invalid(entry.value, entryKey, wanted('a whole number, zero or more', entry.value));
      } else if (restarts > 0) issues.unsupported(entry.at, entryKey, noRestarts);
    } else if (entry.key === 'recover_on_exit_codes') checkExitCodes(entry, entryKey, issues);
    else
      issues.unsupported(entry.at, entryKey, "Trainyard does not know the recovery setting '{{key}}'.", {
        key: shorten(entry.key),
      });
  }
}
const noRestarts = 'Trainyard does not restart a run by itself after an error yet.';

function checkExitCodes(entry: MapEntry, key: string, issues: Issues): void {
  const codes = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  const wrong = codes.find((node) => {
    const code = intIn(node);
    return code === null || code < 0 || code > 255;
  });
  if (wrong !== undefined) issues.invalid(wrong, key, wanted('an exit code from 0 to 255', wrong));
  else if (codes.length > 0) issues.unsupported(entry.at, key, noRestarts);
}

function checkAcceleratorArgs(value: YamlNode, key: string, issues: Issues): void {
  if (value.kind !== 'map') {
    issues.invalid(value, key, wanted('a mapping', value));
    return;
  }
  refuseUnknownKeys(value, ['runtime_version', 'tpu_name', 'tpu_vm', 'gcp_queued_resource'], key, issues);
  for (const entry of value.entries) {
    const flag = entry.key === 'tpu_vm' || entry.key === 'gcp_queued_resource';
    const name = entry.key === 'runtime_version' || entry.key === 'tpu_name';
    const entryKey = joinKey(key, entry.key);
    if (flag && !isBool(entry.value))
      issues.invalid(entry.value, entryKey, wanted('true or false', entry.value));
    if (name && !isText(entry.value)) issues.invalid(entry.value, entryKey, wanted('text', entry.value));
  }
}

const noContainers = 'Trainyard cannot run a task inside a container image yet.';

/** The image of a rented VM means nothing here; a container image is what the run would run in. */
function checkImage(value: YamlNode, key: string, issues: Issues, { infra }: Around): void {
  if (value.kind === 'list' || (value.kind === 'scalar' && value.type !== 'string')) {
    issues.invalid(value, key, wanted('the name of an image, or a mapping of regions to images', value));
    return;
  }
  const images = value.kind === 'map' ? value.entries.map((entry) => entry.value) : [value];
  const wrong = images.find((image) => !isText(image));
  if (wrong !== undefined) {
    issues.invalid(wrong, key, wanted('the name of an image', wrong));
    return;
  }
  const inPods = /^(?:k8s|kubernetes|ssh)(?:\/|$)/i.test(infra ?? '');
  const isContainer = (node: YamlNode) =>
    node.kind === 'scalar' && (inPods || node.text.trim().startsWith('docker:'));
  const hasDocker = value.kind === 'map' && entryOf(value, 'docker') !== null;
  if (hasDocker || images.some(isContainer)) issues.unsupported(value, key, noContainers);
}

/** Switching a machine off when idle is not done to a machine of one's own; a hook that runs before it is not kept silent. */
function checkAutostop(value: YamlNode, key: string, issues: Issues): void {
  if (isBool(value) || intIn(value) !== null) return;
  if (value.kind === 'scalar' && value.type === 'string' && /^\d+[mhdw]?$/i.test(value.text)) return;
  if (value.kind !== 'map') {
    issues.invalid(value, key, wanted('true, false, minutes, a time like 2h, or a mapping', value));
    return;
  }
  refuseUnknownKeys(value, ['idle_minutes', 'down', 'wait_for', 'hook', 'hook_timeout'], key, issues);
  for (const entry of value.entries) {
    const entryKey = joinKey(key, entry.key);
    const wrong = (what: TaskText) => issues.invalid(entry.value, entryKey, wanted(what, entry.value));
    if (entry.key === 'idle_minutes' && !((intIn(entry.value) ?? -1) >= 0))
      wrong('a whole number of minutes');
    if (entry.key === 'hook_timeout' && !((intIn(entry.value) ?? 0) >= 1)) wrong('a whole number of seconds');
    if (entry.key === 'down' && !isBool(entry.value)) wrong('true or false');
    if (entry.key === 'wait_for')
      oneOf('jobs_and_ssh', 'jobs', 'none')(entry.value, entryKey, issues, noneAround);
    if (entry.key !== 'hook') continue;
    if (!isText(entry.value)) wrong('a shell script');
    else issues.unsupported(entry.at, entryKey, 'Trainyard does not run hooks yet.');
  }
}
const noneAround: Around = { infra: null, hasAccelerators: false };
