import { pageOrigin } from '#shared/contract/desktop.ts';

/** The security floor of the desktop shell as pure decisions, so that tests can hold it without a runtime. */

/** The page may show itself and nothing else. */
export function mayNavigate(url: string): boolean {
  const parsed = parse(url);
  // A URL with its own scheme has the origin "null" for the URL class: compare scheme and host.
  return (
    parsed !== null &&
    parsed.protocol === 'app:' &&
    `${parsed.protocol}//${parsed.host}` === pageOrigin &&
    parsed.username === '' &&
    parsed.port === ''
  );
}

/** The address of a path of the page ("/runs/ID?tab=log"), or null for what would lead anywhere else. */
export function pageAddress(pagePath: string): string | null {
  if (!/^\/(?![/\\])/.test(pagePath) || pagePath.length > 2000 || /[\s\p{Cc}]/u.test(pagePath)) return null;
  const address = `${pageOrigin}${pagePath}`;
  return mayNavigate(address) ? address : null;
}

/** Only web pages leave for the user's browser: no file:, smb:, javascript:, no credentials in the address, and spelt as it is meant. */
export function mayOpenOutside(url: string): boolean {
  const parsed = parse(url);
  if (parsed === null || url.length > 2048) return false;
  // The URL class mends "https:/\host" and the like; what needed mending is not a link somebody meant to show.
  return (
    (parsed.protocol === 'https:' || parsed.protocol === 'http:') &&
    /^https?:\/\/[^/\\]/i.test(url) &&
    !/[\s\\\p{Cc}]/u.test(url) &&
    parsed.hostname !== '' &&
    parsed.username === '' &&
    parsed.password === ''
  );
}

/** Whether a frame may speak to the shell: only the page itself, never a frame within it. */
export function mayCallShell(frame: { url: string; parent: unknown } | null): boolean {
  return frame !== null && frame.parent === null && mayNavigate(frame.url);
}

/** Copying text is the one permission the page has. */
export function mayHavePermission(permission: string, requestingUrl: string): boolean {
  return permission === 'clipboard-sanitized-write' && mayNavigate(requestingUrl);
}

/** The page's headers on `app://`: nothing from outside, nothing inline. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; frame-src 'none'; object-src 'none'; worker-src 'self'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

function parse(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null;
}
