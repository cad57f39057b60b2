import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { type AppRouter, serveRpc } from '#backend/api/index.ts';
import type { WireMessage } from '#shared/contract/wire.ts';
import type { Actor } from '#shared/domain/role.ts';

/**
 * One call in one request: the body is the message that would go over the WebSocket, and so is the answer. For the
 * command line, which asks one thing and ends: opening a WebSocket would cost it most of its time.
 */
export async function answerOneCall(
  router: AppRouter,
  request: IncomingMessage,
  response: ServerResponse,
  context: { actor: Actor; log: Logger; maxBytes: number },
): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > context.maxBytes) {
      response.writeHead(413, { Connection: 'close', 'Content-Length': 0 }).end();
      return;
    }
    chunks.push(chunk);
  }
  const send = (status: number, body: WireMessage) => {
    if (response.headersSent) return;
    response.writeHead(status, { 'Content-Length': Buffer.byteLength(body), 'Cache-Control': 'no-store' });
    response.end(body);
  };
  let onClose: (why: string) => void = () => undefined;
  serveRpc(
    router,
    {
      send: async (message) => send(200, message),
      onMessage: (listener) => listener(Buffer.concat(chunks).toString('utf8')),
      onClose: (listener) => {
        onClose = listener;
      },
      close: () => send(400, ''),
    },
    context,
  );
  // The client hung up or has its answer: what still goes on for it is aborted.
  response.on('close', () => onClose('the request is over'));
}
