/** One small file of a batch. */
export interface TarFile {
  name: Buffer;
  content: Buffer;
  /** Epoch ms. */
  modifiedAt: number;
}

const block = 512;
/** What a plain header can hold. */
export const longestTarName = 99;

/** Files in a plain tar (ustar), which every tar there is can read. Names at most `longestTarName` bytes long. */
export function tarOfFiles(files: readonly TarFile[]): Buffer {
  const parts: Buffer[] = [];
  for (const { name, content, modifiedAt } of files) {
    parts.push(header(name, content.length, Math.max(0, Math.floor(modifiedAt / 1000))), content);
    const rest = content.length % block;
    if (rest > 0) parts.push(Buffer.alloc(block - rest));
  }
  parts.push(Buffer.alloc(block * 2));
  return Buffer.concat(parts);
}

function header(name: Buffer, bytes: number, seconds: number): Buffer {
  const head = Buffer.alloc(block);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  name.copy(head, 0);
  head.write(octal(0o644, 7), 100, 'latin1');
  head.write(octal(0, 7), 108, 'latin1');
  head.write(octal(0, 7), 116, 'latin1');
  head.write(octal(bytes, 11), 124, 'latin1');
  head.write(octal(Math.min(seconds, 0o77777777777), 11), 136, 'latin1');
  head.write('        0', 148, 'latin1');
  head.write('ustar\x0000', 257, 'latin1');
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return head;
}
