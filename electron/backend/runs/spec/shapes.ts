import type { Told } from '#shared/domain/because.ts';
import { type TaskText, task } from '#shared/domain/task-sentences.ts';
import { entryOf, type Issues, isNull, refuseUnknownKeys, wanted } from './issues.ts';
import { floatOf } from './python-scalars.ts';
import { joinKey, type YamlNode } from './yaml-tree.ts';

/**
 * Shapes of blocks that Trainyard only checks and does not use yet: a mistake in a `service:` is still a mistake, apart
 * from services not being possible here.
 */
export type Shape =
  | { kind: 'text' | 'bool' | 'anything' }
  | { kind: 'number' | 'whole'; least?: number }
  | { kind: 'word'; words: readonly string[] }
  | { kind: 'list'; of: Shape }
  | { kind: 'map'; keys: Readonly<Record<string, Shape>>; needs?: readonly string[] }
  | { kind: 'any-of'; shapes: readonly Shape[]; what: TaskText };

const text: Shape = { kind: 'text' };
const bool: Shape = { kind: 'bool' };
const number: Shape = { kind: 'number' };
const count: Shape = { kind: 'whole', least: 0 };
const whole: Shape = { kind: 'whole' };
const anything: Shape = { kind: 'anything' };

export function checkShape(node: YamlNode, shape: Shape, path: string, issues: Issues): void {
  switch (shape.kind) {
    case 'any-of': {
      const fits = shape.shapes.find((each) => isOfKind(node, each));
      if (fits === undefined) issues.invalid(node, path, wanted(shape.what, node));
      else checkShape(node, fits, path, issues);
      return;
    }
    case 'list':
      if (node.kind !== 'list') issues.invalid(node, path, wanted('a list', node));
      else
        for (const [index, item] of node.items.entries())
          checkShape(item, shape.of, `${path}[${index}]`, issues);
      return;
    case 'map':
      checkMap(node, shape, path, issues);
      return;
    default:
      checkScalar(node, shape, path, issues);
  }
}

function checkMap(node: YamlNode, shape: Shape & { kind: 'map' }, path: string, issues: Issues): void {
  if (node.kind !== 'map') {
    issues.invalid(node, path, wanted('a mapping', node));
    return;
  }
  refuseUnknownKeys(node, Object.keys(shape.keys), path, issues);
  for (const { key, value } of node.entries) {
    // `key:` with nothing after it is absent.
    if (isNull(value)) continue;
    const inner = Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined;
    if (inner !== undefined) checkShape(value, inner, joinKey(path, key), issues);
  }
  for (const key of shape.needs ?? []) {
    if (entryOf(node, key) === null) {
      issues.invalid(node, joinKey(path, key), "'{{of}}' needs a '{{key}}'.", { of: path, key });
    }
  }
}

type ScalarShape = Exclude<Shape, { kind: 'any-of' } | { kind: 'map' } | { kind: 'list' }>;

function checkScalar(node: YamlNode, shape: ScalarShape, path: string, issues: Issues): void {
  // A variable is only known when the task is launched.
  if (node.kind === 'scalar' && node.type === 'string' && node.text.includes('$')) return;
  if (!isOfKind(node, shape)) {
    issues.invalid(node, path, wanted(wordsFor(shape), node));
  } else if (shape.kind === 'word' && node.kind === 'scalar') {
    if (!shape.words.includes(node.text.toLowerCase()))
      issues.invalid(node, path, wanted(wordsFor(shape), node));
  } else if ((shape.kind === 'number' || shape.kind === 'whole') && node.kind === 'scalar') {
    if (shape.least !== undefined && floatOf(node.text) < shape.least) {
      issues.invalid(node, path, wanted(task('{{least}} or more', { least: shape.least }), node));
    }
  }
}

function wordsFor(shape: ScalarShape): TaskText | Told {
  if (shape.kind === 'word') return task('one of {{words}}', { words: shape.words.join(', ') });
  const words = {
    text: 'text',
    anything: 'anything',
    bool: 'true or false',
    number: 'a number',
    whole: 'a whole number',
  } as const;
  return words[shape.kind];
}

