/** What comes from a box is shown to people and kept: no control characters, escape sequences or text-direction tricks, and an end. */
export function clean(text: string, maxLength = 200): string {
  return (
    text
      // Whole terminal sequences first, else their harmless-looking remains ("[31m") would stay.
      .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])/g, '')
      .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, ' ')
      .replace(/ {2,}/g, ' ')
      .trim()
      .slice(0, maxLength)
      .toWellFormed()
  );
}

/** A plain decimal number, with or without one of nvidia-smi's units; anything else ("[N/A]", "ERR!", 400 digits) is null. */
export function number(text: string | undefined, { min = 0, max = 1e18 } = {}): number | null {
  const match = /^\s*(-?\d{1,20}(?:\.\d{1,20})?)\s*(?:MiB|W|%|C)?\s*$/.exec(text ?? '');
  const value = match ? Number(match[1]) : Number.NaN;
  return value >= min && value <= max ? value : null;
}

export const integer = (
  text: string | undefined,
  limits: { min?: number; max?: number } = {},
): number | null => {
  const value = number(text, limits);
  return value !== null && Number.isInteger(value) ? value : null;
};

/** Command lines can hold secrets as arguments; they are not ours to keep. */
export const withoutSecrets = (command: string): string =>
  command.replace(
    /((?:token|secret|passw(?:or)?d|passphrase|api[-_]?key|access[-_]?key|credential)s?(?:[=:]|\s+))(\S+)/gi,
    '$1***',
  );
