import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { z } from 'zod';
import type { Clock } from '#backend/clock.ts';
import { because, type Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { formToldAt, noJson } from '#shared/domain/form-sentences.ts';
import { sayRefresh } from '#shared/domain/refresh-sentences.ts';
import { systemTold } from '#shared/domain/system-sentences.ts';

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

interface Patience {
  signal: AbortSignal;
  patienceMs: number;
}

/** With Node's own client: `fetch` takes a third more memory for a file of hundreds of megabytes. */
async function ask(
  url: URL,
  headers: Record<string, string>,
  { signal, patienceMs }: Patience,
): Promise<OpenStream | TrainyardError> {
  const silence = new Silence(patienceMs);
  const both = AbortSignal.any([signal, silence.signal]);
  const send = url.protocol === 'https:' ? https.request : http.request;
  const request = send(url, { headers: { 'accept-encoding': 'gzip', ...headers }, signal: both });
  let response: IncomingMessage;
  // What goes wrong after the answer has begun is told by the answer.
  request.on('error', () => undefined);
  try {
    request.end();
    [response] = (await once(request, 'response')) as [IncomingMessage];
  } catch (error) {
    silence.end();
    signal.throwIfAborted();
    return unreachable(url, silence.signal.aborted ? sayRefresh('PRICES_SILENT') : systemTold(error));
  }
  const status = response.statusCode ?? 0;
  if (status !== 200) {
    silence.end();
    response.destroy();
    return refused(url, status, Number(response.headers['retry-after']));
  }
  const size = Number(response.headers['content-length']);
  return { chunks: chunksOf(response, url, signal, silence), sizeBytes: size > 0 ? size : null };
}

async function* chunksOf(
  response: IncomingMessage,
  url: URL,
  signal: AbortSignal,
  silence: Silence,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  const isPacked = response.headers['content-encoding'] === 'gzip';
  const unpacked = isPacked ? pipeline(response, createGunzip(), () => undefined) : response;
  try {
    silence.start();
    for await (const chunk of unpacked as AsyncIterable<Uint8Array>) {
      // Whoever reads may be slow; only the server's silence counts.
      silence.end();
      bytes += chunk.length;
      yield chunk;
      silence.start();
    }
    if (!response.complete) throw new Error('the end is missing');
  } catch (error) {
    signal.throwIfAborted();
    throw new TrainyardError(
      'PRICES_CUT',
      `${url.host} stopped in the middle of its prices, after ${bytes} bytes. The prices from before stay.`,
      { params: { host: url.host, bytes }, details: reasonOf(error), retryable: true },
    );
  } finally {
    silence.end();
    response.destroy();
  }
}

/** A timer that is wound up anew with every sign of life, and ends what it watches when there is none. */
class Silence {
  readonly #patienceMs: number;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | null = null;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
    this.start();
  }

  /** Aborts when it has lasted too long. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  start(): void {
    this.end();
    this.#timer = setTimeout(() => this.#stop.abort(), this.#patienceMs);
  }

  end(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** A whole answer of at most `mostBytes`. Rejects as openStream does, and with PRICES_UNREADABLE where it is larger. */
export async function getText(
  url: URL,
  place: Http,
  { mostBytes, headers = {} }: { mostBytes: number; headers?: Record<string, string> },
): Promise<string> {
  const { chunks } = await openStream(url, place, headers);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw unreadable(url, sayRefresh('PRICES_TOO_LONG', { bytes: mostBytes }));
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** A whole JSON answer. Rejects as getText does, and with PRICES_UNREADABLE where it is of another form. */
export async function getJson<Schema extends z.ZodType>(
  url: URL,
  place: Http,
  schema: Schema,
  limits: { mostBytes: number; headers?: Record<string, string> },
): Promise<z.output<Schema>> {
  return checkedJson(url, await getText(url, place, limits), schema);
}

/** Throws PRICES_UNREADABLE. */
export function checkedJson<Schema extends z.ZodType>(
  url: URL,
  text: string,
  schema: Schema,
): z.output<Schema> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw unreadable(url, noJson(error));
  }
  const checked = schema.safeParse(parsed);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw unreadable(url, formToldAt(issue));
}

/** It answered, but not with prices. */
export const unreadable = (url: URL, why: Told): TrainyardError =>
  new TrainyardError(
    'PRICES_UNREADABLE',
    `What ${url.host} sent are no prices as it publishes them: ${why.message}. The prices from before stay.`,
    { params: { host: url.host, ...because('why', why) } },
  );

const unreachable = (url: URL, why: Told): TrainyardError =>
  new TrainyardError(
    'PRICES_UNREACHABLE',
    `${url.host} cannot be reached: ${why.message}. The prices from before stay.`,
    {
      params: { host: url.host, ...because('why', why) },
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

/** Some errors keep their reason underneath, and some have no words but their code. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message === '' ? ((cause as NodeJS.ErrnoException).code ?? cause.name) : cause.message;
}
