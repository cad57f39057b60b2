import type {
  Command,
  ForwardsPorts,
  OpenShell,
  RunningProgram,
  RunsPrograms,
  ShellOptions,
} from '#backend/processes/index.ts';
import type { TrainyardError } from '#shared/domain/error.ts';
import type { ConnectionStep, Prompt, SshAddress } from '#shared/domain/site.ts';

/** Where to connect. Two targets with the same address share one connection, whatever site they are for. */
export interface SshTarget extends SshAddress {
  /** Only for prompts: whom the question is about. */
  siteId?: string | null;
  siteName?: string;
}

/** What is asked of the user; the one who shows it gives it its id and time. */
export type Question = Omit<Prompt, 'id' | 'askedAt'>;

/**
 * Asks the user. Resolving is consent: for `host-key-first-use` the answers are empty, for the others there is one per
 * question. Rejects with a TrainyardError when the user declines (PROMPT_DECLINED) or `signal` aborts.
 */
export interface Prompter {
  ask(question: Question, signal: AbortSignal): Promise<{ answers: string[]; remember?: boolean }>;
}

/** Which secret is wanted. `keyFile` says whose passphrase; absent, it is that of the vault's own key. */
export interface WantedSecret {
  target: SshTarget;
  kind: 'password' | 'key-passphrase' | 'private-key';
  keyFile?: string;
}

/** The vault, as far as connecting knows it. A secret goes nowhere else: not into logs, errors or answers. */
export interface Credentials {
  /** Null when there is none. A private key is a PEM or OpenSSH text. */
  find(wanted: WantedSecret): Promise<string | null>;
  /** Called only after the secret has worked and the user has wished to keep it. */
  remember?(wanted: WantedSecret, secret: string): Promise<void>;
}

/** `connected` until it is `lost` (network, server) or `closed` (by us); never back: the next one is a new object. */
export type SshConnectionState = 'connected' | 'lost' | 'closed';

/**
 * One open connection to one machine, shared by everybody. At most eight programs run on it at a time (fewer where the
 * server allows fewer), further ones wait; `exec` goes before `spawn`.
 *
 * Errors of exec and spawn: SSH_CONNECTION_LOST (retryable), SSH_SHELL_FAILED, SSH_SESSION_REFUSED, CANCELLED,
 * COMMAND_TIMED_OUT, OUTPUT_TOO_LARGE.
 */
export interface SshConnection extends RunsPrograms, ForwardsPorts {
  readonly transport: 'ssh2' | 'openssh';
  readonly state: SshConnectionState;
  /** Measured by the last keep-alive or `ping`; null before the first. */
  readonly roundTripMs: number | null;
  /** Told once, when it ends. Returns the end of the subscription. */
  onState(listener: (state: SshConnectionState, error: TrainyardError | null) => void): () => void;
  /** Measures the round trip, ms. */
  ping(signal?: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

/** Where a host is and how to know it, for somebody else who is to connect to it. */
export interface SshReach {
  hostName: string;
  port: number;
  user: string;
  /** Its keys that are known here, the key in base64; none that is revoked. Empty where none is known. */
  hostKeys: { type: string; key: string }[];
}

/**
 * A connection of the system's own ssh whose programs are ordinary processes of this computer, so that what flows between two
 * of them need not pass through us. Made without asking anything, for one purpose; whoever opens it closes it.
 */
export interface SshLane {
  /**
   * The words of a local program that runs this over there. Its output comes after whatever the login shell prints first.
   * RangeError where the command is longer than a command line may be.
   */
  words(command: Command): string[];
  readonly isOpen: boolean;
  close(): Promise<void>;
}

export interface SshPool {
  /**
   * The machine's shared connection, connecting first where there is none. Aborting `signal` ends this caller's waiting,
   * and the attempt when nobody else waits for it. `background`: asks the user nothing; what would need an answer is
   * rejected with SSH_NEEDS_USER.
   *
   * Retryable errors: SSH_HOST_NOT_FOUND, SSH_UNREACHABLE, SSH_REFUSED, SSH_TIMED_OUT, SSH_CONNECTION_LOST,
   * SSH_PROXY_FAILED. Errors that need the user (see `needsUser`): SSH_HOST_KEY_CHANGED, SSH_HOST_KEY_REVOKED,
   * SSH_HOST_KEY_UNKNOWN, SSH_AUTH_FAILED, SSH_NEEDS_USER, SSH_KEY_UNREADABLE, SSH_CONFIG_INVALID, SSH_NO_COMMON_ALGORITHM.
   */
  connection(
    target: SshTarget,
    options?: { signal?: AbortSignal; background?: boolean },
  ): Promise<SshConnection>;
  /**
   * A terminal on a machine whose connection is open. The first one is carried by that; further ones by connections of their
   * own, so that programs always find a session, and those are made without asking the user anything. They end with their
   * last terminal. Errors: SSH_CONNECTION_LOST, PTY_REFUSED, SHELLS_FULL, and those of connecting.
   */
  openShell(target: SshTarget, options: ShellOptions): Promise<OpenShell>;
  /**
   * A program that may stay, on a machine whose connection is open: on that, or where it would leave too little room for short ones, on a
   * further one that is made without asking the user anything. Errors: SSH_CONNECTION_LOST, and those of starting a program.
   */
  spawn(target: SshTarget, command: Command, options?: { signal?: AbortSignal }): Promise<RunningProgram>;
  /** The open connection, or null; never connects. */
  existing(target: SshTarget): SshConnection | null;
  /** Each step as it happens, on a connection of its own that is closed at the end. Never throws: the failing step carries the error. */
  testConnection(target: SshTarget, options?: { signal?: AbortSignal }): AsyncIterable<ConnectionStep>;
  /**
   * Forgets what known_hosts has for this target, if the key it was changed to has this fingerprint (`SHA256:…`, from the
   * params of SSH_HOST_KEY_CHANGED); the next connection adds that key without asking.
   */
  acceptChangedHostKey(target: SshTarget, fingerprint: string): Promise<void>;
  /**
   * A lane to a machine; null where the system's ssh is not there or does not get in without asking (it is not tried again
   * then). `idle`: at low priority. Rejects only with CANCELLED.
   */
  lane(target: SshTarget, options: { signal: AbortSignal; idle?: boolean }): Promise<SshLane | null>;
  /** What the configuration and known_hosts say of a target; connects nowhere. Throws SSH_CONFIG_INVALID. */
  reach(target: SshTarget): Promise<SshReach>;
  /** Closes everything and ends every helper process. */
  close(): Promise<void>;
}
