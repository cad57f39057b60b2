import { Worker } from 'node:worker_threads';
import type { FaultProxy } from '#test/lab/proxy.ts';

/** A line to a machine that is far away, in a thread of its own: what it costs to delay each byte is nobody's who is measured. */
export interface FarLine extends Pick<FaultProxy, 'port' | 'stop'> {}

export interface LineKind {
  latencyMs: number;
  bytesPerSecond: number;
}

/** From one's own network to a machine in another region. */
export const anotherRegion = {
  where: '1 Gbit/s, 40 ms away',
  is: { latencyMs: 20, bytesPerSecond: 125_000_000 },
} satisfies { where: string; is: LineKind };

/** Each way takes `latencyMs`; all connections share `bytesPerSecond` per direction. */
export async function farLine(
  to: { port: number },
  { latencyMs, bytesPerSecond }: LineKind,
): Promise<FarLine> {
  const worker = new Worker(new URL('./far-line-worker.ts', import.meta.url), {
    workerData: { to, latencyMs, bytesPerSecond },
  });
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return { port, stop: async () => void (await worker.terminate()) };
}
