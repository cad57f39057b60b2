import { create } from 'zustand';
import type { OpenedStream } from '#renderer/rpc/index.ts';
import { backendSource } from './terminal-source.ts';

/** The terminals that get what is typed in any of them; fewer than two: each its own. This window's alone. */
export const useSeveral = create<{ ids: ReadonlySet<string>; choosing: boolean }>()(() => ({
  ids: new Set(),
  choosing: false,
}));

type Send = (terminalId: string, bytes: Uint8Array) => boolean;
/** Streams of chosen terminals that are not on the screen: only typed into. */
const unseen = new Map<string, OpenedStream>();

export function typeInSeveral(ids: Iterable<string>): void {
  const chosen = new Set(ids);
  useSeveral.setState({ ids: chosen.size > 1 ? chosen : new Set(), choosing: false });
  for (const [id, stream] of unseen) {
    if (chosen.has(id) && chosen.size > 1) continue;
    stream.close();
    unseen.delete(id);
  }
}

export function leaveSeveral(terminalId: string): void {
  const { ids } = useSeveral.getState();
  if (ids.has(terminalId)) typeInSeveral([...ids].filter((id) => id !== terminalId));
}

/** Hands on what was typed in one terminal to it and to all that it stands for. `send`: true where that terminal is on the screen. */
export function sendTyped(fromId: string, bytes: Uint8Array, send: Send): void {
  const { ids } = useSeveral.getState();
  if (!ids.has(fromId)) {
    send(fromId, bytes);
    return;
  }
  for (const id of ids) {
    if (send(id, bytes)) {
      unseen.get(id)?.close();
      unseen.delete(id);
    } else void streamTo(id).send(bytes);
  }
}

function streamTo(terminalId: string): OpenedStream {
  const open = unseen.get(terminalId);
  if (open) return open;
  // What it shows is read and left: its program must not wait for somebody who does not look.
  const stream = backendSource(terminalId).open({ onEnd: () => leaveSeveral(terminalId) });
  unseen.set(terminalId, stream);
  return stream;
}
