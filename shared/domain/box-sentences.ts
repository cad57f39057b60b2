import type { Told } from './because.ts';
import { quoted } from './quoted.ts';
import { reasonOf } from './sentence.ts';

/** What cannot be asked of a box, what of it cannot be read, and what its own programs say: parts of sentences. `renderer/i18n/errors/box-parts.ts` has both languages. */
export const boxSentences = {
  ASK_VARIABLE_NAME: '“{{name}}” cannot name a variable',
  ASK_VARIABLE_NUL: 'the variable {{name}} holds a NUL byte',
  ASK_NUL: '{{name}} holds a NUL byte',
  ASK_ENVIRONMENT_LARGE: 'the environment is larger than {{most}} bytes',
  ASK_SETUP_KEY: 'the setup key is no hash',
  ASK_TOKEN: 'the token is no identifier',
  ASK_WORKDIR: 'the working directory may not hold ".."',
  ASK_GRACE: 'the grace is 0 to 86400 whole seconds',
  ASK_STARTS: 'the number of starts is 1 to 1000',
  ASK_RUN_ID: "“{{id}}” is no run's identifier",
  ASK_ATTEMPT: "{{epoch}} is no attempt's number",
  ASK_PLACE: '{{value}} is no place in a log',
  ASK_SIGNAL: '“{{signal}}” is no signal to save by',
  ASK_COMMAND: 'that is no command',
  ASK_TIME: 'the time is 0 to 604800 seconds',
  ASK_GRACE_SECONDS: 'the grace is 0 to 86400 seconds',
  PATTERN_EMPTY: 'it is empty or more than one line',
  PATTERN_REPEATED: 'a repetition inside a repetition',
  BOX_RECORD_SENSELESS: 'its record makes no sense',
  BOX_EPOCH_UNREADABLE: 'its epoch file cannot be read',
  BOX_RECORD_UNREADABLE: 'the record of attempt {{epoch}} cannot be read',
  BOX_SPEC_NO_JSON: 'its specification is not JSON',
  BOX_SPEC_DAMAGED: 'its specification is damaged at {{at}}',
  BOX_SPEC_DAMAGED_WHOLE: 'its specification is damaged at the top',
  BOX_WORKDIR_SHUT: 'The directory {{directory}} cannot be entered.',
  BOX_SETUP_PLACE: 'The directory {{directory}} for the setup cannot be made.',
  BOX_SHELL_ENDED:
    'The shell ended with code {{exitCode}} before the script began: look at the login files (.profile, .bash_profile) on this machine.',
  BOX_SETUP_FAILED: 'Setup failed with code {{exitCode}}: {{said}}',
} as const;

export type BoxCode = keyof typeof boxSentences;

export const sayBox = (code: BoxCode, params: Told['params'] = {}): Told =>
  reasonOf(boxSentences, code, params);

/** What our own scripts on a box say, by how they say it (resources/remote); anything else is somebody's own words. */
const spoken: readonly [RegExp, BoxCode, readonly string[]][] = [
  [/^its epoch file cannot be read$/, 'BOX_EPOCH_UNREADABLE', []],
  [/^the record of attempt (\d+) cannot be read$/, 'BOX_RECORD_UNREADABLE', ['epoch']],
  [/^The directory (.+) for the setup cannot be made\.$/, 'BOX_SETUP_PLACE', ['directory']],
  [/^The directory (.+) cannot be entered\.$/, 'BOX_WORKDIR_SHUT', ['directory']],
  [/^The shell ended with code (\S+) before the script began: /, 'BOX_SHELL_ENDED', ['exitCode']],
  [/^Setup failed with code (\S+): (.*)$/s, 'BOX_SETUP_FAILED', ['exitCode', 'said']],
];

/** A box's words, by their code where they are ours; else quoted. */
export function boxTold(text: string): Told {
  for (const [pattern, code, names] of spoken) {
    const found = pattern.exec(text.trim());
    if (found) return sayBox(code, Object.fromEntries(names.map((name, at) => [name, found[at + 1] ?? ''])));
  }
  return quoted(text);
}
