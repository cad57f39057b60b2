import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** A self-signed certificate made for one test, for the given names and addresses ("DNS:…", "IP:…"). */
export function makeCertificate(
  directory: string,
  names: readonly string[],
  { name = 'server', days = 2 }: { name?: string; days?: number } = {},
): { cert: string; key: string } {
  const cert = path.join(directory, `${name}.crt`);
  const key = path.join(directory, `${name}.key`);
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', key, '-out', cert, '-days', String(days), '-subj', '/CN=trainyard test'],
      ...['-addext', `subjectAltName=${names.join(',')}`],
    ],
    { stdio: 'pipe', timeout: 60_000 },
  );
  return { cert, key };
}
