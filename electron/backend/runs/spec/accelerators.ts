import { several } from '#shared/domain/because.ts';
import { task } from '#shared/domain/task-sentences.ts';
import {
  acceleratorElsewhere,
  acceleratorNames,
  acceleratorsByMemory,
  canonicalAccelerator,
} from './accelerator-names.ts';
import { type Issues, nearestOf, orNearest, wanted } from './issues.ts';
import { floatOf, intOf } from './python-scalars.ts';
import { joinKey, type Position, shorten, type YamlNode } from './yaml-tree.ts';

export interface AcceleratorRequest {
  name: string;
  count: number;
}

/**
 * `accelerators:` in its four shapes: `A100:8`, a mapping (`{A100: 8}`, `{A100:8, H100:8}`), a list, or a memory size
 * (`80GB+`, `nvidia:80GB:2`). Returns the alternatives in the file's order; null where something was wrong.
 */
export function readAccelerators(
  node: YamlNode,
  path: string,
  issues: Issues,
  { single }: { single: boolean },
): AcceleratorRequest[] | null {
  const before = issues.count;
  const asked = texts(node, path, issues, single).flatMap(({ text, at, key }) =>
    readOne(text, at, key, issues),
  );
  if (issues.count > before) return null;
  const usable = asked.filter((request) => request.elsewhere === null);
  const [first] = asked;
  if (usable.length === 0 && first !== undefined) {
    issues.unsupported(first.at, path, 'Trainyard has no machines with {{name}} yet.', { name: first.name });
    return null;
  }
  return distinct(usable);
}

interface AskedText {
  text: string;
  at: Position;
  key: string;
}

/** Each alternative as SkyPilot writes it in one string. */
function texts(node: YamlNode, path: string, issues: Issues, single: boolean): AskedText[] {
  if (node.kind === 'scalar') {
    if (node.type === 'string') return [{ text: node.text, at: node, key: path }];
    issues.invalid(node, path, wanted('a name and a number like A100:8', node));
    return [];
  }
  if (node.kind === 'list') {
    if (single) {
      issues.invalid(node, path, 'An alternative names one kind of accelerator, not a list.');
      return [];
    }
    return node.items.flatMap((item, index) => {
      const key = `${path}[${index}]`;
      if (item.kind === 'scalar' && item.type === 'string') return [{ text: item.text, at: item, key }];
      issues.invalid(item, key, wanted('a name and a number like A100:8', item));
      return [];
    });
  }
  if (single && node.entries.length > 1) {
    issues.invalid(node, path, 'An alternative names one kind of accelerator, not several.');
    return [];
  }
  return node.entries.flatMap(({ key: name, at, value }) => {
    const key = joinKey(path, name);
    const count = countText(value, single);
    if (count !== null) return [{ text: count === '' ? name : `${name}:${count}`, at, key }];
    issues.invalid(value, key, wanted('how many, as a number', value));
    return [];
  });
}

/** '' for "one of them" (a null); null where it is not a number. */
function countText(value: YamlNode, single: boolean): string | null {
  if (value.kind !== 'scalar') return null;
  if (value.type === 'null') return single ? null : '';
  if (value.type === 'int') return intOf(value.text).toString();
  return value.type === 'float' ? String(floatOf(value.text)) : null;
}

interface Asked extends AcceleratorRequest {
  at: Position;
  elsewhere: string | null;
}

const memorySize = /^(\d{1,6})([GMT])B(\+?)$/i;

function readOne(text: string, at: Position, key: string, issues: Issues): Asked[] {
  const parts = text
    .trim()
    .split(':')
    .map((part) => part.trim());
  const bySize = readMemorySize(parts);
  if (bySize !== null) return readBySize(text, bySize, at, key, issues);
  const [name = '', countPart, ...rest] = parts;
  if (rest.length > 0 || name === '' || countPart === '') {
    issues.invalid(at, key, "'{{text}}' should be a name, or a name and a number like A100:8.", {
      text: shorten(text),
    });
    return [];
  }
  const count = readCount(countPart ?? '1', at, key, issues);
  if (count === null) return [];
  const elsewhere = acceleratorElsewhere(name);
  const canonical = elsewhere ?? canonicalAccelerator(name);
  if (canonical !== null) return [{ name: canonical, count, at, elsewhere }];
  const nearest = nearestAccelerator(name);
  const unknown = task("There is no accelerator called '{{name}}'.", { name: shorten(name) });
  const names = task('Names are like A100, A100-80GB, H100, L4, RTX4090 or MI300X.');
  issues.invalid(at, key, nearest === null ? several([unknown, names]) : orNearest(unknown, nearest));
  return [];
}

function readCount(text: string, at: Position, key: string, issues: Issues): number | null {
  const count = /^\+?(?:\d{1,9}(?:\.\d*)?|\.\d+)(?:e\d)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!(count > 0) || count > 10_000) {
    issues.invalid(at, key, "The number of accelerators must be more than zero, not '{{text}}'.", {
      text: shorten(text),
    });
    return null;
  }
  if (Number.isInteger(count)) return count;
  issues.unsupported(at, key, 'Trainyard gives out whole accelerators only, not {{part}} of one.', {
    part: String(count),
  });
  return null;
}

interface MemoryAsked {
  maker: string | null;
  gib: number;
  atLeast: boolean;
  count: string;
}

/** `80GB`, `80GB+:2`, `nvidia:80GB`, `nvidia:80GB:2`; null for anything else. */
function readMemorySize(parts: readonly string[]): MemoryAsked | null {
  const index = parts.findIndex((part) => memorySize.test(part));
  if (index < 0 || index > 1 || parts.length > index + 2) return null;
  const [, digits = '0', unit = 'G', plus = ''] = memorySize.exec(parts[index] ?? '') ?? [];
  const scale = { G: 1, M: 1 / 1024, T: 1024 }[unit.toUpperCase()] ?? 1;
  return {
    maker: index === 1 ? (parts[0] ?? '').toLowerCase() : null,
    gib: Number(digits) * scale,
    atLeast: plus === '+',
    count: parts[index + 1] ?? '1',
  };
}

function readBySize(text: string, asked: MemoryAsked, at: Position, key: string, issues: Issues): Asked[] {
  const { maker, gib, atLeast } = asked;
  const count = readCount(asked.count, at, key, issues);
  if (count === null) return [];
  const names =
    maker === null || maker === 'nvidia' || maker === 'amd' ? acceleratorsByMemory(gib, atLeast, maker) : [];
  if (names.length === 0)
    issues.invalid(at, key, "There is no accelerator of '{{text}}'.", { text: shorten(text) });
  return names.map((name) => ({ name, count, at, elsewhere: null }));
}

/** RTX-4090, "NVIDIA A100" and the like come down to the same letters as the name they mean. */
function nearestAccelerator(name: string): string | null {
  const letters = (text: string) => text.toLowerCase().replace(/nvidia|geforce|amd|[^a-z0-9]/g, '');
  const same = acceleratorNames.find((candidate) => letters(candidate) === letters(name));
  return same ?? nearestOf(name, acceleratorNames);
}

function distinct(requests: readonly AcceleratorRequest[]): AcceleratorRequest[] {
  const seen = new Map<string, AcceleratorRequest>();
  for (const { name, count } of requests) {
    const key = `${name}:${count}`;
    if (!seen.has(key)) seen.set(key, { name, count });
  }
  return [...seen.values()];
}
