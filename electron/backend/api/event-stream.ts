import type { EventBus } from '#backend/events.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { AppEvent } from '#shared/domain/event.ts';

export interface EventStreamLimits {
  /** Things changed and not yet taken. */
  entries: number;
  /** Metric points not yet taken. */
  points: number;
}
const defaultLimits: EventStreamLimits = { entries: 20_000, points: 100_000 };

/**
 * Everything published from this call on, for one subscriber. A subscriber that is slow finds only the newest state of
 * each thing (and all metric points in one piece); one that is hopelessly slow is told EVENTS_MISSED and begins anew by
 * loading its lists. Ends with `signal`.
 */
export function eventStream(
  bus: EventBus,
  signal: AbortSignal | undefined,
  limits: EventStreamLimits = defaultLimits,
): AsyncIteratorObject<AppEvent, undefined, void> {
  const queue = new CoalescingQueue();
  let wake: (() => void) | null = null;
  let done = false;

  const unsubscribe = bus.subscribe((event) => {
    queue.add(event);
    if (queue.entries > limits.entries || queue.points > limits.points) {
      queue.clear();
      queue.overflowed = true;
      unsubscribe();
    }
    wake?.();
  });
  const stop = () => {
    done = true;
    unsubscribe();
    queue.clear();
    signal?.removeEventListener('abort', stop);
    wake?.();
  };
  if (signal?.aborted) stop();
  else signal?.addEventListener('abort', stop, { once: true });

  return {
    async next() {
      for (;;) {
        const event = queue.take();
        if (event) return { done: false, value: event };
        if (queue.overflowed) {
          queue.overflowed = false;
          stop();
          throw new TrainyardError(
            'EVENTS_MISSED',
            'This page could not keep up with what happened; it loads everything again.',
            { retryable: true },
          );
        }
        if (done) return { done: true, value: undefined };
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = null;
      }
    },
    async return() {
      stop();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      stop();
    },
  };
}

/** Events in order, of which a newer one takes the place of an older one about the same thing. */
class CoalescingQueue {
  readonly #byKey = new Map<string, AppEvent>();
  points = 0;
  overflowed = false;

  get entries(): number {
    return this.#byKey.size;
  }

  add(event: AppEvent): void {
    if (this.overflowed) return;
    const key = keyOf(event);
    const before = this.#byKey.get(key);
    // The newest goes to the end: a run's end must not overtake what was said before it about its site.
    if (before) this.#byKey.delete(key);
    if (event.type !== 'metrics.added') {
      this.#byKey.set(key, event);
      return;
    }
    this.points += event.points.length;
    if (before?.type === 'metrics.added') {
      before.points.push(...event.points);
      this.#byKey.set(key, before);
    } else {
      // A copy: the points are added to, and the publisher's own array is shared by all subscribers.
      this.#byKey.set(key, { ...event, points: [...event.points] });
    }
  }

  take(): AppEvent | undefined {
    for (const [key, event] of this.#byKey) {
      this.#byKey.delete(key);
      if (event.type === 'metrics.added') this.points -= event.points.length;
      return event;
    }
    return undefined;
  }

  clear(): void {
    this.#byKey.clear();
    this.points = 0;
  }
}

/** What an event is about: two with the same key need only the newer one (metric points are joined). */
function keyOf(event: AppEvent): string {
  switch (event.type) {
    case 'site.changed':
      return `site ${event.site.id}`;
    case 'terminal.changed':
      return `terminal ${event.terminal.id}`;
    case 'terminal.removed':
      return `terminal ${event.terminalId}`;
    case 'forward.changed':
      return `forward ${event.forward.id}`;
    case 'forward.removed':
      return `forward ${event.forwardId}`;
    case 'view.changed':
      return `view ${event.key}`;
    case 'site.removed':
      return `site ${event.siteId}`;
    case 'machine.changed':
      return `machine ${event.machine.id}`;
    case 'run.changed':
      return `run ${event.run.id}`;
    case 'run.removed':
      return `run ${event.runId}`;
    case 'metrics.added':
      return `metrics ${event.runId} ${event.name}`;
    case 'prompt.opened':
      return `prompt ${event.prompt.id}`;
    case 'prompt.closed':
      return `prompt ${event.promptId}`;
    case 'progress':
      return `progress ${event.progress.jobId}`;
    case 'notice':
      return `notice ${event.notice.id}`;
    case 'migration.changed':
      return `migration ${event.migration.id}`;
    case 'copy.changed':
      return `copy ${event.copy.id}`;
    case 'checkpoints.changed':
      return `checkpoints ${event.runId}`;
    case 'recovery.changed':
      return `recovery ${event.runId}`;
    case 'backups.changed':
      return `backups ${event.runId}`;
    case 'plan.improved':
      return `solve ${event.solveId}`;
    case 'plan.frontMade':
      return `front ${event.solveId}`;
    case 'catalog.changed':
    case 'quotas.changed':
    case 'costs.changed':
    case 'plans.changed':
      return event.type;
    case 'places.changed':
      return 'places';
    case 'settings.changed':
      return 'settings';
    case 'vault.changed':
      return 'vault';
    case 'data.changed':
      return 'data';
  }
}
