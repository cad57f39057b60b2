import { readFile, stat } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import type { Told } from '#shared/domain/because.ts';
import { saySsh } from '#shared/domain/ssh-sentences.ts';
import { systemTold } from '#shared/domain/system-sentences.ts';

/** A key file as far as it can be read without its passphrase. */
export interface KeyFile {
  file: string;
  /** The public key in SSH's binary form; null when only the passphrase would tell. */
  publicKey: Buffer | null;
  encrypted: boolean;
  /** `sk-…` keys live in a token, certificates beside the key: ssh2 can use neither. */
  needsOpenSsh: Told | null;
  text: string;
}

const largestKeyBytes = 256 * 1024;

/** Null when there is no such file. `problem` when it is there and no key that can be used. */
export async function readKeyFile(file: string): Promise<KeyFile | { file: string; problem: Told } | null> {
  const text = await readSmall(file);
  if (text === null) return null;
  if (typeof text !== 'string') return { file, problem: text.problem };
  const certificate = await readSmall(`${file}-cert.pub`);
  const publicText = await readSmall(`${file}.pub`);
  const own = readPublic(typeof publicText === 'string' ? publicText : '');
  // An IdentityFile may name the public half: the private one is in the agent then.
  if (!text.includes('PRIVATE KEY') && !text.startsWith('PuTTY-User-Key-File')) {
    const named = readPublic(text);
    if (!named) return { file, problem: saySsh('KEY_NONE') };
    return { file, publicKey: named.blob, encrypted: false, needsOpenSsh: tokenType(named.type), text: '' };
  }
  const encrypted = isEncrypted(text);
  const inside = openSshPublic(text);
  const publicKey = inside ?? own?.blob ?? (encrypted ? null : publicOf(text));
  if (publicKey === null && !encrypted) return { file, problem: saySsh('KEY_FORMAT_UNKNOWN') };
  const type = publicKey ? typeOf(publicKey) : '';
  const reason = typeof certificate === 'string' ? saySsh('NEEDS_CERTIFICATE') : tokenType(type);
  return { file, publicKey, encrypted, needsOpenSsh: reason, text };
}

/** The private key. Null for a wrong passphrase. */
export function openKey(text: string, passphrase?: string): ParsedKey | null {
  const parsed = ssh2.utils.parseKey(text, passphrase);
  const key: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!key || key instanceof Error) return null;
  return (key as ParsedKey).isPrivateKey() ? (key as ParsedKey) : null;
}

export function typeOf(blob: Buffer): string {
  if (blob.length < 4) return '';
  const length = blob.readUInt32BE(0);
  return length > 64 ? '' : blob.toString('latin1', 4, 4 + length);
}

export const tokenType = (type: string): Told | null => {
  if (type.startsWith('sk-')) return saySsh('NEEDS_FIDO_KEY');
  return type.includes('-cert-v0') ? saySsh('NEEDS_CERTIFICATE') : null;
};

function publicOf(text: string): Buffer | null {
  return openKey(text)?.getPublicSSH() ?? null;
}

function readPublic(text: string): { type: string; blob: Buffer } | null {
  const [type, encoded] = text.trim().split(/\s+/);
  if (!type || !encoded) return null;
  const blob = Buffer.from(encoded, 'base64');
  return typeOf(blob) === type ? { type, blob } : null;
}

function isEncrypted(text: string): boolean {
  if (/ENCRYPTED/.test(text.slice(0, 400))) return true;
  if (/^Encryption: (?!none)/m.test(text)) return true; // PuTTY
  const bytes = openSshBytes(text);
  return bytes !== null && cipherOf(bytes) !== 'none';
}

const magic = 'openssh-key-v1\0';

function openSshBytes(text: string): Buffer | null {
  const match = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text);
  if (!match?.[1]) return null;
  const bytes = Buffer.from(match[1].replace(/\s+/g, ''), 'base64');
  return bytes.toString('latin1', 0, magic.length) === magic ? bytes : null;
}

function cipherOf(bytes: Buffer): string {
  return readString(bytes, magic.length)?.value.toString('latin1') ?? 'none';
}

/** OpenSSH's own format keeps the public key readable beside the encrypted private one. */
function openSshPublic(text: string): Buffer | null {
  const bytes = openSshBytes(text);
  if (!bytes) return null;
  let at = magic.length;
  for (let field = 0; field < 3; field++) {
    const next = readString(bytes, at); // cipher, kdf, kdf's options
    if (!next) return null;
    at = next.end;
  }
  return readString(bytes, at + 4)?.value ?? null;
}

function readString(bytes: Buffer, at: number): { value: Buffer; end: number } | null {
  if (at + 4 > bytes.length) return null;
  const end = at + 4 + bytes.readUInt32BE(at);
  return end > bytes.length ? null : { value: bytes.subarray(at + 4, end), end };
}

async function readSmall(file: string): Promise<string | { problem: Told } | null> {
  try {
    const found = await stat(file);
    if (!found.isFile()) return { problem: saySsh('KEY_NO_FILE') };
    if (found.size > largestKeyBytes) return { problem: saySsh('KEY_FILE_LARGE') };
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    return { problem: code === 'EACCES' ? saySsh('KEY_UNREADABLE') : systemTold(error) };
  }
}
