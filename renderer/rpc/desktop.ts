import { type DesktopBridge, portsMessage } from '#shared/contract/desktop.ts';
import { portWire } from '#shared/contract/port-wire.ts';
import type { Wire } from '#shared/contract/wire.ts';
import { type BackendConnection, connectBackend } from './client.ts';

/** Connects the page of the desktop app: ports that the shell hands over, new ones each time the backend was started anew. */
export function connectFromDesktop(bridge: Pick<DesktopBridge, 'connect'>): BackendConnection {
  // The ports come in pairs, the two channels ask one by one: the byte channel's is kept until it asks.
  let spareBytes: Wire | null = null;
  return connectBackend({
    async connect(channel, signal) {
      if (channel === 'bytes' && spareBytes) {
        const wire = spareBytes;
        spareBytes = null;
        return wire;
      }
      const pair = await askForPorts(bridge, signal);
      if (channel === 'bytes') {
        pair.rpc.close();
        return pair.bytes;
      }
      spareBytes?.close();
      spareBytes = pair.bytes;
      return pair.rpc;
    },
  });
}

function askForPorts(
  bridge: Pick<DesktopBridge, 'connect'>,
  signal: AbortSignal,
): Promise<{ rpc: Wire; bytes: Wire }> {
  return new Promise((resolve, reject) => {
    const stop = () => window.removeEventListener('message', hear);
    const hear = (event: MessageEvent) => {
      const [rpc, bytes] = event.ports;
      // Only our own window may hand over ports.
      if (event.source !== window || event.data !== portsMessage || !rpc || !bytes) return;
      stop();
      resolve({ rpc: portWire(rpc), bytes: portWire(bytes) });
    };
    window.addEventListener('message', hear);
    signal.addEventListener(
      'abort',
      () => {
        stop();
        reject(signal.reason);
      },
      { once: true },
    );
    bridge.connect();
  });
}
