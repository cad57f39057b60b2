import type { Told } from './because.ts';
import { reasonOf } from './sentence.ts';

/** Why an argument cannot be added to a script for sure: parts of sentences. `renderer/i18n/errors/script.ts` has both languages. */
export const scriptSentences = {
  SCRIPT_OPEN: 'something in it is not closed',
  SCRIPT_REDIRECTION: 'a redirection leads nowhere',
  SCRIPT_PARENTHESES: 'it has parentheses that are not read here',
  SCRIPT_CLOSED: 'something in it is closed that is not open',
  SCRIPT_WORDS: 'words follow where none may',
  SCRIPT_COPROCESS: 'it has a coprocess',
  SCRIPT_NEGATED: 'a command is negated',
  SCRIPT_BRACKETS: '"[[" is not closed (at {{at}})',
  SCRIPT_FUNCTION_NAME: 'a function has no name',
  SCRIPT_CASE_IN: 'a "case" has no "in"',
  SCRIPT_CASE_END: '";;" stands outside of a "case"',
  SCRIPT_CASE_OPEN: 'a "case" is not closed',
  SCRIPT_NO_COMMAND: 'it has no command',
  SCRIPT_BACKGROUND: 'its last command is sent to the background',
  SCRIPT_ALTERNATIVES: 'its last command is one of several alternatives',
  SCRIPT_COMPOUND: 'its last command is a loop, a group or a condition',
  SCRIPT_HERE: 'its last command reads a here-document',
  SCRIPT_VARIABLES: 'its last command only sets variables',
  SCRIPT_OWN_FUNCTION: 'its last command is its own function "{{name}}"',
  SCRIPT_NO_TRAINER: 'its last command is "{{name}}"',
  SCRIPT_STARTS_NOTHING: 'its last command starts nothing',
  SCRIPT_IN_WORD: 'its last command is a script within a word',
  SCRIPT_PIPELINE: 'its last command is a pipeline whose trainer is not known',
  SCRIPT_LINE_ENDS: 'it has line ends of Windows',
  SCRIPT_HERE_OPEN: 'a here-document has no end',
  SCRIPT_HERE_END: 'a here-document has no plain end',
  SCRIPT_CUT: 'it ends in the middle of a word',
  SCRIPT_QUOTE: 'a quote is not closed',
  SCRIPT_DOLLAR: 'it uses {{text}}',
  SCRIPT_BRACE: 'a brace is not closed',
  SCRIPT_BRACE_QUOTE: 'it has a quote within braces',
  SCRIPT_PARENTHESIS: 'a parenthesis is not closed',
  SCRIPT_COMMENT: 'it has a comment within parentheses',
  SCRIPT_DEEP: 'it has more within parentheses than is read here',
} as const;

export type ScriptCode = keyof typeof scriptSentences;

export const sayScript = (code: ScriptCode, params: Told['params'] = {}): Told =>
  reasonOf(scriptSentences, code, params);
