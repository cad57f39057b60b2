import type { Command } from 'commander';
import { dataDirectory } from '#backend/data-directory.ts';
import { readRuntimeFile } from '#backend/door/runtime-file.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { printLine } from '../output.ts';

/** A verb as the completion scripts need it. */
interface Verb {
  name: string;
  description: string;
  options: string[];
  /** What its first argument names. */
  argument: 'runs' | 'machines' | 'sites' | 'files' | 'words' | null;
  verbs: Verb[];
}

/** `trainyard completion bash|zsh|fish` */
export async function printCompletion(shell: string, program: Command): Promise<number> {
  const verbs = program.commands.map(verbOf).filter(({ name }) => name !== 'names');
  const scripts: Record<string, (verbs: Verb[]) => string> = {
    bash: bashScript,
    zsh: zshScript,
    fish: fishScript,
  };
  const script = scripts[shell];
  if (!script)
    throw new TrainyardError('USAGE', `There is completion for bash, zsh and fish, not for "${shell}".`);
  printLine(script(verbs));
  return exitCodes.ok;
}

/** `trainyard names runs|machines|sites`: one a line, for the scripts; nothing where no app is running. */
export async function printNames(kind: string): Promise<number> {
  if (!readRuntimeFile(dataDirectory())) return exitCodes.ok;
  const names = await withBackend(async ({ client }) => {
    if (kind === 'sites') return (await client.sites.list()).map(({ name }) => name);
    if (kind === 'machines')
      return (await client.machines.list({ limit: 1000 })).rows.map(({ name }) => name);
    return (await client.runs.list({ limit: 200 })).rows.flatMap(({ id, name }) => [name, id]);
  });
  // Names with anything in them that a shell could take for its own are left out: completion must not run them.
  for (const name of new Set(names)) if (/^[\w.@:+-]+$/.test(name)) printLine(name);
  return exitCodes.ok;
}

function verbOf(command: Command): Verb {
  const first = command.registeredArguments[0]?.name();
  const argument =
    first === 'run'
      ? 'runs'
      : first === 'machine'
        ? 'machines'
        : first === 'site'
          ? 'sites'
          : first === 'file'
            ? 'files'
            : first === 'shell'
              ? 'words'
              : null;
  return {
    name: command.name(),
    description: command.description(),
    options: command.options.flatMap(({ long, short }) => [long, short].filter((flag) => flag != null)),
    argument,
    verbs: command.commands.map(verbOf),
  };
}

function casesOf(verbs: Verb[], path: string, line: (pattern: string, verb: Verb) => string): string {
  return verbs
    .flatMap((verb) => [
      line(`${path}${verb.name}`, verb),
      ...(verb.verbs.length > 0 ? [casesOf(verb.verbs, `${path}${verb.name} `, line)] : []),
    ])
    .join('\n');
}

function bashScript(verbs: Verb[]): string {
  const names = (verb: Verb) => {
    if (verb.verbs.length > 0) return verb.verbs.map(({ name }) => name).join(' ');
    if (verb.argument === 'words') return 'bash zsh fish';
    return verb.argument === null || verb.argument === 'files'
      ? ''
      : `$(trainyard names ${verb.argument} 2>/dev/null)`;
  };
  const cases = casesOf(
    verbs,
    '',
    (pattern, verb) =>
      `    '${pattern}') words="${names(verb)}"; options='${verb.options.join(' ')}'; files=${verb.argument === 'files' ? 1 : 0} ;;`,
  );
  return `# bash completion for trainyard:  source <(trainyard completion bash)
_trainyard() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" word path first='' second=''
  local words='${verbs.map(({ name }) => name).join(' ')}' options='--json --help --version' files=0 found=0
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
    -*) ;;
    *) if [ -z "$first" ]; then first="$word"; elif [ -z "$second" ]; then second="$word"; fi ;;
    esac
  done
  if [ "$before" = --on ]; then
    COMPREPLY=($(compgen -W "$(trainyard names machines 2>/dev/null)" -- "$current"))
    return
  fi
  for path in "$first $second" "$first"; do
    [ "$found" = 0 ] || break
    found=1
    case "$path" in
${cases}
    *) found=0 ;;
    esac
  done
  case "$current" in
  -*) COMPREPLY=($(compgen -W "$options --help" -- "$current")) ;;
  *)
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    if [ "$files" = 1 ]; then COMPREPLY+=($(compgen -f -- "$current")); fi
    ;;
  esac
}
complete -o filenames -o bashdefault -F _trainyard trainyard`;
}

function zshScript(verbs: Verb[]): string {
  return `#compdef trainyard
# zsh completion for trainyard:  source <(trainyard completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bashScript(verbs)}`;
}

function fishScript(verbs: Verb[]): string {
  const quote = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const lines: string[] = [
    '# fish completion for trainyard:  trainyard completion fish | source',
    'complete -c trainyard -f',
  ];
  const add = (verb: Verb, condition: string) => {
    lines.push(`complete -c trainyard -n ${quote(condition)} -a ${verb.name} -d ${quote(verb.description)}`);
    const here = `__fish_seen_subcommand_from ${verb.name}`;
    if (verb.argument === 'files') lines.push(`complete -c trainyard -n ${quote(here)} -F`);
    else if (verb.argument === 'words')
      lines.push(`complete -c trainyard -n ${quote(here)} -a 'bash zsh fish'`);
    else if (verb.argument !== null)
      lines.push(
        `complete -c trainyard -n ${quote(here)} -a '(trainyard names ${verb.argument} 2>/dev/null)'`,
      );
    for (const option of verb.options.filter((flag) => flag.startsWith('--')))
      lines.push(`complete -c trainyard -n ${quote(here)} -l ${option.slice(2)}`);
    const below = verb.verbs.map(({ name }) => name).join(' ');
    for (const child of verb.verbs) add(child, `${here}; and not __fish_seen_subcommand_from ${below}`);
  };
  for (const verb of verbs) add(verb, '__fish_use_subcommand');
  lines.push(`complete -c trainyard -l on -x -a '(trainyard names machines 2>/dev/null)'`);
  return lines.join('\n');
}
