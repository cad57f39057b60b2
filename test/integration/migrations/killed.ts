import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#shared/domain/id.ts';
import type { MigrationPhase } from '#shared/domain/migration.ts';
import { processesWith } from '#test/lab/local-box.ts';
import { readHistory } from '#test/lab/trainers/index.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import {
  ended,
  type Lab,
  launch,
  lightTraining,
  move,
  openLaptop,
  runDirectory,
  startLab,
  taskOf,
  trained,
} from './lab.ts';

const child = path.resolve('test/integration/migrations/killed-child.ts');

/** One training goes to and fro between two boxes; each time the app is killed in another phase and started again. */
export function killedIn(phases: readonly MigrationPhase[]): void {
  describe.skipIf(!needs('sshd', 'root', 'python3'))(
    'kill -9 of the app, and a new one on the same data',
    () => {
      let lab: Lab;
      let runId: string;
      let at = 0;
      beforeAll(async () => {
        lab = await startLab();
        const laptop = await openLaptop(lab);
        try {
          runId = await launch(laptop, lab, taskOf(lightTraining(1_000_000)));
          await trained(laptop, runId, 25);
        } finally {
          await laptop.backend.close();
        }
      }, 120_000);
      afterAll(async () => {
        await lab?.stop();
      });

      test.for(phases)(
        'as soon as "%s" is in the journal: the move is made',
        { timeout: 400_000 },
        async (phase, { task }) => {
          // A first try may have left its move under way.
          if ((task.result?.retryCount ?? 0) > 0) at = await settled(lab, runId);
          const there = 1 - at;
          const to = lab.boxes[there]?.name ?? '';
          const requestId = newId();
          await dies([lab.data, lab.configFile, runId, requestId, to, phase]);

          const laptop = await openLaptop(lab);
          try {
            // The client never had its answer and sends the same request again.
            const { id } = await move(laptop, runId, to, { requestId });
            const done = await ended(laptop, id);
            expect(done.error).toBeNull();
            expect(done.phase).toBe('committed');
            const box = lab.boxes[there];
            if (box === undefined) throw new Error('no such box');
            const epoch = done.toEpoch ?? 0;
            await until('it trains there', () => {
              const lines = readHistory(
                readFileSync(path.join(runDirectory(box, runId), 'code/history.tsv'), 'utf8'),
              );
              const mine = lines.filter((line) => line.epoch === epoch);
              return mine.length > 3 && mine[0]?.step === (done.checkpoint?.step ?? -1) + 1;
            });
            expect(trainers(runId)).toEqual([epoch]);
            await until('the source has its tombstone', () => {
              const source = lab.boxes[at];
              return source !== undefined && existsSync(path.join(runDirectory(source, runId), 'moved'));
            });
            for (const { home } of lab.boxes) {
              const keys = path.join(home, '.ssh/authorized_keys');
              await until(
                'no key is left',
                () => !existsSync(keys) || !readFileSync(keys, 'utf8').includes('trainyard'),
              );
            }
            at = there;
          } finally {
            await laptop.backend.close();
          }
        },
      );
    },
  );
}

/** Lets a move that is under way come to its end; gives the number of the box where the run is then. */
async function settled(lab: Lab, runId: string): Promise<number> {
  const laptop = await openLaptop(lab);
  try {
    for (const { id } of await laptop.client.migrations.list({ runId, active: true }))
      await ended(laptop, id);
    const { machineName } = await laptop.client.runs.get({ runId });
    return lab.boxes.findIndex(({ name }) => name === machineName);
  } finally {
    await laptop.backend.close();
  }
}

async function dies(args: string[]): Promise<void> {
  const app = spawn(process.execPath, [child, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const timeout = setTimeout(() => app.kill('SIGTERM'), 150_000);
  const [, signal] = await once(app, 'exit');
  clearTimeout(timeout);
  expect(signal).toBe('SIGKILL');
}

/** The epochs of which a trainer is alive on this computer, whichever box it belongs to. */
function trainers(runId: string): number[] {
  const epochs = processesWith(`TRAINYARD_ATTEMPT=${runId}.`)
    .filter(({ command }) => command.includes('light.py'))
    .map(({ pid }) => {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
      return Number(/TRAINYARD_ATTEMPT=[^.]+\.(\d+)/.exec(environment)?.[1]);
    });
  return [...new Set(epochs)];
}
