import { because, type Told } from '#shared/domain/because.ts';
import type { SshAddress } from '#shared/domain/site.ts';
import { saySsh } from '#shared/domain/ssh-sentences.ts';
import type { ConfigReader, Evaluation, MatchExec } from './evaluate.ts';
import type { ConfigSurroundings } from './files.ts';
import { type JumpHop, jumpHops, LineError, type RawOptions } from './options.ts';
import { expandEnv, expandTilde, expandTokens, TokenError, type TokenValues } from './tokens.ts';

/** Everything about one host that connecting needs, with tokens, `~` and variables filled in. */
export interface ResolvedHost {
  alias: string;
  hostName: string;
  user: string;
  port: number;
  /** In the order in which they are tried; where nothing is configured, OpenSSH's default names. */
  identityFiles: string[];
  /** False: they are only the default names, whose absence is nothing to speak of. */
  identityFilesGiven: boolean;
  certificateFiles: string[];
  identitiesOnly: boolean;
  /** The agent's socket, or null for none. */
  identityAgent: string | null;
  addKeysToAgent: boolean;
  /** Nearest first; empty when the way is direct. */
  jumps: JumpHop[];
  /** As written. */
  proxyJump: string | null;
  proxyCommand: string | null;
  hostKeyAlias: string | null;
  userKnownHostsFiles: string[];
  globalKnownHostsFiles: string[];
  strictHostKeyChecking: 'yes' | 'no' | 'ask' | 'accept-new';
  hashKnownHosts: boolean;
  /** 0: none. */
  serverAliveIntervalMs: number;
  serverAliveCountMax: number;
  connectTimeoutMs: number;
  preferredAuthentications: string[];
  passwordAuthentication: boolean;
  kbdInteractiveAuthentication: boolean;
  pubkeyAuthentication: boolean;
  numberOfPasswordPrompts: number;
  addressFamily: 4 | 6 | 0;
  bindAddress: string | null;
  batchMode: boolean;
  /** Why ssh2 cannot do it and the system's OpenSSH is needed; empty when it can. */
  openSshReasons: string[];
  /** Lines that apply to this host and cannot be understood. */
  errors: Told[];
}

/** ssh's own order, gssapi and hostbased left out: they go through the system's OpenSSH. */
const defaultAuthentications = ['publickey', 'keyboard-interactive', 'password'];
const defaultIdentities = ['rsa', 'ecdsa', 'ecdsa_sk', 'ed25519', 'ed25519_sk', 'xmss', 'dsa'];
const knownTransports = 15_000;

/** What the configuration files and `address` together say; `exec` null runs no `Match exec` (preview). */
export async function resolveHost(
  address: SshAddress,
  reader: ConfigReader,
  exec: MatchExec,
): Promise<{ host: ResolvedHost; evaluation: Evaluation }> {
  const around = reader.surroundings;
  const given: Partial<RawOptions> = {
    ...(address.hostName === undefined ? {} : { hostname: address.hostName }),
    ...(address.user === undefined ? {} : { user: address.user }),
    ...(address.port === undefined ? {} : { port: address.port }),
    ...(address.identityFile === undefined ? {} : { identityFiles: [address.identityFile] }),
  };
  const evaluation = await reader.evaluate(
    address.host,
    configFiles(address.configFile, around),
    given,
    exec,
  );
  return { host: new Resolver(address.host, evaluation, around).host(), evaluation };
}

/** `-F FILE` alone, or the user's and the system's. */
export const configFiles = (configFile: string | undefined, around: ConfigSurroundings) =>
  configFile !== undefined
    ? [{ file: expandTilde(configFile, around.home), userFile: true }]
    : [
        { file: `${around.home}/.ssh/config`, userFile: true },
        { file: `${around.systemDirectory}/ssh_config`, userFile: false },
      ];

class Resolver {
  readonly #alias: string;
  readonly #raw: RawOptions;
  readonly #around: ConfigSurroundings;
  readonly #hostName: string;
  readonly #errors: Told[];

  constructor(alias: string, evaluation: Evaluation, around: ConfigSurroundings) {
    this.#alias = alias;
    this.#raw = evaluation.options;
    this.#hostName = evaluation.hostName;
    this.#errors = [...evaluation.errors];
    this.#around = around;
  }

