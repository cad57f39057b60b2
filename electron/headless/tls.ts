import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { because, type Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { systemTold } from '#shared/domain/system-sentences.ts';
import { ToldMistake } from '#shared/domain/told-mistake.ts';

export interface TlsFiles {
  /** PEM, the server's own certificate first. */
  cert: string;
  key: string;
  /** A name the certificate is for, to be printed; null: it has none. */
  name: string | null;
}

/** Reads a certificate and its key and sees that they are fit for use. Throws TLS_UNUSABLE. */
export function readTls(certFile: string, keyFile: string, now = Date.now()): TlsFiles {
  try {
    const cert = readFileSync(certFile, 'utf8');
    const key = readFileSync(keyFile, 'utf8');
    createSecureContext({ cert, key });
    const certificate = new X509Certificate(cert);
    if (Date.parse(certificate.validTo) < now) throw new ToldMistake(ended(certificate.validTo));
    const name = /(?:^|, )DNS:([a-z0-9.-]+)/i.exec(certificate.subjectAltName ?? '')?.[1] ?? null;
    return { cert, key, name };
  } catch (error) {
    const why = error instanceof ToldMistake ? error.told : systemTold(error);
    throw new TrainyardError(
      'TLS_UNUSABLE',
      `The certificate ${certFile} and its key ${keyFile} cannot be used: ${why.message}. Both are PEM files, the key without a passphrase.`,
      { params: { cert: certFile, key: keyFile, ...because('why', why) }, cause: error },
    );
  }
}

const ended = (validTo: string): Told => ({
  code: 'TLS_ENDED',
  params: { date: new Date(validTo).toISOString().slice(0, 10) },
  message: `it ended on ${validTo}`,
});
