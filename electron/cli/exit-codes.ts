import type { TrainyardError } from '#shared/domain/trainyard-error.ts';

/** What `trainyard` ends with; docs/cli.md tells the same. `run --follow` and `logs -f` end with the run's own code instead. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  unreachable: 4,
  needsUser: 5,
  /** Of `fit`: not even the low end does. */
  doesNotFit: 6,
  interrupted: 130,
} as const;

/** What the user gave was not right: a wrong option, an ambiguous name, a task file with mistakes. */
const usage =
  /^(INPUT_INVALID|USAGE|NAME_AMBIGUOUS|SETTING_INVALID|CHECKPOINT_FRAMEWORK_UNKNOWN|FIT_\w+|MODEL_(?!UNKNOWN|FILE_NOT_FOUND)\w+|TASK_INVALID|TASK_UNSUPPORTED|SITE_NAME_\w+)$/;
const needsUser =
  /^(MACHINE_BLOCKED|SECRET_MISSING|VAULT_(LOCKED|WRONG_PASSPHRASE)|PROMPT_DECLINED|SSH_(HOST_KEY_\w+|AUTH_FAILED|NEEDS_USER|KEY_UNREADABLE|CONFIG_INVALID|NO_COMMON_ALGORITHM))$/;
const unreachable =
  /^(BACKEND_OFFLINE|MACHINE_UNREACHABLE|LOG_OUT_OF_SIGHT|COPY_(NO_PATH|INTERRUPTED|STALLED)|SSH_(HOST_NOT_FOUND|UNREACHABLE|REFUSED|TIMED_OUT|CONNECTION_LOST|PROXY_FAILED))$/;

export function exitCodeOf({ code }: TrainyardError): number {
  if (code === 'INTERRUPTED') return exitCodes.interrupted;
  if (usage.test(code)) return exitCodes.usage;
  if (needsUser.test(code)) return exitCodes.needsUser;
  if (unreachable.test(code)) return exitCodes.unreachable;
  if (/_(UNKNOWN|NOT_FOUND|DIRECTORY_MISSING|SOURCE_MISSING)$/.test(code)) return exitCodes.notFound;
  return exitCodes.failed;
}
