import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boxA, boxB, me, type Recovering, recovering, saved, task } from './world.ts';

type Deed =
  | 'crash'
  | 'kill'
  | 'reboot'
  | 'boot'
  | 'progress'
  | 'cut'
  | 'connect'
  | 'app'
  | 'stop'
  | 'restart'
  | 'wait'
  | 'lost'
  | 'accept';
const deeds: readonly Deed[] = [
  'crash',
  'kill',
  'reboot',
  'boot',
  'progress',
  'cut',
  'connect',
  'app',
  'stop',
  'restart',
  'wait',
  'lost',
  'accept',
];

/** Whatever happens, in whatever order: each thing that is done is done to the run where it is. */
async function happen(world: Recovering, runId: string, deed: Deed, steps: { saved: number }): Promise<void> {
  const run = world.run(runId);
  const box = world.box(run.machineId);
  const alive = box
    .report([runId])
    .attempts.find(({ epoch, trainerAlive }) => epoch === run.epoch && trainerAlive);
  const other = run.machineId === boxA ? boxB : boxA;
  switch (deed) {
    case 'crash':
      if (alive) box.end(runId, alive.epoch, 1);
      break;
    case 'kill':
      if (alive) box.end(runId, alive.epoch, null);
      break;
    case 'reboot':
      box.reboot();
      break;
    case 'boot':
      box.boot();
      break;
    case 'progress':
      steps.saved += 10;
      for (const id of [boxA, boxB]) world.checkpoints.set(id, [saved(steps.saved)]);
      break;
    case 'cut':
      world.app.access.cut(run.machineId);
      break;
    case 'connect':
      for (const id of [run.machineId, other])
        if (!world.app.access.isConnected(id)) world.app.access.connect(id);
      break;
    case 'app':
      await world.killApp();
      break;
    case 'stop':
      world.app.runs.stop(runId, 5, me);
      break;
    case 'restart':
      try {
        world.app.runs.restart(runId, { secrets: {} }, me);
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^RUN_/) });
      }
      break;
    case 'lost':
      await world.recovery.declareLost(run.machineId, me).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'RECOVERY_HOST_CONNECTED' });
      });
      break;
    case 'accept': {
      const [proposal] = world.proposals.allOpen();
      if (proposal !== undefined) world.recovery.accept(proposal, me);
      break;
    }
    case 'wait':
      await world.pass(40_000);
  }
  await world.pass(4_000);
}

test('whatever happens: no attempt twice, one restart per loss, none after a stop, and in the end at most one trains', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...deeds), { minLength: 3, maxLength: 14 }),
      fc.boolean(),
      async (course, anywhere) => {
        const world = await recovering();
        const policy = `{on: [crash, preemption, reboot, host-lost], to: ${anywhere ? 'any' : 'same'}, max: 3, backoff: 5s}`;
        const { id } = await world.launch(task(policy));
        const steps = { saved: 0 };
        for (const deed of course) await happen(world, id, deed, steps);
        for (const machineId of [boxA, boxB])
          if (!world.app.access.isConnected(machineId)) world.app.access.connect(machineId);
        await world.pass(240_000);

        const launches = world.launches(id);
        expect(launches, course.join(' ')).toEqual([...new Set(launches)]);
        expect(world.alive(id), course.join(' ')).toBeLessThanOrEqual(1);
        const events = world.events(id);
        const lost = events.map(({ epoch }) => epoch);
        expect(lost).toEqual([...new Set(lost)]);
        const begun = events.flatMap(({ newEpoch }) => newEpoch ?? []);
        expect(begun).toEqual([...new Set(begun)]);
        for (const { epoch, newEpoch, outcome } of events) {
          if (outcome === 'restarted') expect(newEpoch).toBe(epoch + 1);
          else expect(newEpoch).toBeNull();
          // An attempt that was stopped by the user was never made good.
          const attempt = world.run(id).attempts.find((each) => each.epoch === epoch);
          if (
            outcome === 'restarted' &&
            attempt?.evidence.kind === 'exit-record' &&
            attempt.evidence.by === 'user'
          )
            expect(course).toContain('lost');
        }
        await world.recovery.close();
        await world.app.runs.close();
      },
    ),
    { numRuns: 12, seed: 20261128, endOnFailure: true },
  );
});
