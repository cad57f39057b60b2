import type { z } from 'zod';
import type { Clock } from '#backend/clock.ts';
import { TrainyardError } from '#shared/domain/error.ts';

export interface Http {
  clock: Clock;
  signal: AbortSignal;
  /** How long a server may be silent, before its answer and within it. */
  patienceMs?: number;
}

const usualPatienceMs = 30_000;
const tries = 5;
const firstWaitMs = 1000;
const longestWaitMs = 60_000;

export interface OpenStream {
  chunks: AsyncGenerator<Uint8Array>;
  /** As the server says; null: it does not. Of the compressed file where it is compressed. */
  sizeBytes: number | null;
}

/**
 * Asks for something, again where the server is busy (429, 5xx) or cannot be reached. Rejects with PRICES_UNREACHABLE,
 * PRICES_REFUSED (any other status), CANCELLED. The stream throws PRICES_CUT where the connection breaks or falls silent.
 */
export async function openStream(
  url: URL,
  { clock, signal, patienceMs = usualPatienceMs }: Http,
  headers: Record<string, string> = {},
): Promise<OpenStream> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    const answer = await ask(url, headers, { signal, patienceMs });
    if (answer instanceof TrainyardError) {
      if (!answer.retryable || attempt >= tries) throw answer;
      await clock.sleep(waitMs(attempt, Number(answer.params.retryAfterS)), signal);
    } else return answer;
  }
}

const waitMs = (attempt: number, retryAfterS: number): number =>
  retryAfterS > 0 ? Math.min(retryAfterS * 1000, longestWaitMs) : firstWaitMs * 2 ** (attempt - 1);

async function ask(
  url: URL,
  headers: Record<string, string>,
  { signal, patienceMs }: { signal: AbortSignal; patienceMs: number },
): Promise<OpenStream | TrainyardError> {
  const stop = new AbortController();
  const silence = new Silence(patienceMs, () => stop.abort());
  const end = () => stop.abort(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  const over = () => {
    silence.end();
    signal.removeEventListener('abort', end);
  };
  let response: Response;
  try {
    response = await fetch(url, { headers, signal: stop.signal });
  } catch (error) {
    over();
    signal.throwIfAborted();
    return unreachable(url, silence.isLong ? 'it does not answer' : reasonOf(error));
  }
  if (!response.ok || !response.body) {
    const retryAfterS = Number(response.headers.get('retry-after'));
    over();
    stop.abort();
    return refused(url, response.status, retryAfterS);
  }
  const size = Number(response.headers.get('content-length'));
  return {
    chunks: chunksOf(response.body, url, { signal, silence, over, stop }),
    sizeBytes: size > 0 ? size : null,
  };
}

async function* chunksOf(
  body: ReadableStream<Uint8Array>,
  url: URL,
  {
    signal,
    silence,
    over,
    stop,
  }: { signal: AbortSignal; silence: Silence; over(): void; stop: AbortController },
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  const reader = body.getReader();
  try {
    for (;;) {
      silence.start();
      const { done, value } = await reader.read();
      // Whoever reads may be slow; only the server's silence counts.
      silence.end();
      if (done) return;
      bytes += value.length;
      yield value;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new TrainyardError(
      'PRICES_CUT',
      `${url.host} stopped in the middle of its prices, after ${bytes} bytes. The prices from before stay.`,
      { params: { host: url.host, bytes }, details: reasonOf(error), retryable: true },
    );
  } finally {
    over();
    stop.abort();
  }
}

/** A timer that is wound up anew with every sign of life. */
class Silence {
  readonly #patienceMs: number;
  readonly #tooLong: () => void;
  #timer: NodeJS.Timeout | null = null;
  isLong = false;

  constructor(patienceMs: number, tooLong: () => void) {
    this.#patienceMs = patienceMs;
    this.#tooLong = tooLong;
    this.start();
  }

  start(): void {
    this.end();
    this.#timer = setTimeout(() => {
      this.isLong = true;
      this.#tooLong();
    }, this.#patienceMs);
  }

  end(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** A whole JSON answer of at most `mostBytes`. Rejects as openStream does, and with PRICES_UNREADABLE. */
export async function getJson<Schema extends z.ZodType>(
  url: URL,
  http: Http,
  schema: Schema,
  { mostBytes, headers = {} }: { mostBytes: number; headers?: Record<string, string> },
): Promise<z.output<Schema>> {
  const { chunks } = await openStream(url, http, headers);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw unreadable(url, `it sends more than ${mostBytes} bytes`);
    parts.push(chunk);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch (error) {
    throw unreadable(url, reasonOf(error));
  }
  const checked = schema.safeParse(parsed);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw unreadable(url, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`);
}

/** It answered, but not with prices. */
export const unreadable = (url: URL, why: string): TrainyardError =>
  new TrainyardError(
    'PRICES_UNREADABLE',
    `What ${url.host} sent are no prices as it publishes them: ${why}. The prices from before stay.`,
    { params: { host: url.host, why } },
  );

const unreachable = (url: URL, why: string): TrainyardError =>
  new TrainyardError(
    'PRICES_UNREACHABLE',
    `${url.host} cannot be reached: ${why}. The prices from before stay.`,
    {
      params: { host: url.host, why },
      retryable: true,
    },
  );

const refused = (url: URL, status: number, retryAfterS: number): TrainyardError =>
  new TrainyardError(
    'PRICES_REFUSED',
    `${url.host} answered with status ${status} instead of prices. The prices from before stay.`,
    {
      params: { host: url.host, status, ...(retryAfterS > 0 ? { retryAfterS } : {}) },
      details: url.pathname,
      retryable: status === 429 || status >= 500,
    },
  );

/** undici says "fetch failed" and keeps the reason underneath. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? (cause.message === '' ? cause.name : cause.message) : String(cause);
}