function isOfKind(node: YamlNode, shape: Shape): boolean {
  switch (shape.kind) {
    case 'anything':
      return true;
    case 'map':
    case 'list':
      return node.kind === shape.kind;
    case 'any-of':
      return shape.shapes.some((each) => isOfKind(node, each));
    case 'bool':
      return node.kind === 'scalar' && node.type === 'bool';
    case 'whole':
      return node.kind === 'scalar' && node.type === 'int';
    case 'number':
      return node.kind === 'scalar' && (node.type === 'int' || node.type === 'float');
    default:
      return node.kind === 'scalar' && node.type === 'string' && !isNull(node);
  }
}

const workers = {
  workers: count,
  min_workers: count,
  max_workers: count,
  queue_length_threshold: { kind: 'whole', least: 1 },
  upscale_delay_seconds: { kind: 'number', least: 0 },
  downscale_delay_seconds: { kind: 'number', least: 0 },
} as const satisfies Record<string, Shape>;

export const poolShape: Shape = { kind: 'map', keys: workers };

const probe: Shape = {
  kind: 'any-of',
  what: 'a path, or a mapping with a path',
  shapes: [
    text,
    {
      kind: 'map',
      needs: ['path'],
      keys: {
        path: text,
        initial_delay_seconds: number,
        timeout_seconds: number,
        endpoint_probe_interval_seconds: number,
        consecutive_failure_threshold_timeout: number,
        post_data: anything,
        headers: anything,
      },
    },
  ],
};

const serviceShape: Shape = {
  kind: 'map',
  keys: {
    readiness_probe: probe,
    load_balancer: { kind: 'map', keys: { stream_timeout_seconds: number } },
    pool: poolShape,
    replica_policy: {
      kind: 'map',
      needs: ['min_replicas'],
      keys: {
        min_replicas: count,
        max_replicas: count,
        num_overprovision: count,
        target_qps_per_replica: {
          kind: 'any-of',
          what: 'a number, or a mapping of accelerators to numbers',
          shapes: [{ kind: 'number', least: 0 }, anything],
        },
        dynamic_ondemand_fallback: bool,
        base_ondemand_fallback_replicas: count,
        spot_placer: text,
        upscale_delay_seconds: number,
        downscale_delay_seconds: number,
      },
    },
    ports: whole,
    replicas: whole,
    workers: whole,
    load_balancing_policy: text,
    tls: { kind: 'map', needs: ['keyfile', 'certfile'], keys: { keyfile: text, certfile: text } },
  },
};

/** The shape, and two rules that span several of its keys. */
export function checkService(service: YamlNode, issues: Issues): void {
  checkShape(service, serviceShape, 'service', issues);
  if (service.kind !== 'map') return;
  const probed = entryOf(service, 'readiness_probe')?.value;
  const path = probed?.kind === 'map' ? entryOf(probed, 'path')?.value : probed;
  if (path?.kind === 'scalar' && path.type === 'string' && !/^[/$]/.test(path.text)) {
    issues.invalid(path, 'service.readiness_probe', 'The path of a readiness probe starts with a slash.');
  }
  const policy = entryOf(service, 'replica_policy')?.value;
  if (policy?.kind !== 'map') return;
  const [least, most] = ['min_replicas', 'max_replicas'].map((key) => entryOf(policy, key)?.value);
  if (least?.kind !== 'scalar' || most?.kind !== 'scalar') return;
  const [min, max] = [floatOf(least.text), floatOf(most.text)];
  if (max < min)
    issues.invalid(most, 'service.replica_policy.max_replicas', 'This is less than min_replicas.');
  else if (max > min && entryOf(policy, 'target_qps_per_replica') === null) {
    const message = "A service whose replicas may vary needs a 'target_qps_per_replica'.";
    issues.invalid(most, 'service.replica_policy.max_replicas', message);
  }
}

const stores = ['s3', 'gcs', 'azure', 'r2', 'ibm', 'oci', 'nebius', 'coreweave', 'vastdata', 'hf', 'volume'];

export const storageShape: Shape = {
  kind: 'map',
  keys: {
    name: text,
    source: {
      kind: 'any-of',
      what: 'an address or a path, or a list of them',
      shapes: [text, { kind: 'list', of: text }],
    },
    store: { kind: 'word', words: stores },
    persistent: bool,
    mode: { kind: 'word', words: ['mount', 'copy', 'mount_cached'] },
    type: text,
    config: anything,
    _is_sky_managed: bool,
    _bucket_sub_path: text,
    _force_delete: bool,
  },
};
