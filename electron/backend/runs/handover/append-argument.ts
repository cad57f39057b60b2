import type { Told } from '#shared/domain/because.ts';
import { sayScript } from '#shared/domain/script-sentences.ts';
import { type Command, type Pipeline, readScript, type Script } from './shell-commands.ts';
import { NotUnderstood } from './shell-tokens.ts';

export type Appended = { ok: true; script: string } | { ok: false; why: Told };

/** What stands at the end of a pipeline and only passes on or keeps what comes: the trainer is before it. */
const passesOn = new Set([
  'tee',
  'cat',
  'grep',
  'egrep',
  'sed',
  'awk',
  'ts',
  'tail',
  'head',
  'cut',
  'tr',
  'less',
]);
/** No trainer: whoever wrote the script has the trainer somewhere before, or within a word of these. */
const noTrainer = new Set(
  `: . [ [[ alias bg break builtin cat cd chmod chown command continue cp cut date declare dirs disown echo eval exit export
  false fg find grep head hash help history jobs kill let ln local logout ls make mkdir mv parallel popd printf pushd pwd read
  readonly return rm rsync scp screen sed set shift shopt sleep sort source ssh sync tail tee test times tmux touch tr trap true
  type typeset ulimit umask unalias unset wait watch which xargs`.split(/\s+/),
);
const shells = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash', 'busybox']);

/**
 * The script with an argument added to its trainer's command: the last simple command, or the first of a last pipeline whose
 * others only pass on what it prints. Only where that is sure; else why not, as the rest of a sentence. `argument` is
 * written as it is: quoted already.
 */
export function appendArgument(script: string, argument: string): Appended {
  try {
    const { end } = trainerOf(readScript(script));
    return { ok: true, script: `${script.slice(0, end)} ${argument}${script.slice(end)}` };
  } catch (error) {
    if (error instanceof NotUnderstood) return { ok: false, why: error.told };
    throw error;
  }
}

function trainerOf(script: Script): Command {
  const last = script.pipelines.at(-1);
  if (last === undefined) throw new NotUnderstood(sayScript('SCRIPT_NO_COMMAND'));
  if (last.background) throw new NotUnderstood(sayScript('SCRIPT_BACKGROUND'));
  if (isAlternative(script.pipelines)) throw new NotUnderstood(sayScript('SCRIPT_ALTERNATIVES'));
  const command = firstOf(last);
  if (!command.simple) throw new NotUnderstood(sayScript('SCRIPT_COMPOUND'));
  if (command.hasHereDocument) throw new NotUnderstood(sayScript('SCRIPT_HERE'));
  const [name] = command.words;
  if (name === undefined) throw new NotUnderstood(sayScript('SCRIPT_VARIABLES'));
  if (script.functions.has(name)) throw new NotUnderstood(sayScript('SCRIPT_OWN_FUNCTION', { name }));
  const bare = unquoted(name);
  if (noTrainer.has(bare)) throw new NotUnderstood(sayScript('SCRIPT_NO_TRAINER', { name: bare }));
  if (bare === 'exec' && command.words.length === 1)
    throw new NotUnderstood(sayScript('SCRIPT_STARTS_NOTHING'));
  if (readsScriptFromWord(command.words)) throw new NotUnderstood(sayScript('SCRIPT_IN_WORD'));
  return command;
}

/** `a || b`: which of them trains is not known. */
function isAlternative(pipelines: readonly Pipeline[]): boolean {
  for (const { after } of [...pipelines].reverse()) {
    if (after === '||') return true;
    if (after === ';') return false;
  }
  return false;
}

function firstOf({ commands }: Pipeline): Command {
  const [first, ...others] = commands;
  if (first === undefined) throw new NotUnderstood(sayScript('SCRIPT_NO_COMMAND'));
  const isPassedOn = others.every(({ simple, words }) => simple && passesOn.has(unquoted(words[0] ?? '')));
  if (!isPassedOn) throw new NotUnderstood(sayScript('SCRIPT_PIPELINE'));
  return first;
}

const unquoted = (word: string): string =>
  (
    word
      .replace(/["'\\]/g, '')
      .split('/')
      .at(-1) ?? ''
  ).toLowerCase();

/** `bash -c '…'`, also behind `env` or `nohup`. */
const readsScriptFromWord = (words: readonly string[]): boolean =>
  words.some(
    (word, index) =>
      shells.has(unquoted(word)) && words.slice(index + 1).some((each) => /^-\w*c$/.test(each)),
  );
