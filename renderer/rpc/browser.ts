import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { type BackendConnection, connectBackend } from './client.ts';
import { offline, socketWire } from './socket-wire.ts';

/** Connects a page that the headless host has served: WebSockets to where the page came from, signed in by its cookie. */
export function connectFromBrowser(
  location: { protocol: string; host: string } = window.location,
): BackendConnection {
  const sockets = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`;
  const connection = connectBackend({
    async connect(channel, signal) {
      try {
        return await socketWire(new WebSocket(`${sockets}/${channel}`), signal);
      } catch (thrown) {
        await refuseWithoutSession(location, signal);
        throw thrown;
      }
    },
  });
  // The computer woke up, or its network came back: the back-off need not be sat out.
  window.addEventListener('online', () => connection.retryNow());
  return connection;
}

/** A refused WebSocket does not say why to a page; a request does. */
async function refuseWithoutSession(
  location: { protocol: string; host: string },
  signal: AbortSignal,
): Promise<void> {
  let status: number;
  try {
    status = (await fetch(`${location.protocol}//${location.host}/session`, { signal })).status;
  } catch (thrown) {
    throw offline(String(thrown));
  }
  if (status !== 401) return;
  throw new TrainyardError(
    'SESSION_ENDED',
    'This browser is not signed in any more. Open the address that Trainyard printed when it started.',
  );
}
