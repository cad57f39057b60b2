import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventStream } from '#backend/api/index.ts';
import { EventBus } from '#backend/events.ts';
import type { AppEvent } from '#shared/domain/event.ts';

const removed = (n: number): AppEvent => ({ type: 'run.removed', runId: String(n).padStart(12, '0') });
const points = (name: string, ...values: number[]): AppEvent => ({
  type: 'metrics.added',
  runId: '000000000000',
  name,
  points: values.map((value) => [value, value]),
});

/** What a subscriber that comes back only after everything was published is given. */
async function takeAll(bus: EventBus, publish: () => void): Promise<AppEvent[]> {
  const abort = new AbortController();
  const stream = eventStream(bus, abort.signal);
  publish();
  const last: AppEvent = {
    type: 'notice',
    notice: { id: 'last', at: 0, level: 'info', code: 'X_Y', params: {}, message: '' },
  };
  bus.publish(last);
  const taken: AppEvent[] = [];
  for await (const event of stream) {
    if (event.type === 'notice') break;
    taken.push(event);
  }
  return taken;
}

test('of each thing the newest, in the order of the last change', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }), async (changes) => {
      const bus = new EventBus();
      const taken = await takeAll(bus, () => {
        for (const change of changes) bus.publish(removed(change));
      });
      const newest = [...new Set(changes.toReversed())].toReversed();
      expect(taken).toEqual(newest.map(removed));
    }),
  );
});

test('metric points are joined, none lost, and the publisher keeps its own', async () => {
  const bus = new EventBus();
  const first = points('loss', 1, 2);
  const taken = await takeAll(bus, () => {
    bus.publish(first);
    bus.publish(points('lr', 9));
    bus.publish(points('loss', 3));
  });
  expect(taken).toEqual([points('lr', 9), points('loss', 1, 2, 3)]);
  expect(first).toEqual(points('loss', 1, 2));
});

test('one that is hopelessly slow is told, and holds no memory', async () => {
  const bus = new EventBus();
  const stream = eventStream(bus, undefined, { entries: 10, points: 100 });
  for (let n = 0; n < 1000; n++) bus.publish(removed(n));
  await expect(stream.next()).rejects.toMatchObject({ code: 'EVENTS_MISSED', retryable: true });
  expect(await stream.next()).toEqual({ done: true, value: undefined });
  const many = eventStream(bus, undefined, { entries: 10, points: 100 });
  for (let n = 0; n < 101; n++) bus.publish(points('loss', n));
  await expect(many.next()).rejects.toMatchObject({ code: 'EVENTS_MISSED' });
});

test('ends with its signal, also while it waits', async () => {
  const bus = new EventBus();
  const abort = new AbortController();
  const stream = eventStream(bus, abort.signal);
  const waiting = stream.next();
  abort.abort();
  expect(await waiting).toEqual({ done: true, value: undefined });
  const late = eventStream(bus, abort.signal);
  bus.publish(removed(1));
  expect(await late.next()).toEqual({ done: true, value: undefined });
});
