import type { Client, ClientChannel } from 'ssh2';
import { expect, test } from 'vitest';
import { keepsWindow } from '#backend/ssh/transport/internals.ts';

const kib = 1024;

/** A server that sends for as long as it may: `sent` of it was not read yet. */
function server() {
  const it = { mayBytes: 2048 * kib, unreadBytes: 0 };
  const incoming = { window: it.mayBytes };
  const outgoing = { id: 7, state: 'open' };
  const client = {
    _protocol: {
      channelWindowAdjust: (_channel: number, bytes: number) => {
        it.mayBytes += bytes;
      },
    },
  } as unknown as Client;
  const taken = keepsWindow(client, { incoming, outgoing } as unknown as ClientChannel, 256 * kib);
  return {
    it,
    incoming,
    outgoing,
    sendAll() {
      it.unreadBytes += it.mayBytes;
      it.mayBytes = 0;
    },
    read(bytes: number) {
      it.unreadBytes -= bytes;
      taken(bytes);
    },
  };
}

test('of a terminal no more than its window is on its way or unread, and it never runs dry', () => {
  const { it, incoming, sendAll, read } = server();
  expect(incoming.window).toBe(Number.POSITIVE_INFINITY);
  let most = 0;
  for (let turn = 0; turn < 3000; turn += 1) {
    sendAll();
    expect(it.unreadBytes).toBeGreaterThan(0);
    // What ssh2 gave at first is used up.
    if (turn > 2048) most = Math.max(most, it.unreadBytes);
    read(Math.min(it.unreadBytes, kib * (1 + (turn % 31))));
  }
  expect(most).toBeLessThanOrEqual(256 * kib);
});

test('of a channel that was closed nothing more is asked for; of another ssh2 nothing is done', () => {
  const { it, outgoing, sendAll, read } = server();
  sendAll();
  outgoing.state = 'closed';
  read(2048 * kib);
  expect(it.mayBytes).toBe(0);
  const taken = keepsWindow({} as Client, {} as ClientChannel, 256 * kib);
  expect(() => taken(1)).not.toThrow();
});
