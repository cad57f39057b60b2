import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { startApp } from './app.ts';
import { type Bench, within } from './row.ts';

const program = path.join(import.meta.dirname, '..', '..', 'bin', 'trainyard.mjs');

export const bench: Bench = {
  name: 'cli',
  about: 'a warm `trainyard ps` with the app running, the whole process',
  missing: () => null,
  async run() {
    const app = await startApp();
    try {
      const times: number[] = [];
      for (let turn = 0; turn < 12; turn += 1) {
        const started = performance.now();
        const done = spawnSync(process.execPath, [program, 'ps'], {
          env: { ...process.env, TRAINYARD_DATA: app.dataDirectory },
          encoding: 'utf8',
        });
        const took = performance.now() - started;
        if (done.status !== 0) throw new Error(`trainyard ps failed: ${done.stderr}`);
        if (turn > 1) times.push(took / 1000);
      }
      return [
        within(
          { name: 'cli', measure: 'warm trainyard ps', unit: 's', reach: 0.2, lowerIsBetter: true },
          times,
        ),
      ];
    } finally {
      await app.stop();
    }
  },
};
