import { backend } from '#renderer/app/backend.ts';
import type { LogSource } from './log-model.ts';

export function bytesOfBase64(base64: string): Uint8Array {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** The log of one attempt of a run, from the backend. */
export function runLogSource(runId: string, epoch: number): LogSource {
  return {
    async read(offset, length, signal) {
      const answer = await backend().rpc.logs.read({ runId, epoch, offset, length }, { signal });
      return { bytes: bytesOfBase64(answer.base64), total: answer.bytes };
    },
    open: (request, handlers) => backend().bytes.open({ kind: 'log', runId, epoch, ...request }, handlers),
  };
}
