import { inside } from './emulator-state.ts';
import type { Emulator } from './xterm.ts';

/** The OSC 8 sequence that begins the link of this number; 0: ends it. */
export function linkTo(emulator: Emulator, link: number): string {
  const data = link === 0 ? undefined : inside(emulator)._oscLinkService.getLinkData(link);
  const id = data?.id === undefined ? '' : `id=${data.id}`;
  return `\x1b]8;${id};${data?.uri ?? ''}\x1b\\`;
}
