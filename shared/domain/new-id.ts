/** Identifiers without their schema: a page's first file must not carry that. */

/**
 * Identifiers are 12 characters of Crockford's base 32 (60 random bits), lower case: short enough to read out,
 * safe in paths, file names and shells everywhere.
 */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
export const idPattern = /^[0-9abcdefghjkmnpqrstvwxyz]{12}$/;

/** A new identifier. `random` fills the bytes it is given (crypto.getRandomValues on both sides). */
export function newId(
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (b) => crypto.getRandomValues(b),
): string {
  const bytes = random(new Uint8Array(12));
  return Array.from(bytes, (byte) => alphabet.charAt(byte & 31)).join('');
}

/** The site and the machine that stand for the computer the app itself runs on. */
export const thisComputerId = '000000000000';
