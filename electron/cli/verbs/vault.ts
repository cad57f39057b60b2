import { readFile, writeFile } from 'node:fs/promises';
import type { Client } from '#shared/contract/index.ts';
import {
  type Credential,
  type CredentialKind,
  credentialKinds,
  newRecoveryPassphrase,
  type VaultState,
} from '#shared/domain/credential.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { type CliBackend, withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { findCredential } from '../names.ts';
import { ago, printable, printJson, printLine, printTable } from '../output.ts';
import { SecretInput } from '../secret-input.ts';

/** `trainyard vault [state]` */
export async function vaultState(json: boolean): Promise<number> {
  const state = await withBackend(({ client }) => client.vault.state());
  printState(state, json);
  return state.problems.length === 0 ? exitCodes.ok : exitCodes.failed;
}

/** `trainyard vault create`: the recovery passphrase is printed, this once. */
export async function createVault(options: {
  keychain?: boolean;
  recovery: boolean;
  json: boolean;
}): Promise<number> {
  const input = new SecretInput();
  const recovery = options.recovery ? newRecoveryPassphrase() : null;
  const passphrase = options.keychain ? undefined : await input.newPassphrase('Passphrase');
  const state = await withBackend(({ client }) =>
    client.vault.create({
      keychain: options.keychain ?? false,
      ...(passphrase === undefined ? {} : { passphrase }),
      ...(recovery === null ? {} : { recovery }),
    }),
  );
  if (options.json) printJson({ ...state, recovery });
  else if (recovery !== null) {
    process.stderr.write('Recovery passphrase, shown this once; write it down and keep it elsewhere:\n');
    printLine(recovery);
  }
  return exitCodes.ok;
}

/** `trainyard vault unlock` */
export async function unlockVault(options: { keychain?: boolean; json: boolean }): Promise<number> {
  const input = new SecretInput();
  const given = options.keychain ? {} : { passphrase: await input.line('Passphrase') };
  const { state, own } = await withBackend(async ({ client, own }) => ({
    state: await client.vault.unlock(given),
    own,
  }));
  printState(state, options.json);
  if (own)
    process.stderr.write(
      'No app is running: the vault was open for this command only. It is the right passphrase.\n',
    );
  return exitCodes.ok;
}

/** `trainyard vault lock` */
export async function lockVault(json: boolean): Promise<number> {
  printState(await withBackend(({ client }) => client.vault.lock()), json);
  return exitCodes.ok;
}

/** `trainyard vault list`: names and uses; there is no verb that prints a value. */
export async function listCredentials(json: boolean): Promise<number> {
  printCredentials(await withBackend(({ client }) => client.vault.list()), json);
  return exitCodes.ok;
}

/** `trainyard vault set NAME --kind KIND` */
export async function setCredential(
  name: string,
  options: { kind: string; scope?: string; file?: string; json: boolean },
): Promise<number> {
  const kind = kindOf(options.kind);
  const added = await withOpenVault(async ({ client }, input) =>
    client.vault.set({
      name,
      kind,
      scope: options.scope ?? '',
      ...(await givenValue(input, options.file, name)),
    }),
  );
  printCredentials([added], options.json);
  return exitCodes.ok;
}

/** `trainyard vault rotate CREDENTIAL` */
export async function rotateCredential(
  given: string,
  options: { file?: string; json: boolean },
): Promise<number> {
  const after = await withOpenVault(async ({ client }, input) => {
    const { id, name, kind, scope } = await findCredential(client, given);
    return client.vault.set({ id, name, kind, scope, ...(await givenValue(input, options.file, name)) });
  });
  printCredentials([after], options.json);
  return exitCodes.ok;
}

/** `trainyard vault rename CREDENTIAL NAME` */
export async function renameCredential(given: string, name: string, json: boolean): Promise<number> {
  const after = await withOpenVault(async ({ client }) =>
    client.vault.rename({ id: (await findCredential(client, given)).id, name }),
  );
  printCredentials([after], json);
  return exitCodes.ok;
}

/** `trainyard vault delete CREDENTIAL` */
export async function deleteCredential(given: string, json: boolean): Promise<number> {
  const gone = await withOpenVault(async ({ client }) => {
    const found = await findCredential(client, given);
    await client.vault.delete({ id: found.id });
    return found;
  });
  if (json) printJson({ id: gone.id, name: gone.name });
  else printLine(`${printable(gone.name)} is deleted.`);
  return exitCodes.ok;
}

/** `trainyard vault export FILE`: encrypted under a passphrase of its own. */
export async function exportCredentials(file: string, json: boolean): Promise<number> {
  const { text, count } = await withOpenVault(async ({ client }, input) =>
    client.vault.export({ passphrase: await input.newPassphrase('Passphrase for the file') }),
  );
  await writeFile(file, text, { mode: 0o600, flag: 'wx' });
  if (json) printJson({ file, count });
  else printLine(`${count} credential(s) in ${file}.`);
  return exitCodes.ok;
}

