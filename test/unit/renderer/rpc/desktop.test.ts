import pino from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import { createRouter, serveRpc } from '#backend/api/index.ts';
import { connectFromDesktop } from '#renderer/rpc/desktop.ts';
import { portsMessage } from '#shared/contract/desktop.ts';
import { type AnyPort, portWire } from '#shared/contract/port-wire.ts';
import { until } from '#test/until.ts';

afterEach(() => vi.unstubAllGlobals());

/** A window and a shell that hands over ports, as preload and main process do. */
function desktop() {
  const window = new EventTarget();
  vi.stubGlobal('window', window);
  const served: { close(): void }[] = [];
  let asked = 0;
  const say = (data: unknown, ports: unknown[], source: unknown = window) =>
    window.dispatchEvent(Object.assign(new Event('message'), { data, ports, source }));
  const bridge = {
    connect() {
      asked += 1;
      const [rpc, bytes] = [new MessageChannel(), new MessageChannel()];
      serveRpc(createRouter({}), portWire(rpc.port1 as AnyPort), {
        actor: { name: 'desktop', role: 'owner' },
        log: pino({ level: 'silent' }),
      });
      served.push({
        close() {
          rpc.port1.close();
          bytes.port1.close();
        },
      });
      // Not ours: another page's frame, another message.
      say(portsMessage, [new MessageChannel().port1, new MessageChannel().port1], null);
      say('something else', [rpc.port2, bytes.port2]);
      say(portsMessage, [rpc.port2, bytes.port2]);
    },
  };
  return { bridge, crash: () => served.at(-1)?.close(), asked: () => asked };
}

test('the page of the desktop app gets ports, and new ones when the backend was started anew', async () => {
  const { bridge, crash, asked } = desktop();
  const connection = connectFromDesktop(bridge);
  try {
    await expect(connection.rpc.app.info()).rejects.toMatchObject({ code: 'NOT_AVAILABLE' });
    expect(asked()).toBe(1);
    crash();
    await until('it has noticed', () => connection.status().state !== 'online');
    await until('it is connected again', () => connection.status().state === 'online');
    await expect(connection.rpc.app.info()).rejects.toMatchObject({ code: 'NOT_AVAILABLE' });
    expect(asked()).toBe(2);
  } finally {
    connection.close();
  }
});
