import type { TrainyardError } from '#shared/domain/trainyard-error.ts';

/** What `trainyard` ends with; docs/cli.md tells the same. `run --follow` and `logs -f` end with the run's own code instead. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  unreachable: 4,
  needsUser: 5,
  interrupted: 130,
} as const;

/** What the user gave was not right: a wrong option, an ambiguous name, a task file with mistakes. */
const usageCodes = new Set(['INPUT_INVALID', 'USAGE', 'NAME_AMBIGUOUS', 'SETTING_INVALID']);
const needsUserCodes = new Set(['MACHINE_BLOCKED', 'SECRET_MISSING']);

export function exitCodeOf(error: TrainyardError): number {
  const { code } = error;
  if (usageCodes.has(code) || code.startsWith('SPEC_')) return exitCodes.usage;
  if (/_(UNKNOWN|NOT_FOUND|MISSING_FILE)$/.test(code)) return exitCodes.notFound;
  if (needsUserCodes.has(code) || /HOST_KEY|AUTHENTICATION|PASSWORD|PASSPHRASE/.test(code))
    return exitCodes.needsUser;
  if (code === 'BACKEND_OFFLINE' || /UNREACHABLE|TIMED_OUT|REFUSED|DNS|CONNECTION/.test(code))
    return exitCodes.unreachable;
  return exitCodes.failed;
}
