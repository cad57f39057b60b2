import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { WorkerSetup } from './protocol.ts';

const fromSources = import.meta.url.endsWith('.ts');
/** The heap of a worker, without HiGHS's own memory: 5,000 runs take a third of it. */
const heapMb = 1024;

/** HiGHS's WebAssembly, from its package beside the sources and the bundles alike. */
export const readSolverWasm = (): Promise<Uint8Array<ArrayBuffer>> =>
  readFile(createRequire(import.meta.url).resolve('highs/runtime'));

/**
 * Starts the worker. From a bundle its text is handed over instead of its path: in the packaged app it lies in an archive
 * that only the process itself reads.
 */
export function startWorker(setup: WorkerSetup): Worker {
  const options: WorkerOptions = {
    name: 'plans',
    workerData: setup,
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  };
  if (fromSources) return new Worker(new URL('./worker.ts', import.meta.url), options);
  const text = readFileSync(new URL('../backend/solver.cjs', import.meta.url), 'utf8');
  return new Worker(text, { ...options, eval: true });
}
