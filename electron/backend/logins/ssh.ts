import type { FoundLogin } from '#shared/domain/login.ts';
import { homeFile, isSocket, namesIn, readText, type Surroundings, said } from './sources.ts';

/** The agent's socket, and the private keys of ~/.ssh by their type and whether they are encrypted. */
export async function sshLogins(surroundings: Surroundings): Promise<FoundLogin[]> {
  const found: FoundLogin[] = [];
  const socket = surroundings.env.SSH_AUTH_SOCK;
  if (socket && (await isSocket(socket))) {
    found.push({
      kind: 'ssh-agent',
      name: 'ssh-agent',
      where: socket,
      how: 'agent',
      about: '',
      expiresAt: null,
    });
  }
  for (const name of await namesIn(homeFile(surroundings, '.ssh'))) {
    if (name.endsWith('.pub')) continue;
    const where = homeFile(surroundings, '.ssh', name);
    const text = await readText(where);
    const type = text === null ? null : privateKeyType(text);
    if (type === null) continue;
    const publicText = (await readText(`${where}.pub`)) ?? '';
    const comment = said(publicText.trim().split(/\s+/).slice(2).join(' '));
    const publicType = said(publicText.trim().split(/\s+/)[0] ?? '', 60).replace(/^ssh-/, '');
    found.push({
      kind: 'ssh-key',
      name,
      where,
      how: type,
      about: [publicType, comment].filter((part) => part !== '').join(' '),
      expiresAt: null,
    });
  }
  return found;
}

/** `plain` or `encrypted`; null where it is no private key. */
export function privateKeyType(text: string): 'plain' | 'encrypted' | null {
  const head = /^-----BEGIN (OPENSSH|RSA|EC|DSA|ENCRYPTED)? ?PRIVATE KEY-----\r?\n/.exec(text);
  if (!head)
    return /^PuTTY-User-Key-File-\d+:/.test(text)
      ? /^Encryption: none/m.test(text)
        ? 'plain'
        : 'encrypted'
      : null;
  if (head[1] === 'ENCRYPTED' || /^Proc-Type: 4,ENCRYPTED/m.test(text)) return 'encrypted';
  if (head[1] !== 'OPENSSH') return 'plain';
  // openssh-key-v1: magic, then the cipher's name with its length (PROTOCOL.key of OpenSSH).
  const body = Buffer.from(text.slice(head[0].length, head[0].length + 200).replace(/\s/g, ''), 'base64');
  const magic = 'openssh-key-v1\0';
  if (body.subarray(0, magic.length).toString('latin1') !== magic) return null;
  const length = body.length >= magic.length + 4 ? body.readUInt32BE(magic.length) : 0;
  const cipher = body.subarray(magic.length + 4, magic.length + 4 + length).toString('latin1');
  return cipher === 'none' ? 'plain' : 'encrypted';
}
