import { bytesOf } from './names.ts';
import type { Entry } from './scan.ts';

/**
 * A tar of directories and links alone, as GNU tar writes it (long names in `L` and `K` members): made here, so that not one
 * program per link runs over there.
 */
export function tarOf(
  entries: readonly Pick<Entry, 'path' | 'kind' | 'mode' | 'mtime' | 'target'>[],
): Buffer {
  const blocks: Buffer[] = [];
  for (const { path, kind, mode, mtime, target } of entries) {
    const isLink = kind === 'link';
    const name = Buffer.concat([
      Buffer.from('./'),
      bytesOf(path),
      Buffer.from(isLink || path === '' ? '' : '/'),
    ]);
    const link = isLink ? bytesOf(target) : Buffer.alloc(0);
    if (link.length > longest) blocks.push(long('K', link));
    if (name.length > longest) blocks.push(long('L', name));
    blocks.push(header(name, link, isLink ? '2' : '5', isLink ? 0o777 : mode, Number.parseInt(mtime, 10), 0));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const longest = 99;

function long(type: 'L' | 'K', text: Buffer): Buffer {
  const content = Buffer.concat([text, Buffer.alloc(1)]);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([
    header(Buffer.from('././@LongLink'), Buffer.alloc(0), type, 0o644, 0, content.length),
    content,
    padding,
  ]);
}

function header(name: Buffer, link: Buffer, type: string, mode: number, mtime: number, size: number): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  name.copy(block, 0, 0, longest);
  block.write(octal(mode, 7), 100, 'latin1');
  block.write(octal(0, 7), 108, 'latin1');
  block.write(octal(0, 7), 116, 'latin1');
  block.write(octal(size, 11), 124, 'latin1');
  block.write(
    octal(Math.max(0, Math.min(Number.isFinite(mtime) ? mtime : 0, 0o77777777777)), 11),
    136,
    'latin1',
  );
  block.write('        ', 148, 'latin1');
  block.write(type, 156, 'latin1');
  link.copy(block, 157, 0, longest);
  block.write('ustar  \0', 257, 'latin1');
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return block;
}
