import type { Key } from '#renderer/i18n/index.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { Role } from '#shared/domain/role.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import type { Hotkeys } from './hotkeys.ts';

/** Where the user is: what a command acts on. */
export interface CommandContext {
  navigate(path: string): void;
  /** Opens or closes one of the things that lie over all pages. */
  show(what: 'palette' | 'keys'): void;
  /** The run, or the machine, that the page shows; null where it shows none. */
  run: RunSummary | null;
  machine: Machine | null;
}

/** `here`: about the run or machine of the page. The others are places, acts, and how the app looks. */
export type CommandGroup = 'here' | 'go' | 'act' | 'look';

/** Something that can be done by name. What has keys is in the first file of the page; the rest comes with the palette. */
export interface Command {
  id: string;
  title: Key;
  group: CommandGroup;
  /** Each a way to press it, as key-names.ts writes them; the first one is shown. */
  keys?: readonly string[];
  /** Least role; absent: anybody. */
  role?: Role;
  when?(context: CommandContext): boolean;
  run(context: CommandContext): void | Promise<void>;
}

/** Keys of one place (a table, a log, a terminal), as the map shows them. The place's own handler is made from the same list. */
export interface KeysOfPlace {
  title: Key;
  keys: readonly { keys: readonly string[]; title: Key }[];
}

/** All keys of these commands; the first command keeps a key that two ask for. */
export function hotkeysOf(
  commands: readonly Command[],
  may: (role: Role) => boolean,
  context: () => CommandContext,
  failed: (thrown: unknown) => void,
): Hotkeys {
  const map = new Map<string, () => void>();
  for (const command of commands) {
    if (command.role && !may(command.role)) continue;
    for (const keys of command.keys ?? []) {
      if (!map.has(keys)) map.set(keys, () => runCommand(command, context(), failed));
    }
  }
  return map;
}

/** Does it, if it makes sense here; what it throws later is said too. */
export function runCommand(
  command: Command,
  context: CommandContext,
  failed: (thrown: unknown) => void,
): void {
  if (command.when && !command.when(context)) return;
  try {
    const going = command.run(context);
    if (going instanceof Promise) going.catch(failed);
  } catch (thrown) {
    failed(thrown);
  }
}
