export type Parsed = { ok: true; value: unknown } | { ok: false; why: string };

/** JSON, with what Python writes beside it: NaN and Infinity are read as text. */
export function parseJson(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (first) {
    try {
      return { ok: true, value: JSON.parse(withoutNumbersThatAreNone(text)) };
    } catch {
      return { ok: false, why: first instanceof Error ? first.message : String(first) };
    }
  }
}

/** Outside of strings, `NaN` → `"NaN"`. */
const withoutNumbersThatAreNone = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
    found.startsWith('"') ? found : `"${found}"`,
  );

export interface JsonLine {
  number: number;
  text: string;
}

/** The lines of a JSONL that hold something; of one that was cut the last is not whole, and is left out. */
export function jsonLines(text: string, cut: boolean): JsonLine[] {
  const lines = text.split(/\r?\n/);
  if (cut) lines.pop();
  return lines
    .map((line, index) => ({ number: index + 1, text: line }))
    .filter(({ text: line }) => line.trim() !== '');
}
