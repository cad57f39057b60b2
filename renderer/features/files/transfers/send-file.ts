import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { ByteChannel } from '#renderer/rpc/index.ts';
import type { UploadInfo } from '#shared/contract/bytes.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';

const pieceBytes = 512 * 1024;

export interface SendRequest {
  /** The same again goes on with what has arrived. */
  uploadId: string;
  machineId: string;
  path: string;
  file: File;
  replace: boolean;
  /** So much of it was sent from this very file; what is there beyond that is compared before it is gone on with. */
  sentBytes: number;
}

/**
 * Sends one file. It goes on by itself after a cut, from the byte that the backend asks for. Resolves when the machine has it under
 * its name with the right hash. Throws FILE_EXISTS, UPLOAD_UNREADABLE, UPLOAD_OTHER_BEGINNING (what is there under this upload is of
 * another file: to be sent under another id), CANCELLED, and what the backend says.
 */
export function sendFile(
  channel: Pick<ByteChannel, 'open'>,
  request: SendRequest,
  {
    signal,
    onSent,
    onConnected,
  }: { signal: AbortSignal; onSent(bytes: number, fromHere: boolean): void; onConnected?(is: boolean): void },
): Promise<{ path: string; sha256: string }> {
  const { uploadId, machineId, path, file, replace } = request;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(cancelled());
    let turn = 0;
    let sentBytes = request.sentBytes;
    let answer: { path: string; sha256: string } | null = null;
    const end = (settle: () => void) => {
      turn += 1;
      signal.removeEventListener('abort', stop);
      settle();
    };
    const fail = (error: unknown) => {
      stream.close();
      end(() => reject(error));
    };
    const stop = () => fail(cancelled());
    const pump = async ({ offset: from, begunSha256, toCompare }: UploadInfo, mine: number) => {
      if ((from > sentBytes || toCompare) && begunSha256 !== undefined) {
        const isOther = (await hashOf(file, from, () => mine === turn)) !== begunSha256;
        if (mine !== turn) return;
        if (isOther) throw otherBeginning(path);
      }
      for (let at = from; at < file.size && mine === turn; ) {
        const bytes = await readPiece(file, at);
        if (mine !== turn) return;
        await stream.send(bytes);
        if (mine !== turn) return;
        at += bytes.byteLength;
        sentBytes = Math.max(sentBytes, at);
        onSent(at, true);
      }
      if (mine === turn) stream.finish();
    };
    const stream = channel.open<'upload'>(
      { kind: 'upload', uploadId, machineId, path, bytes: file.size, modifiedAt: file.lastModified, replace },
      {
        onInfo(info) {
          if (info.done !== null) {
            answer = info.done;
            return;
          }
          turn += 1;
          onSent(info.offset, false);
          pump(info, turn).catch(fail);
        },
        onEnd(error) {
          const done = answer;
          end(() => (error === null && done !== null ? resolve(done) : reject(error ?? cancelled())));
        },
        onConnected(is) {
          // What was sent and had not arrived is asked for again.
          if (!is) turn += 1;
          onConnected?.(is);
        },
      },
    );
    signal.addEventListener('abort', stop);
  });
}

/** SHA-256 of its first bytes, piece by piece, which the browser's own cannot do; ends early once it is not wanted any more. */
export async function hashOf(file: File, bytes: number, isWanted: () => boolean): Promise<string> {
  const hash = sha256.create();
  for (let at = 0; at < bytes && isWanted(); at += pieceBytes)
    hash.update((await readPiece(file, at)).subarray(0, bytes - at));
  return bytesToHex(hash.digest());
}

const otherBeginning = (path: string) =>
  new TrainyardError('UPLOAD_OTHER_BEGINNING', `What has arrived of ${path} is of another file.`, {
    params: { path },
  });

async function readPiece(file: File, at: number): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.slice(at, at + pieceBytes).arrayBuffer());
  } catch (thrown) {
    throw new TrainyardError('UPLOAD_UNREADABLE', `${file.name} cannot be read any more. Choose it anew.`, {
      params: { name: file.name },
      details: String(thrown),
    });
  }
}

const cancelled = () => new TrainyardError('CANCELLED', 'This was cancelled.');
