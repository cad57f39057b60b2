import type { CredentialKind } from '#shared/domain/credential.ts';
import { credentialsForRuns } from '#shared/domain/credential.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import type { Vault } from './vault/index.ts';

/**
 * What runs take from the vault: never a login to hosts. Who may launch can print a run's environment, and must not come
 * by the owner's passwords and keys that way.
 */
export const runCredentials = (vault: Vault) => ({
  reveal(ids: readonly string[], run: { id: string; name: string }): string[] {
    for (const id of ids) checkKind(vault.kindOf(id));
    return vault.reveal(ids, { kind: 'run', place: run.id, name: run.name });
  },
});

function checkKind(kind: CredentialKind): void {
  if (credentialsForRuns.includes(kind)) return;
  throw new TrainyardError(
    'CREDENTIAL_NOT_FOR_RUNS',
    'This credential is a login to hosts and is not given to runs. Choose a token, an environment secret or a cloud login.',
    { params: { kind } },
  );
}
