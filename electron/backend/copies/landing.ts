import type { CopyService } from './copies.ts';
import type { Place } from './interface.ts';
import { baseOf } from './names.ts';

/**
 * Where a copy that a user asks for lands, by rsync's rules: `DIR/` means what is in it, `DIR` the directory itself, which
 * goes into the destination under its own name. A file goes to the path given, or into it where that is a directory
 * (or ends with a slash).
 */
export async function landingOf(
  copies: CopyService,
  from: Place,
  to: Place,
  signal: AbortSignal,
): Promise<{ from: Place; to: Place }> {
  const [source, destination] = await Promise.all([
    copies.box(from.machineId).look(from.path, signal),
    copies.box(to.machineId).look(to.path, signal),
  ]);
  const given = { ...from, path: source.place };
  const isInto = to.path.endsWith('/') || to.path === '~' || destination.kind === 'directory';
  const own = baseOf(source.place.replace(/\/+$/, ''));
  const place = destination.place.replace(/(?<=.)\/+$/, '');
  const within = { ...to, path: `${place === '/' ? '' : place}/${own}` };
  if (source.kind === 'directory') {
    return { from: given, to: from.path.endsWith('/') || own === '' ? { ...to, path: place } : within };
  }
  return { from: given, to: isInto ? within : { ...to, path: place } };
}
