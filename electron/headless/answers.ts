import type { IncomingMessage, ServerResponse } from 'node:http';

/** One sentence. */
export function plain(response: ServerResponse, status: number, sentence: string): void {
  whole(response, status, 'text/plain; charset=utf-8', `${sentence}\n`);
}

export function json(response: ServerResponse, status: number, value: unknown): void {
  whole(response, status, 'application/json', JSON.stringify(value));
}

/** An answer that is not kept by anybody. */
export function whole(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  });
  response.end(body);
}

/** The body as text; null where it is longer than `maxBytes`. */
export async function shortBody(request: IncomingMessage, maxBytes: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
