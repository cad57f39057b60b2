import type { Command } from 'commander';
import type { Act, Add } from './adding.ts';

interface Plain {
  json?: boolean;
}

/** `trainyard vault …` and `trainyard logins`, with their options. */
export function addVaultVerbs(program: Command, add: Add, act: Act, json: (options: Plain) => boolean): void {
  const load = () => import('./verbs/vault.ts');
  const vault = add(program, 'vault', 'secrets, encrypted on this computer');
  const jsonOf = (options: Plain) => json({ ...vault.opts(), ...options });
  act(add(vault, 'state', 'whether it is there, open, and as it should be'), async (options: Plain) =>
    (await load()).vaultState(jsonOf(options)),
  );
  act(
    add(vault, 'create', 'make it; asks for its passphrase')
      .option('--keychain', "have the system's keychain open it, no passphrase")
      .option('--no-recovery', 'no recovery passphrase'),
    async (options: { keychain?: boolean; recovery: boolean } & Plain) =>
      (await load()).createVault({ ...options, json: jsonOf(options) }),
  );
  act(
    add(vault, 'unlock', 'open it').option('--keychain', "with the system's keychain"),
    async (options: { keychain?: boolean } & Plain) =>
      (await load()).unlockVault({ ...options, json: jsonOf(options) }),
  );
  act(add(vault, 'lock', 'close it'), async (options: Plain) => (await load()).lockVault(jsonOf(options)));
  act(add(vault, 'list', 'list what is in it and who uses it'), async (options: Plain) =>
    (await load()).listCredentials(jsonOf(options)),
  );
  act(
    add(vault, 'set <name>', 'keep a secret; its value is asked for or read from stdin')
      .requiredOption('--kind <kind>', 'token, environment, ssh-password, private-key …')
      .option('--scope <scope>', 'the host or key file it is for')
      .option('--file <file>', 'its value is what this file has'),
    async (name: string, options: { kind: string; scope?: string; file?: string } & Plain) =>
      (await load()).setCredential(name, { ...options, json: jsonOf(options) }),
  );
  act(
    add(vault, 'rotate <credential>', 'give it a new value').option('--file <file>', 'what this file has'),
    async (given: string, options: { file?: string } & Plain) =>
      (await load()).rotateCredential(given, { ...options, json: jsonOf(options) }),
  );
  act(
    add(vault, 'rename <credential> <name>', 'call it otherwise'),
    async (given: string, name: string, options: Plain) =>
      (await load()).renameCredential(given, name, jsonOf(options)),
  );
  act(add(vault, 'delete <credential>', 'remove it'), async (given: string, options: Plain) =>
    (await load()).deleteCredential(given, jsonOf(options)),
  );
  act(
    add(vault, 'export <file>', 'write all of it to a file, encrypted under a passphrase of its own'),
    async (file: string, options: Plain) => (await load()).exportCredentials(file, jsonOf(options)),
  );
  act(add(vault, 'import <file>', 'add what an export has'), async (file: string, options: Plain) =>
    (await load()).importCredentials(file, jsonOf(options)),
  );
  act(add(vault, 'passphrase', 'change the passphrase'), async (options: Plain) =>
    (await load()).changePassphrase(jsonOf(options)),
  );
  act(
    add(vault, 'accept', 'take an altered vault file as it is; it is kept beside it as it was'),
    async (options: Plain) => (await load()).acceptVault(jsonOf(options)),
  );
  act(
    add(program, 'logins', 'your own logins on this computer, found by reading files'),
    async (options: Plain) => (await load()).listLogins(json(options)),
  );
}
