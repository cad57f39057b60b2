import { isIP } from 'node:net';

/** Whether a host name or address can only be reached from this computer. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (bare === 'localhost' || bare === '::1') return true;
  return isIP(bare) === 4 && bare.startsWith('127.');
}

/**
 * What a browser may call us in `Host` and `Origin`. A page of another site whose name was made to point here (DNS
 * rebinding) says its own name in both, and is refused.
 */
export class OwnAddress {
  readonly #hosts: ReadonlySet<string>;

  constructor(host: string, port: number) {
    const literal = host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host;
    this.#hosts = new Set([literal.toLowerCase(), 'localhost', '127.0.0.1'].map((name) => `${name}:${port}`));
  }

  allowsHost(header: string | undefined): boolean {
    return header !== undefined && this.#hosts.has(header.toLowerCase());
  }

  allowsOrigin(header: string): boolean {
    if (!header.startsWith('http://')) return false;
    return this.#hosts.has(header.slice('http://'.length).toLowerCase());
  }
}
