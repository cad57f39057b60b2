import { parentPort, workerData } from 'node:worker_threads';
import { startProxy } from '#test/lab/proxy.ts';

const { to, latencyMs, bytesPerSecond } = workerData as {
  to: { port: number };
  latencyMs: number;
  bytesPerSecond: number;
};
const proxy = await startProxy({ to });
proxy.latency(latencyMs);
proxy.bandwidth(bytesPerSecond);
parentPort?.postMessage(proxy.port);
