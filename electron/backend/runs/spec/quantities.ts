import { type Issues, wanted } from './issues.ts';
import { environmentText, shorten, type YamlNode } from './yaml-tree.ts';

/** Bytes per unit in GiB; SkyPilot counts KB, KI and the rest in powers of two alike. */
const gibPerUnit: Readonly<Record<string, number>> = {
  k: 2 ** -20,
  m: 2 ** -10,
  g: 1,
  t: 2 ** 10,
  p: 2 ** 20,
};

/** `8`, `8+`, `"0.5"`: how many CPUs. Null where it is wrong. */
export function readCpus(
  node: YamlNode,
  key: string,
  issues: Issues,
): { count: number; atLeast: boolean } | null {
  const text = quantityText(node);
  const [, digits, plus] = /^(\d{1,9}(?:\.\d*)?|\.\d+)(\+?)$/.exec(text ?? '') ?? [];
  if (digits === undefined || Number(digits) <= 0) {
    issues.invalid(node, key, wanted('a number of CPUs like 8, or 8+ for at least 8', node));
    return null;
  }
  return { count: Number(digits), atLeast: plus === '+' };
}

/** `32`, `32+`, `64GB`, `64GB+`: memory in GiB. Null where it is wrong. */
export function readMemory(
  node: YamlNode,
  key: string,
  issues: Issues,
): { size: number; atLeast: boolean } | null {
  const text = quantityText(node);
  if (text !== null && /^\d+(?:\.\d+)?x$/i.test(text)) {
    issues.invalid(
      node,
      key,
      "'{{text}}' is a form that SkyPilot keeps for itself. Say a size like 32, 32+ or 64GB.",
      { text: shorten(text) },
    );
    return null;
  }
  const [, digits, unit, plus] =
    /^(\d{1,9}(?:\.\d*)?|\.\d+)\s*(?:([kmgtp])[bi])?(\+?)$/i.exec(text ?? '') ?? [];
  if (digits === undefined || Number(digits) <= 0) {
    issues.invalid(node, key, wanted('a size in GB like 32, 32+ or 64GB', node));
    return null;
  }
  return { size: Number(digits) * (gibPerUnit[(unit ?? 'g').toLowerCase()] ?? 1), atLeast: plus === '+' };
}

/** `256`, `1TB`: a disk's size in GiB. Null where it is wrong. */
export function readDisk(node: YamlNode, key: string, issues: Issues): number | null {
  const text =
    node.kind === 'scalar' && (node.type === 'int' || node.type === 'string') ? environmentText(node) : '';
  const [, digits, unit] = /^(\d{1,9})(?:([kmgtp])[bi])?$/i.exec(text) ?? [];
  if (digits === undefined || Number(digits) <= 0) {
    issues.invalid(node, key, wanted('a size in GB like 256 or 1TB', node));
    return null;
  }
  return Number(digits) * (gibPerUnit[(unit ?? 'g').toLowerCase()] ?? 1);
}

function quantityText(node: YamlNode): string | null {
  if (node.kind !== 'scalar') return null;
  if (node.type === 'int' || node.type === 'float') return environmentText(node);
  return node.type === 'string' ? node.text.trim() : null;
}

/** `8080`, `8080-8090`, `8080,9000` or a list of them. Null where it is wrong. */
export function readPorts(node: YamlNode, key: string, issues: Issues): string[] | null {
  const items = node.kind === 'list' ? node.items : [node];
  const ports: string[] = [];
  for (const item of items) {
    const given =
      item.kind === 'scalar' && (item.type === 'int' || item.type === 'string') ? environmentText(item) : 'x';
    for (const part of given.split(',').map((port) => port.trim())) {
      if (part === '') continue;
      if (!isPortRange(part)) {
        issues.invalid(item, key, wanted('a port or a range of ports like 8080 or 8080-8090', item));
        return null;
      }
      ports.push(part);
    }
  }
  return ports;
}

function isPortRange(text: string): boolean {
  const [, from, to] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  if (from === undefined) return false;
  const first = Number(from);
  const last = Number(to ?? from);
  return first >= 1 && last <= 65_535 && first <= last;
}
