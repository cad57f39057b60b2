/**
 * What RPC and the byte channel need of a connection, whatever carries it: whole messages, in order, and a way to push
 * back. A WebSocket and a MessagePort each become one (renderer/rpc, electron/backend/wires).
 */
export interface Wire {
  /** Resolves when the other side can take more; a caller that awaits it can never fill our memory. Silent once closed. */
  send(message: WireMessage): Promise<void>;
  /** One listener; messages that came before it was set are kept for it. */
  onMessage(listener: (message: WireMessage) => void): void;
  /** Called once, also when the wire was closed before. `why` is for the log. */
  onClose(listener: (why: string) => void): void;
  /** `why` is told to the other side where the carrier can. */
  close(why?: string): void;
}

export type WireMessage = string | Uint8Array<ArrayBuffer>;

/** What every wire does with listeners: early messages wait for theirs, and closing is told once. */
export class WireEnd {
  #listener: ((message: WireMessage) => void) | null = null;
  #early: WireMessage[] = [];
  #closeListeners: ((why: string) => void)[] = [];
  #closedBecause: string | null = null;

  get isClosed(): boolean {
    return this.#closedBecause !== null;
  }

  receive(message: WireMessage): void {
    if (this.isClosed) return;
    if (this.#listener) this.#listener(message);
    else this.#early.push(message);
  }

  onMessage(listener: (message: WireMessage) => void): void {
    this.#listener = listener;
    const early = this.#early;
    this.#early = [];
    for (const message of early) listener(message);
  }

  onClose(listener: (why: string) => void): void {
    if (this.#closedBecause !== null) listener(this.#closedBecause);
    else this.#closeListeners.push(listener);
  }

  /** True the first time. */
  closed(why: string): boolean {
    if (this.#closedBecause !== null) return false;
    this.#closedBecause = why;
    const listeners = this.#closeListeners;
    this.#closeListeners = [];
    for (const listener of listeners) listener(why);
    return true;
  }
}
