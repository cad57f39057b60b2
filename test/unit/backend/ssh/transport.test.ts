import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bootstrap, MarkerFilter } from '#backend/ssh/transport/bootstrap.ts';
import { ChannelQueue } from '#backend/ssh/transport/channel-queue.ts';
import { Deadline } from '#backend/ssh/transport/deadline.ts';
import { needs } from '#test/needs.ts';

describe('the command that gets past a login shell', () => {
  test('consists of what every shell reads alike', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.array(fc.string({ unit: 'grapheme' })),
        (script, args) => {
          fc.pre(![script, ...args].join('').includes('\0'));
          const { outer } = bootstrap({ script, args });
          expect(outer).toMatch(/^[\x20-\x7e]+$/);
          expect(outer).not.toMatch(/!|\\[^0]|\\$/);
          expect(outer.split("'").length % 2).toBe(1);
          expect(outer.split("'").filter((_, index) => index % 2 === 0)).toEqual([
            'exec /bin/sh -c ',
            ' sh ',
            '',
          ]);
        },
      ),
      { numRuns: 1000, seed: 1 },
    );
  });

  test.skipIf(!needs('dash'))('a byte that no program can be given is refused, all others arrive', () => {
    expect(() => bootstrap({ script: 'a\0' })).toThrow();
    expect(() => bootstrap({ script: '', args: ['a\0'] })).toThrow();
    const all = String.fromCharCode(...Array.from({ length: 255 }, (_, index) => index + 1));
    const { outer, marker } = bootstrap({ script: 'printf %s "$1"', args: [all] });
    const { stdout } = spawnSync('dash', ['-c', outer]);
    expect(stdout.toString().replace(new RegExp(`^${marker}\\d+~`), '')).toBe(all);
  });

  test('noise before the marker is cut off however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 200 }),
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.nat(600)),
        (noise, data, cuts) => {
          const { marker } = bootstrap({ script: '' });
          const all = Buffer.concat([Buffer.from(`${noise}${marker}4711~`), data]);
          let pid = '';
          const filter = new MarkerFilter(marker, (text) => {
            pid = text;
          });
          const places = [0, ...cuts.filter((cut) => cut < all.length).sort((a, b) => a - b), all.length];
          const pieces = places.slice(1).map((end, index) => filter.feed(all.subarray(places[index], end)));
          expect(Buffer.concat(pieces.filter((piece) => piece !== null))).toEqual(Buffer.from(data));
          expect(pid).toBe('4711');
        },
      ),
      { numRuns: 2000, seed: 1 },
    );
  });

  test('endless noise is not kept', () => {
    const filter = new MarkerFilter('marker', () => undefined);
    for (let piece = 0; piece < 1000; piece++) filter.feed(Buffer.alloc(100_000, 'x'));
    expect(filter.head.length).toBeLessThanOrEqual(2048);
    expect(filter.passed).toBe(false);
  });
});

describe('sharing out sessions', () => {
  test('short programs go before those that stay, which never take the last session', async () => {
    const queue = new ChannelQueue(3);
    const order: string[] = [];
    const take = (use: 'exec' | 'spawn', name: string) =>
      queue.take(use).then((slot) => {
        order.push(name);
        return slot;
      });
    const [stay1, , stay3] = [take('spawn', 'stay1'), take('spawn', 'stay2'), take('spawn', 'stay3')];
    const short1 = take('exec', 'short1');
    const short2 = take('exec', 'short2');
    (await short1).release();
    expect(await short2).toBeTruthy();
    expect(order).toEqual(['stay1', 'stay2', 'short1', 'short2']);
    (await stay1).release();
    await stay3;
    expect(order.at(-1)).toBe('stay3');
  });

  test('a refusal teaches the limit, but never less than was had before', async () => {
    const queue = new ChannelQueue(8);
    const slots = await Promise.all([queue.take('exec'), queue.take('exec'), queue.take('exec')]);
    slots[0].opened();
    slots[1].opened();
    expect(queue.refused()).toBe(true);
    slots[2].release();
    expect(queue.limit).toBe(2);
    slots[1].release();
    const again = await queue.take('exec');
    expect(queue.refused()).toBe(true);
    expect(queue.limit).toBe(2);
    again.release();
    slots[0].release();
  });

  test('an abort leaves the queue, a failure empties it', async () => {
    const queue = new ChannelQueue(1);
    await queue.take('exec');
    const abort = new AbortController();
    const first = queue.take('exec', abort.signal);
    const second = queue.take('spawn');
    abort.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    queue.fail(new Error('lost'));
    await expect(second).rejects.toThrow('lost');
    await expect(queue.take('control')).rejects.toThrow('lost');
  });
});

test('a deadline stands still while the user is asked', async () => {
  const deadline = new Deadline(30, () => new Error('late'));
  await deadline.during(() => new Promise((resolve) => setTimeout(resolve, 60)));
  expect(deadline.signal.aborted).toBe(false);
  await new Promise((resolve) => deadline.signal.addEventListener('abort', resolve));
  expect(deadline.signal.reason).toMatchObject({ message: 'late' });
});
