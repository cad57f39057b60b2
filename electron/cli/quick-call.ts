import { connect } from 'node:net';
import { type ErrorShape, TrainyardError } from '#shared/domain/trainyard-error.ts';

export interface RunningApp {
  url: string;
  token: string;
}

/**
 * Asks a running app one thing: a request written by hand on a socket, in oRPC's own message format, so that no HTTP,
 * WebSocket, RPC or schema library has to be loaded first. Rejects with the contract's error, or BACKEND_OFFLINE.
 */
export async function quickCall(app: RunningApp, path: readonly string[], input: unknown): Promise<unknown> {
  const message = JSON.stringify({
    i: '1',
    p: { u: `/${path.join('/')}`, b: input === undefined ? undefined : { json: input } },
  });
  const { status, body } = await post(app, '/call', message);
  if (status !== 200) throw offline(`the app answered ${status}`);
  return readAnswer(body, path);
}

function readAnswer(body: string, path: readonly string[]): unknown {
  const { p } = JSON.parse(body) as { p: { s?: number; b?: { json?: unknown } | string } };
  const payload = typeof p.b === 'object' ? p.b?.json : p.b;
  if ((p.s ?? 200) < 400) return payload;
  const error = payload as { code?: string; message?: string; data?: ErrorShape } | string | undefined;
  if (typeof error === 'object' && error.code === 'TRAINYARD' && error.data)
    throw TrainyardError.fromShape(error.data);
  throw new TrainyardError('INTERNAL', 'Something went wrong inside Trainyard. The log has the details.', {
    details: `${path.join('.')}: ${typeof error === 'object' ? `${error.code}: ${error.message}` : String(error)}`,
  });
}

/** POSTs to the app. `path` and the token are ours: nothing in them needs escaping. */
export function post(
  app: RunningApp,
  path: string,
  message: string,
): Promise<{ status: number; body: string }> {
  const { hostname, port, host } = new URL(app.url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), noDelay: true });
    socket.on('connect', () => {
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${app.token}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`,
      );
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error) => reject(offline(error.message)));
    socket.on('close', () => {
      const answer = parseResponse(Buffer.concat(chunks));
      if (answer) resolve(answer);
      else reject(offline('the app closed the connection before it had answered'));
    });
  });
}

/** An answer whole, or null. The app always says Content-Length to us. */
function parseResponse(bytes: Buffer): { status: number; body: string } | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = bytes.subarray(0, end).toString('latin1');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1];
  const length = /^content-length: *(\d+)$/im.exec(head)?.[1];
  const body = bytes.subarray(end + 4);
  if (!status || (length !== undefined && body.byteLength < Number(length))) return null;
  return { status: Number(status), body: body.toString('utf8') };
}

function offline(details: string): TrainyardError {
  return new TrainyardError(
    'BACKEND_OFFLINE',
    'Trainyard is running but did not answer. Try again; if it goes on, end it and start it again.',
    { details, retryable: true },
  );
}
