import type { Style } from './emulator-state.ts';

/** Kinds of colours, as xterm packs them: the first sixteen (which bold makes bright), those of 256, and true colours. */
const sixteen = 0x1000000;
const palette = 0x2000000;
const modes = 0x3000000;
const underlined = 0x10000000;

/** 1: a plain line, up to 5: dashed. */
export const underlineStyle = ({ extended }: Pick<Style, 'extended'>): number =>
  (extended._ext & 0x1c000000) >> 26;

/** The SGR sequence that sets exactly this style, whatever was set before. Links are apart. */
export function sgr(style: Style): string {
  const codes: (number | string)[] = [0];
  if (style.isBold()) codes.push(1);
  if (style.isDim()) codes.push(2);
  if (style.isItalic()) codes.push(3);
  if (style.fg & underlined) codes.push(...underline(style));
  if (style.isBlink()) codes.push(5);
  if (style.isInverse()) codes.push(7);
  if (style.isInvisible()) codes.push(8);
  if (style.isStrikethrough()) codes.push(9);
  if (style.isOverline()) codes.push(53);
  codes.push(...colour(style.getFgColorMode(), style.getFgColor(), 30));
  codes.push(...colour(style.getBgColorMode(), style.getBgColor(), 40));
  return codes.length === 1 ? '\x1b[m' : `\x1b[${codes.join(';')}m`;
}

function underline({ extended }: Pick<Style, 'extended'>): string[] {
  const { underlineColor } = extended;
  const kind = underlineStyle({ extended });
  const line = kind > 1 ? `4:${kind}` : '4';
  const mode = underlineColor & modes;
  if (mode === 0 || underlineColor === -1) return [line];
  if (mode === sixteen || mode === palette) return [line, `58;5;${underlineColor & 0xff}`];
  return [line, `58;2;${rgb(underlineColor & 0xffffff)}`];
}

function colour(mode: number, value: number, first: number): (number | string)[] {
  if (mode === 0) return [];
  if (mode === sixteen) return [(value < 8 ? first : first + 52) + value];
  if (mode === palette) return [`${first + 8};5;${value}`];
  return [`${first + 8};2;${rgb(value)}`];
}

const rgb = (value: number): string => `${(value >> 16) & 255};${(value >> 8) & 255};${value & 255}`;