/** `trainyard vault import FILE` */
export async function importCredentials(file: string, json: boolean): Promise<number> {
  const text = await readTextFile(file);
  const { added } = await withOpenVault(async ({ client }, input) =>
    client.vault.import({ text, passphrase: await input.line('Passphrase of the file') }),
  );
  printCredentials(added, json);
  return exitCodes.ok;
}

/** `trainyard vault passphrase` */
export async function changePassphrase(json: boolean): Promise<number> {
  const state = await withBackend(async ({ client }) => {
    const input = new SecretInput();
    const before = await client.vault.state();
    const needsCurrent = before.locked || before.protection.some(({ kind }) => kind !== 'keychain');
    const current = needsCurrent ? await input.line('Present passphrase or recovery passphrase') : undefined;
    if (before.locked && current !== undefined) await client.vault.unlock({ passphrase: current });
    const passphrase = await input.newPassphrase('New passphrase');
    return client.vault.changePassphrase({ passphrase, ...(current === undefined ? {} : { current }) });
  });
  printState(state, json);
  return exitCodes.ok;
}

/** `trainyard vault accept` */
export async function acceptVault(json: boolean): Promise<number> {
  const { keptAs, state } = await withBackend(async ({ client, own }) => {
    const before = await client.vault.state();
    // Of a head that can be read only who can open it may accept what follows.
    if (before.locked && own && before.protection.length > 0)
      await client.vault.unlock({ passphrase: await new SecretInput().line('Passphrase') });
    return client.vault.accept();
  });
  if (json) printJson({ keptAs, state });
  else
    printLine(keptAs === null ? 'There was nothing to accept.' : `Accepted. The file as it was: ${keptAs}`);
  return exitCodes.ok;
}

/** `trainyard logins` */
export async function listLogins(json: boolean): Promise<number> {
  const logins = await withBackend(({ client }) => client.vault.logins());
  if (json) printJson(logins);
  else
    printTable(
      ['kind', 'name', 'signs in by', 'about', 'where'],
      logins.map(({ kind, name, how, about, where }) => [kind, name, how, about || '–', where]),
    );
  return exitCodes.ok;
}

/** A backend of our own begins with a locked vault: the passphrase is the first secret that is asked for. */
function withOpenVault<T>(work: (backend: CliBackend, input: SecretInput) => Promise<T>): Promise<T> {
  return withBackend(async (backend) => {
    const input = new SecretInput();
    const { exists, locked } = await backend.client.vault.state();
    if (exists && locked && backend.own)
      await backend.client.vault.unlock({ passphrase: await input.line('Passphrase of the vault') });
    return work(backend, input);
  });
}

async function givenValue(
  input: SecretInput,
  file: string | undefined,
  name: string,
): Promise<{ value: string }> {
  return { value: file === undefined ? await input.rest(`Value of ${name}`) : await readTextFile(file) };
}

async function readTextFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new TrainyardError('USAGE', `${file} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function kindOf(text: string): CredentialKind {
  const kind = credentialKinds.find((each) => each === text);
  if (!kind) throw new TrainyardError('USAGE', `--kind is one of ${credentialKinds.join(', ')}.`);
  return kind;
}

function printState(state: VaultState, json: boolean): void {
  if (json) {
    printJson(state);
    return;
  }
  printLine(
    state.exists ? (state.locked ? 'The vault is locked.' : 'The vault is open.') : 'There is no vault yet.',
  );
  for (const { kind, method } of state.protection) printLine(`opened by   ${kind} (${method})`);
  for (const { id, name, problem } of state.problems)
    printLine(`${problem.padEnd(11)} ${id === null ? 'the file as a whole' : printable(name)}`);
}

function printCredentials(credentials: readonly Credential[], json: boolean): void {
  if (json) {
    printJson(credentials);
    return;
  }
  const now = Date.now();
  printTable(
    ['name', 'kind', 'for', 'value set', 'used', 'by', 'id'],
    credentials.map(({ name, kind, scope, changedAt, usedAt, usedBy, problem, id }) => [
      name,
      problem === null ? kind : `${kind} (${problem})`,
      scope || '–',
      changedAt === 0 ? '–' : ago(changedAt, now),
      usedAt === null ? 'never' : ago(usedAt, now),
      usedBy
        .map((use) => use.name)
        .slice(0, 3)
        .join(', ') || '–',
      id,
    ]),
  );
}

/** `--credential NAME=CREDENTIAL` options: variables whose values the vault has. */
export async function readCredentials(
  client: Client,
  given: readonly string[],
): Promise<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const text of given) {
    const [, name = '', wanted = ''] = /^([A-Za-z_][A-Za-z0-9_]*)(?:=(.+))?$/.exec(text) ?? [];
    if (name === '') throw new TrainyardError('USAGE', `--credential takes NAME=CREDENTIAL, not "${text}".`);
    result[name] = (await findCredential(client, wanted || name)).id;
  }
  return result;
}
