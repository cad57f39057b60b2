import { placeName } from '#renderer/app/place-name.ts';
import type { Translate } from '#renderer/i18n/index.ts';
import type { Forward } from '#shared/domain/forward.ts';

/** Where it is reached on the computer that Trainyard runs on. */
export const addressOf = ({ localPort }: Pick<Forward, 'localPort'>): string =>
  `http://localhost:${localPort}/`;

/** Its own name, else what it is thought to be, else where it leads. */
export function nameOf(forward: Forward, t: Translate): string {
  if (forward.label !== '') return forward.label;
  if (forward.guess) return t(`ports.guess.${forward.guess}`);
  return `${placeName(forward.machineId, forward.machineName, t)}:${forward.remotePort}`;
}

/** What a connection over there has to be made to, for it to be reached: a wildcard is reached on the loopback. */
export const reachableHost = (address: string): string =>
  ['127.0.0.1', '0.0.0.0', '*', '::', '::1', 'localhost'].includes(address) ? 'localhost' : address;

/** Whether this page is looked at on the computer whose loopback the ports are on. */
export const isHere = (): boolean =>
  window.trainyard !== undefined ||
  ['localhost', '127.0.0.1', '[::1]', '::1'].includes(window.location.hostname);
