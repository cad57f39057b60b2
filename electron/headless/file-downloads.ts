import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import type { BytePiece, ByteSource } from '#backend/bytes/index.ts';
import type { Session } from '#backend/door/index.ts';
import type { FileInfo } from '#shared/contract/bytes.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { idPattern } from '#shared/domain/id.ts';
import { plain } from './answers.ts';

interface Asked {
  machineId: string;
  path: string;
  /** Bytes, both counted in; `to` null: to the end. */
  range: { from: number; to: number | null } | null;
  /** What it must still be for the range to be answered. */
  version: string | null;
}

/**
 * `GET /files/MACHINE/NAME?path=…`: a file of a machine, which a browser saves as it comes. The name in the address is for whoever
 * looks at it; what it is saved as comes from the path.
 */
export async function sendMachineFile(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  { session, bytes, log }: { session: Session | null; bytes: ByteSource; log: Logger },
): Promise<void> {
  if (session === null || session.ended?.aborted) return plain(response, 401, 'Sign in first.');
  // Another page on this computer is of the same site and would send the cookie along: it is not of this origin.
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return plain(response, 403, 'Only a page of Trainyard may ask for this.');
  const asked = askedOf(request, url);
  if (asked === null) return plain(response, 400, 'This is not the address of a file.');

  const gone = new AbortController();
  const goAway = () => gone.abort(new TrainyardError('CLIENT_GONE', 'The browser is gone.'));
  response.once('close', goAway);
  session.ended?.addEventListener('abort', goAway);
  const context = { actor: session.actor, signal: gone.signal };
  try {
    const stream = await opened(asked, (offset, version) =>
      bytes(
        { kind: 'file', machineId: asked.machineId, path: asked.path, offset, version, credit: 0 },
        context,
      ),
    );
    await send(request, response, asked, stream);
  } catch (thrown) {
    const error = TrainyardError.from(thrown);
    log.debug({ code: error.code, path: url.pathname }, 'a file of a machine was not sent to its end');
    if (response.headersSent || gone.signal.aborted) response.destroy();
    else plain(response, statusOf(error.code), error.message);
  } finally {
    session.ended?.removeEventListener('abort', goAway);
  }
}

function askedOf(request: IncomingMessage, url: URL): Asked | null {
  const machineId = url.pathname.split('/')[2] ?? '';
  const path = url.searchParams.get('path') ?? '';
  if (!idPattern.test(machineId) || path === '' || path.length > 4096) return null;
  const match = /^bytes=(\d{1,15})-(\d{1,15})?$/.exec(request.headers.range ?? '');
  const from = Number(match?.[1]);
  const to = match?.[2] === undefined ? null : Number(match[2]);
  const range = match === null || (to !== null && to < from) ? null : { from, to };
  const condition = request.headers['if-range'];
  if (condition === undefined) return { machineId, path, range, version: null };
  const version = versionOf(String(condition));
  return { machineId, path, range: version === null ? null : range, version: version ?? null };
}

interface Opened {
  info: FileInfo;
  pieces: AsyncIterator<BytePiece>;
  isRange: boolean;
}

/** Its first piece says what it is. A range of a file that is another by now is all of it. */
async function opened(
  { range, version }: Asked,
  open: (offset: number, version: string | null) => AsyncIterable<BytePiece>,
): Promise<Opened> {
  try {
    return await first(open(range?.from ?? 0, version), range !== null);
  } catch (thrown) {
    if (version === null || TrainyardError.from(thrown).code !== 'FILE_CHANGED') throw thrown;
    return first(open(0, null), false);
  }
}

async function first(stream: AsyncIterable<BytePiece>, isRange: boolean): Promise<Opened> {
  const pieces = stream[Symbol.asyncIterator]();
  const { value } = await pieces.next();
  const piece = value as BytePiece | undefined;
  if (piece !== undefined && 'info' in piece && 'sha256' in piece.info)
    return { info: piece.info, pieces, isRange };
  throw new TypeError('a file stream that does not say what it is');
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { path, range }: Asked,
  { info, pieces, isRange }: Opened,
): Promise<void> {
  const from = isRange ? (range?.from ?? 0) : 0;
  if (isRange && from >= info.bytes) {
    await pieces.return?.();
    response.setHeader('Content-Range', `bytes */${info.bytes}`);
    return plain(response, 416, 'The file is not that long.');
  }
  const last = Math.min((isRange ? range?.to : null) ?? info.bytes - 1, info.bytes - 1);
  const length = Math.max(0, last - from + 1);
  response.writeHead(isRange ? 206 : 200, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': dispositionOf(path),
    'Content-Length': length,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'no-store',
    ETag: etagOf(info.version),
    ...(isRange ? { 'Content-Range': `bytes ${from}-${last}/${info.bytes}` } : {}),
  });
  if (request.method === 'HEAD') {
    await pieces.return?.();
    response.end();
    return;
  }
  await pipeline(Readable.from(upTo(pieces, length)), response);
}

/** The last piece goes out once the whole was found right: a browser must not take a damaged file for whole. */
async function* upTo(pieces: AsyncIterator<BytePiece>, length: number): AsyncGenerator<Uint8Array> {
  let left = length;
  let held: Uint8Array | null = null;
  try {
    for (let step = await pieces.next(); !step.done; step = await pieces.next()) {
      if (!('bytes' in step.value)) continue;
      if (held !== null) yield held;
      held = step.value.bytes.subarray(0, left);
      left -= held.byteLength;
      // Only a part was asked for: there is no whole to wait for.
      if (step.value.bytes.byteLength > held.byteLength) break;
    }
    if (held !== null) yield held;
  } finally {
    await pieces.return?.();
  }
}

const etagOf = (version: string): string => `"${Buffer.from(version).toString('base64url')}"`;

/** What an ETag of ours stands for; null: it is none. */
function versionOf(etag: string): string | null {
  const text = /^"([A-Za-z0-9_-]{1,400})"$/.exec(etag)?.[1];
  return text === undefined ? null : Buffer.from(text, 'base64url').toString('utf8').slice(0, 200);
}

/** What it is saved as. Nothing of the name can end the header or lead elsewhere. */
export function dispositionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).toWellFormed() || 'file';
  const plainName = name.replace(/[^A-Za-z0-9 ._+-]/g, '_').slice(0, 200);
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plainName}"; filename*=UTF-8''${encoded}`;
}

const statuses: Record<string, number> = {
  FILE_NOT_FOUND: 404,
  MACHINE_UNKNOWN: 404,
  FILE_PATH_INVALID: 400,
  FILE_IS_A_DIRECTORY: 409,
  FILE_NOT_REGULAR: 409,
  FILE_DENIED: 403,
  ROLE_TOO_LOW: 403,
  SENSITIVITY_VIOLATION: 403,
  MACHINE_UNREACHABLE: 503,
  MACHINE_BLOCKED: 503,
};
const statusOf = (code: string): number => statuses[code] ?? 500;
