import type { AppEvent } from '#shared/domain/event.ts';
import type { BackendConnection } from './client.ts';

export interface EventHandlers {
  /** Events flow from now on: load the lists (again). Called at the start and after each loss of connection or events. */
  onOpen(): void;
  onEvent(event: AppEvent): void;
}

/** Follows everything that changes for as long as the page is open, through losses of the connection. Returns the end of it. */
export function followEvents(connection: BackendConnection, handlers: EventHandlers): () => void {
  const abort = new AbortController();
  void followUntil(connection, handlers, abort.signal);
  return () => abort.abort();
}

async function followUntil(
  connection: BackendConnection,
  handlers: EventHandlers,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const events = await connection.rpc.app.events(undefined, { signal });
      handlers.onOpen();
      for await (const event of events) {
        if (signal.aborted) return;
        handlers.onEvent(event);
      }
    } catch (thrown) {
      if (signal.aborted) return;
      console.info('The stream of events ended and is opened again:', thrown);
    }
    await onlineAgain(connection, signal);
  }
}

/** Waits for the connection, and a moment in any case: a stream that ends at once must not be asked for in a tight loop. */
async function onlineAgain(connection: BackendConnection, signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 200));
  while (!signal.aborted && connection.status().state !== 'online') {
    if (connection.status().state === 'closed') {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      return;
    }
    await new Promise<void>((resolve) => {
      const off = connection.onStatus(() => {
        off();
        signal.removeEventListener('abort', go);
        resolve();
      });
      const go = () => {
        off();
        resolve();
      };
      signal.addEventListener('abort', go, { once: true });
    });
  }
}
