import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** Whether a host name or address can only be reached from this computer. */
export function isLoopback(host: string): boolean {
  const bare = withoutBrackets(host).toLowerCase();
  if (bare === 'localhost' || bare === '::1') return true;
  return isIP(bare) === 4 && bare.startsWith('127.');
}

/**
 * What a browser may call us in `Host` and `Origin`: the address we listen at, this computer's own names, and with TLS
 * the names that the certificate is for. A page of another site whose name was made to point here (DNS rebinding) says
 * its own name in both, and is refused.
 */
export class OwnAddress {
  readonly #hosts: ReadonlySet<string>;
  readonly #port: number;
  readonly #certificate: X509Certificate | null;

  /** `certificate` in PEM: given where we are reached by TLS. */
  constructor(host: string, port: number, certificate?: string) {
    this.#hosts = new Set([withoutBrackets(host).toLowerCase(), 'localhost', '127.0.0.1']);
    this.#port = port;
    this.#certificate = certificate === undefined ? null : new X509Certificate(certificate);
  }

  allowsHost(header: string | undefined): boolean {
    const [, name, port] = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d+))?$/i.exec(header ?? '') ?? [];
    if (name === undefined) return false;
    // A browser leaves the port out where it is the scheme's own.
    if (Number(port ?? (this.#certificate ? 443 : 80)) !== this.#port) return false;
    const bare = withoutBrackets(name).toLowerCase();
    return this.#hosts.has(bare) || this.#isCertified(bare);
  }

  allowsOrigin(header: string): boolean {
    const scheme = this.#certificate ? 'https://' : 'http://';
    return header.startsWith(scheme) && this.allowsHost(header.slice(scheme.length));
  }

  #isCertified(name: string): boolean {
    if (!this.#certificate) return false;
    if (isIP(name)) return this.#certificate.checkIP(name) !== undefined;
    return this.#certificate.checkHost(name, { subject: 'never' }) !== undefined;
  }
}

const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, '');
