import { backend } from '#renderer/app/backend.ts';

/**
 * Saves a whole log to the user's disk, byte for byte. The pieces are handed to the browser as they come, which keeps
 * them on disk, not in memory. Rejects with what the stream failed with, or the signal's reason.
 */
export async function downloadLog(
  run: { runId: string; epoch: number; name: string },
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const { runId, epoch, name } = run;
  const parts: Blob[] = [];
  let done = 0;
  let total = 0;
  await new Promise<void>((resolve, reject) => {
    const stream = backend().bytes.open(
      { kind: 'log', runId, epoch, offset: 0, follow: false },
      {
        onInfo(info) {
          total = info.bytes;
        },
        onBytes(bytes) {
          parts.push(new Blob([bytes.slice()]));
          done += bytes.byteLength;
          onProgress(done, total);
        },
        onEnd: (error) => (error ? reject(error) : resolve()),
      },
    );
    signal.addEventListener('abort', () => {
      stream.close();
      reject(signal.reason);
    });
  });
  save(new Blob(parts, { type: 'text/plain' }), `${fileName(name)}-${epoch}.log`);
}

/** A name that every file system takes. */
export const fileName = (name: string): string =>
  name
    .replace(/[^\p{L}\p{N}._-]+/gu, '_')
    .replace(/^\.+/, '')
    .slice(0, 80) || 'run';

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
