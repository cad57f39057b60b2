import { TrainyardError } from '#shared/domain/trainyard-error.ts';

/** `--env K=V` options as an object; a bare `K` takes its value from our own environment, as docker does. Throws USAGE. */
export function parseEnvironment(
  given: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const text of given) {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw new TrainyardError('USAGE', `--env takes NAME=VALUE, not "${text}".`);
    const value = equals < 0 ? env[name] : text.slice(equals + 1);
    if (value === undefined)
      throw new TrainyardError('USAGE', `--env ${name}: there is no variable ${name} in your environment.`);
    result[name] = value;
  }
  return result;
}
