import type { Clock } from '#backend/clock.ts';
import type { Secrets } from '../authentication/secrets.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import { openSshMissing } from '../errors.ts';
import type { Prompter, SshConnection, SshTarget } from '../interface.ts';

export interface OpenSshAttempt {
  target: SshTarget;
  host: ResolvedHost;
  why: string;
  prompter: Prompter;
  secrets: Secrets;
  clock: Clock;
  signal: AbortSignal;
}

export async function connectOpenSsh(attempt: OpenSshAttempt): Promise<SshConnection> {
  throw openSshMissing(attempt.host.alias, attempt.why);
}
