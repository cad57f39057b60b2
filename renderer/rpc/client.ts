import { type ClientLink, createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { Client } from '#shared/contract/index.ts';
import type { Wire, WireMessage } from '#shared/contract/wire.ts';
import { ByteChannel } from './bytes.ts';
import { asTrainyardError } from './errors.ts';
import { type ConnectionStatus, Reconnecting, type ReconnectOptions } from './reconnect.ts';
import { offline } from './socket-wire.ts';

export interface BackendConnection {
  /** The contract, to be called. Every rejection is a TrainyardError; BACKEND_OFFLINE while there is no connection. */
  rpc: Client;
  /** Bytes that flow; its own wire, opened with the first stream. */
  bytes: ByteChannel;
  status(): ConnectionStatus;
  /** Returns the end of it. */
  onStatus(listener: (status: ConnectionStatus) => void): () => void;
  retryNow(): void;
  close(): void;
}

export interface ConnectOptions extends Omit<ReconnectOptions, 'connect'> {
  connect(channel: 'rpc' | 'bytes', signal: AbortSignal): Promise<Wire>;
}

/**
 * Connects and stays connected. Calls made before the first connection wait for it; those made while it is lost are
 * refused at once, and those under way when it breaks are rejected: none is ever sent twice.
 */
export function connectBackend(options: ConnectOptions): BackendConnection {
  const calls = new Reconnecting({ ...options, connect: (signal) => options.connect('rpc', signal) });
  const bytes = new ByteChannel(
    new Reconnecting({ ...options, connect: (signal) => options.connect('bytes', signal) }),
  );
  let current: { link: RPCLink<Record<never, never>>; connected: boolean } | null = null;
  calls.onWire((wire) => {
    const mine = { link: linkOver(wire), connected: true };
    current = mine;
    wire.onClose(() => {
      mine.connected = false;
    });
  });

  const link: ClientLink<Record<never, never>> = {
    async call(path, input, callOptions) {
      await calls.ready();
      const mine = current;
      if (!mine?.connected) throw offline('lost just now');
      const asOurs = (thrown: unknown) => asTrainyardError(thrown, mine.connected, callOptions.signal);
      try {
        const output = await mine.link.call(path, input, callOptions);
        return isAsyncIterator(output) ? withErrors(output, asOurs) : output;
      } catch (thrown) {
        throw asOurs(thrown);
      }
    },
  };
  calls.start();
  return {
    rpc: createORPCClient(link) as Client,
    bytes,
    status: () => calls.status,
    onStatus: (listener) => calls.onStatus(listener),
    retryNow() {
      calls.retryNow();
      bytes.retryNow();
    },
    close() {
      calls.close();
      bytes.close();
    },
  };
}

/** oRPC's WebSocket link over any wire: of a WebSocket it uses four things. */
function linkOver(wire: Wire): RPCLink<Record<never, never>> {
  const target = new EventTarget();
  const socket = {
    // Open for good: a closed wire takes what is sent in silence, and `connected` keeps new calls away from it.
    readyState: 1,
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
    send: (message: WireMessage) => wire.send(message),
  };
  const link = new RPCLink({
    websocket: socket as unknown as ConstructorParameters<typeof RPCLink>[0]['websocket'],
  });
  wire.onMessage((message) => target.dispatchEvent(new MessageEvent('message', { data: message })));
  wire.onClose(() => target.dispatchEvent(new Event('close')));
  return link;
}

function isAsyncIterator(value: unknown): value is AsyncIterator<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function withErrors(
  iterator: AsyncIterator<unknown>,
  asOurs: (thrown: unknown) => Error,
): AsyncIterableIterator<unknown> {
  return {
    async next() {
      try {
        return await iterator.next();
      } catch (thrown) {
        throw asOurs(thrown);
      }
    },
    async return(value) {
      await iterator.return?.();
      return { done: true, value };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
