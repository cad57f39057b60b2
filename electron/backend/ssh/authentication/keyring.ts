import ssh2, {
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import type { Told } from '#shared/domain/because.ts';
import { plainLine } from '#shared/domain/quoted.ts';
import { saySsh } from '#shared/domain/ssh-sentences.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import { keyUnreadable } from '../errors.ts';
import { type AgentKey, agentAt, agentKeys } from './agent.ts';
import { type KeyFile, openKey, readKeyFile, tokenType, typeOf } from './keys.ts';
import type { Secrets } from './secrets.ts';

interface Offer {
  blob: Buffer;
  sign: (data: Buffer, options: SigningRequestOptions) => Promise<Buffer>;
  name: Told;
}

/** All keys that may be offered to one host, in OpenSSH's order, as far as they can be had without asking. */
export class Keyring {
  readonly #offers: Offer[];
  /** Encrypted files that do not even tell their public key: only a passphrase makes them something to offer. */
  readonly closed: KeyFile[];
  /** What in files and agent only the system's OpenSSH can use. */
  readonly needsOpenSsh: Told | null;
  readonly #used = new Set<Offer>();

  private constructor(offers: Offer[], closed: KeyFile[], needsOpenSsh: Told | null) {
    this.#offers = offers;
    this.closed = closed;
    this.needsOpenSsh = needsOpenSsh;
  }

  /** SSH_KEY_UNREADABLE when a key that was named for this host cannot be used and nothing else is there. */
  static async gather(host: ResolvedHost, secrets: Secrets): Promise<Keyring> {
    const stored = await secrets.storedKey();
    const held = host.identityAgent === null ? [] : await agentKeys(host.identityAgent);
    const found = (await Promise.all(host.identityFiles.map(readKeyFile))).filter((key) => key !== null);
    const files = found.filter((key): key is KeyFile => !('problem' in key));
    const broken = found.find((key) => 'problem' in key);
    if (host.identityFilesGiven && broken && files.length === 0 && held.length === 0 && stored === null) {
      throw keyUnreadable(broken.file, broken.problem);
    }

    const named = (key: AgentKey) => files.some((file) => file.publicKey?.equals(key.blob));
    const usable = (blob: Buffer) => tokenType(typeOf(blob)) === null;
    const fromAgent = [
      ...held.filter(named),
      ...(host.identitiesOnly ? [] : held.filter((key) => !named(key))),
    ];
    const onlyFiles = files.filter(
      (file) =>
        file.text !== '' && file.publicKey !== null && !held.some((key) => file.publicKey?.equals(key.blob)),
    );
    const token =
      files.map((file) => file.needsOpenSsh).find((reason) => reason !== null) ??
      fromAgent.map((key) => tokenType(typeOf(key.blob))).find((reason) => reason !== null) ??
      null;
    const socket = host.identityAgent;
    return new Keyring(
      [
        ...(stored === null ? [] : storedOffer(stored, await secrets.storedKeyPassphrase())),
        ...fromAgent
          .filter((key) => usable(key.blob))
          .map((key) => ({
            ...key,
            sign: signByAgent(socket ?? '', key.blob),
            name: saySsh('TRIED_AGENT_KEY', { name: plainLine(key.comment) }),
          })),
        ...onlyFiles.flatMap((file) => fileOffer(file, secrets)),
      ],
      files.filter((file) => file.publicKey === null && file.text !== ''),
      token,
    );
  }

  get size(): number {
    return this.#offers.length;
  }

  /** The key at `index` as ssh2 wants it: an agent that has only this one. Null when it has counted already (one factor of several). */
  agentOf(index: number): { agent: InstanceType<typeof ssh2.BaseAgent>; name: Told } | null {
    const offer = this.#offers[index];
    if (!offer || this.#used.has(offer)) return null;
    return { agent: new OfferingAgent(offer, () => this.#used.add(offer)), name: offer.name };
  }
}

function storedOffer(text: string, passphrase: string | null): Offer[] {
  const key = openKey(text) ?? (passphrase === null ? null : openKey(text, passphrase));
  if (!key) throw keyUnreadable(saySsh('KEY_OF_VAULT'), saySsh('KEY_CLOSED'));
  return [
    {
      blob: key.getPublicSSH(),
      sign: (data, { hash }) => signWith(key, data, hash),
      name: saySsh('TRIED_VAULT_KEY'),
    },
  ];
}

const fileOffer = (file: KeyFile, secrets: Secrets): Offer[] =>
  file.publicKey === null || tokenType(typeOf(file.publicKey)) !== null
    ? []
    : [
        {
          blob: file.publicKey,
          name: saySsh('TRIED', { method: file.file }),
          sign: async (data, { hash }) => {
            const key = await secrets.open(file);
            if (!key) throw new Error('the key stays closed');
            return signWith(key, data, hash);
          },
        },
      ];

async function signWith(key: ParsedKey, data: Buffer, hash: string | undefined): Promise<Buffer> {
  const signature: Buffer | Error = key.sign(data, hash);
  if (signature instanceof Error) throw signature;
  return signature;
}

const signByAgent =
  (socket: string, blob: Buffer): Offer['sign'] =>
  (data, options) =>
    new Promise((resolve, reject) => {
      agentAt(socket).sign(blob, data, options, (error, signature) => {
        if (error || !signature) reject(error ?? new Error('the agent did not sign'));
        else resolve(signature);
      });
    });

class OfferingAgent extends ssh2.BaseAgent {
  readonly #offer: Offer;
  readonly #onUse: () => void;

  constructor(offer: Offer, onUse: () => void) {
    super();
    this.#offer = offer;
    this.#onUse = onUse;
  }

  override getIdentities(callback: IdentityCallback): void {
    callback(null, [this.#offer.blob]);
  }

  override sign(
    _key: ParsedKey | Buffer | string,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    const done = typeof options === 'function' ? options : callback;
    this.#offer.sign(data, typeof options === 'function' ? {} : options).then(
      (signature) => {
        this.#onUse();
        done?.(null, signature);
      },
      (error: unknown) => done?.(error instanceof Error ? error : new Error(String(error))),
    );
  }
}
