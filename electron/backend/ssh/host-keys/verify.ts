import type { ServerHostKeyAlgorithm } from 'ssh2';
import type { TrainyardError } from '#shared/domain/error.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import { hostKeyChanged, hostKeyRevoked, hostKeyUnknown } from '../errors.ts';
import type { Prompter, SshTarget } from '../interface.ts';
import { fingerprint, keyType } from './known-hosts.ts';
import type { HostKeyStore } from './store.ts';

const everyAlgorithm: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
];

/** Those whose keys are known come first: the server then shows the key that can be checked. */
export function hostKeyAlgorithms(knownTypes: readonly string[]): ServerHostKeyAlgorithm[] {
  const known = (name: ServerHostKeyAlgorithm) =>
    knownTypes.includes(name.startsWith('rsa-') ? 'ssh-rsa' : name);
  return [...everyAlgorithm.filter(known), ...everyAlgorithm.filter((name) => !known(name))];
}

export interface HostKeyCheck {
  host: ResolvedHost;
  target: SshTarget;
  store: HostKeyStore;
  prompter: Prompter;
  signal: AbortSignal;
  /** The fingerprint that the user has accepted beforehand for this host. */
  acceptedBefore: string | null;
}

/** Resolves when the key may be trusted, having asked and remembered where that is needed; else rejects with why not. */
export async function verifyHostKey(key: Buffer, check: HostKeyCheck): Promise<string> {
  const { host, store } = check;
  const print = fingerprint(key);
  const type = keyType(key) ?? 'unknown';
  const verdict = store.check(key);
  if (verdict.kind === 'revoked') throw hostKeyRevoked(store.name, print, verdict.place);
  if (verdict.kind === 'known') return print;
  if (verdict.kind === 'changed') {
    throw hostKeyChanged(store.name, {
      type,
      fingerprint: print,
      known: verdict.known,
      place: verdict.place,
    });
  }
  if (check.acceptedBefore !== print) {
    if (host.strictHostKeyChecking === 'yes') throw hostKeyUnknown(store.name, print);
    if (host.strictHostKeyChecking === 'ask') await ask(check, type, print, verdict.otherTypes);
  }
  await store.add(key);
  return print;
}

async function ask(
  check: HostKeyCheck,
  type: string,
  print: string,
  otherTypes: readonly string[],
): Promise<void> {
  try {
    await check.prompter.ask(
      {
        siteId: check.target.siteId ?? null,
        siteName: check.target.siteName ?? check.target.host,
        kind: 'host-key-first-use',
        hostKey: { host: check.store.name, type, fingerprint: print },
        instruction: otherTypes.length > 0 ? `Known so far: ${otherTypes.join(', ')}` : '',
        questions: [],
      },
      check.signal,
    );
  } catch (error) {
    if ((error as TrainyardError).code === 'PROMPT_DECLINED') throw hostKeyUnknown(check.store.name, print);
    throw error;
  }
}
