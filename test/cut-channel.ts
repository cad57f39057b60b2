import pino from 'pino';
import { onTestFinished } from 'vitest';
import { type ByteSource, serveBytes } from '#backend/bytes/index.ts';
import { ByteChannel } from '#renderer/rpc/bytes.ts';
import { Reconnecting } from '#renderer/rpc/reconnect.ts';
import { portWire } from '#shared/contract/port-wire.ts';
import type { Wire } from '#shared/contract/wire.ts';
import type { Actor } from '#shared/domain/role.ts';

/** A page's byte channel to `source` whose wires can be cut; it connects anew at once. Closed at the end of the test. */
export function cutChannel(
  source: ByteSource,
  actor: Actor = { name: 'test', role: 'owner' },
): { channel: ByteChannel; cut(): void } {
  const wires: Wire[] = [];
  const connection = new Reconnecting({
    connect: async () => {
      const { port1, port2 } = new MessageChannel();
      const server = portWire(port1);
      wires.push(server);
      serveBytes(source, server, { actor, log: pino({ level: 'silent' }) });
      return portWire(port2);
    },
    later: (ms, call) => {
      // Timeouts of connecting never fire here; back-off is over at once.
      if (ms >= 15_000) return () => undefined;
      const handle = setImmediate(call);
      return () => clearImmediate(handle);
    },
    connectTimeoutMs: 15_000,
  });
  const channel = new ByteChannel(connection);
  onTestFinished(() => channel.close());
  return { channel, cut: () => wires.at(-1)?.close('cut') };
}
