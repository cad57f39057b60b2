import { idPattern } from '#shared/domain/id.ts';

/** The page's path for a link such as `trainyard://run/ID` or `trainyard://machine/ID`; null for anything else. */
export function pathOfLink(link: string): string | null {
  const match = /^trainyard:\/\/(run|machine)\/([^/?#]+)\/?$/i.exec(link.trim());
  const [, kind, id] = match ?? [];
  if (!kind || !id || !idPattern.test(id)) return null;
  return kind.toLowerCase() === 'run' ? `/runs/${id}` : `/machines/${id}`;
}

/** The link among a program's arguments, as Windows and Linux hand it over. */
export function linkInArguments(args: readonly string[]): string | null {
  return args.find((argument) => argument.startsWith('trainyard://')) ?? null;
}
