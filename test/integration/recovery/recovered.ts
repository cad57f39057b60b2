import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import type { RecoveryEvent } from '#shared/domain/recovery.ts';
import {
  historyAt,
  type Lab,
  type Laptop,
  logOf,
  openLaptop,
  startLab,
} from '#test/integration/migrations/lab.ts';
import type { Box, BoxOptions } from '#test/lab/sshd.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until as patiently } from '#test/until.ts';

/** Other tests may have most of the machine. */
export const until = <T>(what: string, condition: () => T | Promise<T>) =>
  patiently(what, condition, { deadlineMs: 180_000, everyMs: 50 });

/** Two real boxes and a laptop for the tests around it. Each throws where it did not start. */
export function boxesAndLaptop(each: BoxOptions = {}): { lab(): Lab; laptop(): Laptop } {
  let lab: Lab | undefined;
  let laptop: Laptop | undefined;
  let data = '';
  beforeAll(async () => {
    lab = await startLab(each, each);
    data = await makeTempDirectory('data');
    laptop = await openLaptop(lab, data);
  }, 120_000);
  afterAll(async () => {
    await laptop?.backend.close();
    await lab?.stop();
    await rm(data, { recursive: true, force: true, maxRetries: 3 });
  });
  const there = <T>(thing: T | undefined): T => {
    if (thing === undefined) throw new Error('it did not start');
    return thing;
  };
  return { lab: () => there(lab), laptop: () => there(laptop) };
}

/** What is asked of runs that are made good. */
export function recovered(laptop: () => Laptop) {
  const runOf = (runId: string) => laptop().client.runs.get({ runId });
  const newestEvent = async (runId: string): Promise<RecoveryEvent | undefined> =>
    (await laptop().client.recovery.get({ runId })).events[0];
  return {
    runOf,
    newestEvent,
    restarted: (runId: string, epoch: number) =>
      until(`attempt ${epoch} runs`, async () => {
        const run = await runOf(runId);
        return run.epoch === epoch && run.state === 'running' ? run : null;
      }),
    async stop(runId: string) {
      await laptop().client.runs.stop({ runId });
      await until('it has stopped', async () => (await runOf(runId)).state === 'stopped');
    },
    /** Its steps go on exactly from the checkpoint that it was restarted from. */
    async goesOn(runId: string, box: Box, epoch: number): Promise<void> {
      const event = await until('that is written down', async () => {
        const newest = await newestEvent(runId);
        return newest?.outcome === 'restarted' && newest.newEpoch === epoch ? newest : null;
      });
      const step = event.checkpoint?.step ?? -1;
      expect(step).toBeGreaterThan(0);
      const lines = await until('it trains on', async () => {
        const mine = (await historyAt(box, runId)).filter((line) => line.epoch === epoch);
        return mine.length > 3 ? mine : null;
      });
      expect(lines[0]?.step).toBe(step + 1);
      expect(await logOf(laptop().client, runId, epoch)).toContain(`resumed from step ${step}`);
    },
  };
}
