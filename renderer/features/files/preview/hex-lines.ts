export interface HexLine {
  offset: string;
  hex: string;
  text: string;
}

const perLine = 16;

/** As `hexdump -C` writes it. */
export function hexLines(bytes: Uint8Array): HexLine[] {
  const lines: HexLine[] = [];
  for (let at = 0; at < bytes.length; at += perLine) {
    const some = [...bytes.subarray(at, at + perLine)];
    const words = some.map((byte) => byte.toString(16).padStart(2, '0'));
    const halves = [words.slice(0, 8).join(' '), words.slice(8).join(' ')].filter(Boolean);
    lines.push({
      offset: at.toString(16).padStart(8, '0'),
      hex: halves.join('  ').padEnd(perLine * 3),
      text: some.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(''),
    });
  }
  return lines;
}