  host(): ResolvedHost {
    const raw = this.#raw;
    const proxyCommand = this.#proxyCommand();
    const given = raw.identityFiles.length > 0;
    const identityFiles = given
      ? raw.identityFiles.filter((file) => file.toLowerCase() !== 'none')
      : defaultIdentities.map((name) => `~/.ssh/id_${name}`);
    return {
      alias: this.#alias,
      hostName: this.#hostName,
      user: raw.user ?? this.#around.user,
      port: raw.port ?? 22,
      identityFiles: identityFiles.flatMap((file) => this.#path('IdentityFile', file)),
      identityFilesGiven: given,
      certificateFiles: raw.certificateFiles.flatMap((file) => this.#path('CertificateFile', file)),
      identitiesOnly: raw.identitiesOnly ?? false,
      identityAgent: this.#agent(),
      addKeysToAgent: raw.addKeysToAgent !== undefined && !/^(no|false)$/i.test(raw.addKeysToAgent),
      jumps: this.#jumps(),
      proxyJump: raw.proxyJump === undefined || raw.proxyJump.toLowerCase() === 'none' ? null : raw.proxyJump,
      proxyCommand,
      hostKeyAlias: raw.hostKeyAlias ?? null,
      ...this.#hostKeyOptions(),
      serverAliveIntervalMs: (raw.serverAliveInterval ?? 15) * 1000,
      serverAliveCountMax: raw.serverAliveCountMax ?? (raw.serverAliveInterval === undefined ? 4 : 3),
      connectTimeoutMs: raw.connectTimeout ? raw.connectTimeout * 1000 : knownTransports,
      ...this.#authenticationOptions(),
      addressFamily: raw.addressFamily === 'inet' ? 4 : raw.addressFamily === 'inet6' ? 6 : 0,
      bindAddress: raw.bindAddress ?? null,
      batchMode: raw.batchMode ?? false,
      openSshReasons: this.#openSshReasons(),
      errors: this.#errors,
    };
  }

  #hostKeyOptions() {
    const raw = this.#raw;
    const files = (name: string, list: readonly string[]) =>
      list.some((file) => file.toLowerCase() === 'none')
        ? []
        : list.flatMap((file) => this.#path(name, file));
    return {
      userKnownHostsFiles: files(
        'UserKnownHostsFile',
        raw.userKnownHostsFile ?? ['~/.ssh/known_hosts', '~/.ssh/known_hosts2'],
      ),
      globalKnownHostsFiles: files(
        'GlobalKnownHostsFile',
        raw.globalKnownHostsFile ?? [
          `${this.#around.systemDirectory}/ssh_known_hosts`,
          `${this.#around.systemDirectory}/ssh_known_hosts2`,
        ],
      ),
      strictHostKeyChecking: raw.strictHostKeyChecking ?? 'ask',
      hashKnownHosts: raw.hashKnownHosts ?? false,
    } as const;
  }

  #authenticationOptions() {
    const raw = this.#raw;
    return {
      preferredAuthentications:
        raw.preferredAuthentications === undefined
          ? defaultAuthentications
          : raw.preferredAuthentications.split(',').map((name) => name.trim().toLowerCase()),
      passwordAuthentication: raw.passwordAuthentication ?? true,
      kbdInteractiveAuthentication: raw.kbdInteractiveAuthentication ?? true,
      pubkeyAuthentication: raw.pubkeyAuthentication ?? true,
      numberOfPasswordPrompts: raw.numberOfPasswordPrompts ?? 3,
    };
  }

  #openSshReasons(): string[] {
    const raw = this.#raw;
    const set = (text: string | undefined) => text !== undefined && text.toLowerCase() !== 'none';
    return [
      ...(raw.certificateFiles.length > 0 ? ['CertificateFile'] : []),
      ...(set(raw.pkcs11Provider) ? ['PKCS11Provider'] : []),
      ...(set(raw.securityKeyProvider) && raw.securityKeyProvider !== 'internal'
        ? ['SecurityKeyProvider']
        : []),
      ...(raw.gssapiAuthentication ? ['GSSAPIAuthentication'] : []),
      ...(raw.hostbasedAuthentication ? ['HostbasedAuthentication'] : []),
      ...(set(raw.knownHostsCommand) ? ['KnownHostsCommand'] : []),
      ...(/^(yes|true|always)$/i.test(raw.canonicalizeHostname ?? '') ? ['CanonicalizeHostname'] : []),
      ...(raw.proxyUseFdpass ? ['ProxyUseFdpass'] : []),
    ];
  }

  #tokens(): TokenValues {
    const jump = this.#raw.proxyJump;
    return {
      home: this.#around.home,
      localUser: this.#around.user,
      localHost: this.#around.localHost,
      original: this.#alias,
      host: this.#hostName,
      port: this.#raw.port ?? 22,
      user: this.#raw.user ?? this.#around.user,
      jump: jump === undefined || jump === 'none' ? '' : jump,
      hostKeyAlias: this.#raw.hostKeyAlias ?? null,
    };
  }

  /** Empty where it cannot be expanded: the mistake is among `errors` then. */
  #path(option: string, text: string): string[] {
    try {
      const whole = expandTilde(
        expandEnv(expandTokens(text, this.#tokens(), 'all'), this.#around.env),
        this.#around.home,
      );
      return [whole];
    } catch (error) {
      return this.#mistake(option, text, error) ?? [];
    }
  }

  #agent(): string | null {
    const fromEnv = this.#around.env.SSH_AUTH_SOCK || this.#around.usualAgent;
    const text = this.#raw.identityAgent;
    if (text === undefined || text === 'SSH_AUTH_SOCK') return fromEnv;
    if (text.toLowerCase() === 'none') return null;
    if (/^\$[A-Za-z_]\w*$/.test(text)) return this.#around.env[text.slice(1)] || null;
    return this.#path('IdentityAgent', text)[0] ?? null;
  }

  #proxyCommand(): string | null {
    const text = this.#raw.proxyCommand;
    if (text === undefined || text.toLowerCase() === 'none') return null;
    try {
      return expandTokens(text, this.#tokens(), 'proxy');
    } catch (error) {
      this.#mistake('ProxyCommand', text, error);
      return text;
    }
  }

  #jumps(): JumpHop[] {
    const text = this.#raw.proxyJump;
    if (text === undefined) return [];
    try {
      return jumpHops(text);
    } catch (error) {
      this.#mistake('ProxyJump', text, error);
      return [];
    }
  }

  #mistake(option: string, text: string, error: unknown): null {
    if (!(error instanceof TokenError) && !(error instanceof LineError)) throw error;
    this.#errors.push(saySsh('CONFIG_AT_OPTION', { option, text, ...because('why', error.told) }));
    return null;
  }
}
