import type { AppEvent } from '#shared/domain/event.ts';

/** One event bus: services publish after they have committed; each connected page and the CLI subscribe. */
export class EventBus {
  readonly #listeners = new Set<(event: AppEvent) => void>();

  publish(event: AppEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Returns the call that ends the subscription. A listener must not throw; it queues or drops by itself. */
  subscribe(listener: (event: AppEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
