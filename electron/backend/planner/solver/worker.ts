/** The worker's program: answers one question after the other. Knows nothing of the app but the words of plans. */
import { parentPort, workerData } from 'node:worker_threads';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { Engine } from './engine.ts';
import { unpack } from './packed.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './protocol.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts is the program of a worker, not to be run by itself');
const { wasm, stop, memoryBytes } = workerData as WorkerSetup;
const engine = new Engine({ wasm, memoryBytes, isStopped: () => Atomics.load(stop, 0) !== 0 });
const tell = (message: FromWorker) => port.postMessage(message);

async function answer({ id, question, packed }: ToWorker): Promise<void> {
  try {
    const asked = { ...question, problem: unpack(packed) };
    await engine.answer(
      asked,
      (kind, solutions) => tell({ id, kind, solutions }),
      (plans, of) => tell({ id, kind: 'made', plans, of }),
    );
    tell({ id, kind: 'done' });
  } catch (error) {
    if (!(error instanceof TrainyardError)) throw error;
    tell({ id, kind: 'failed', error: error.toShape() });
  }
}

// What is no answer of ours ends the worker: who asked is told, and the next question gets a fresh one.
port.on('message', (message: ToWorker) => {
  answer(message).catch((error: unknown) =>
    setImmediate(() => {
      throw error;
    }),
  );
});
