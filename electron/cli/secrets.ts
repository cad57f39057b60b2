import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { ask } from './ask.ts';

/**
 * The values of secrets, from the environment variables of the same names; those that are not set are asked for on the
 * terminal. Never from the command line, which every user of the computer can read. Throws SECRET_MISSING.
 */
export async function readSecrets(
  names: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Record<string, string>> {
  const secrets: Record<string, string> = {};
  for (const name of names) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new TrainyardError(
        'USAGE',
        '--secret takes the name of a secret only; its value is read from the environment or asked for.',
      );
    }
    const value = env[name] ?? (process.stdin.isTTY ? await ask(`${name}: `, { hidden: true }) : undefined);
    if (value === undefined) {
      throw new TrainyardError(
        'SECRET_MISSING',
        `The secret ${name} is not in the environment, and there is no terminal to ask for it. Set the variable ${name} and try again.`,
        { params: { name } },
      );
    }
    secrets[name] = value;
  }
  return secrets;
}
