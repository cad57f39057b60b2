import type { BackendConnection } from '#renderer/rpc/index.ts';
import type { Client } from '#shared/contract/index.ts';

let connection: BackendConnection | null = null;

/** Said once by main.tsx before anything is drawn. */
export function setBackend(made: BackendConnection): void {
  connection = made;
}

export function backend(): BackendConnection {
  if (!connection) throw new Error('the page has no connection to its backend yet');
  return connection;
}

/** The contract, to be called from anywhere in the page. Every rejection is a TrainyardError. */
export const rpc = (): Client => backend().rpc;
