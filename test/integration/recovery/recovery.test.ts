import { describe, expect, test } from 'vitest';
import { historyAt, launch, lightTraining, taskOf, trained } from '#test/integration/migrations/lab.ts';
import { boxesAndLaptop, recovered, until } from '#test/integration/recovery/recovered.ts';
import { needs } from '#test/needs.ts';

describe.skipIf(!needs('sshd', 'root', 'python3'))('real trainings that are lost, on two real boxes', () => {
  const there = boxesAndLaptop();
  const { runOf, newestEvent, restarted, stop, goesOn } = recovered(there.laptop);
  /** The trainer dies of a fault of its own. */
  const crash = async (runId: string) =>
    process.kill((await runOf(runId)).attempts.at(-1)?.pid ?? 0, 'SIGSEGV');

  test('a crash, then a reboot: on from the newest checkpoint; a stop by the user is the end', {
    timeout: 240_000,
  }, async () => {
    const [one] = there.lab().boxes;
    const policy = 'recovery: { on: [crash, reboot], max: 3, backoff: 0s }';
    const runId = await launch(there.laptop(), there.lab(), taskOf(lightTraining(100_000), policy));
    await trained(there.laptop(), runId, 25);
    await crash(runId);
    await restarted(runId, 2);
    await goesOn(runId, one, 2);
    expect(await newestEvent(runId)).toMatchObject({
      cause: 'crash',
      epoch: 1,
      diagnosis: { guess: 'code-error' },
    });

    await trained(there.laptop(), runId, 45);
    await one.reboot();
    await until('it is connected again', async () => {
      await there.laptop().client.sites.connect({ siteId: there.laptop().ids.one ?? '' });
      return true;
    });
    await restarted(runId, 3);
    await goesOn(runId, one, 3);
    expect(await newestEvent(runId)).toMatchObject({ cause: 'reboot', epoch: 2 });
    expect((await runOf(runId)).attempts[1]).toMatchObject({ state: 'lost', evidence: { kind: 'rebooted' } });

    await stop(runId);
    // By the time a run that crashed after it has been given up, this one would have been restarted.
    const text = 'echo "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB."; exit 1';
    const looping = await launch(
      there.laptop(),
      there.lab(),
      `name: loops\nrun: ${JSON.stringify(text)}\nrecovery: { on: [crash], max: 2, backoff: 0s }\n`,
    );
    const given = await until('it is given up', async () => {
      const newest = await newestEvent(looping);
      return newest?.outcome === 'gave-up' ? newest : null;
    });
    expect(given).toMatchObject({
      epoch: 3,
      diagnosis: { guess: 'gpu-out-of-memory', line: expect.stringContaining('Tried to allocate') },
    });
    expect((await runOf(looping)).attempts.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed']);
    const { notices } = await there.laptop().client.app.notices();
    expect(notices.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['RECOVERY_GAVE_UP', 'RECOVERY_RESTARTED_FROM_STEP']),
    );
    expect((await runOf(runId)).attempts).toHaveLength(3);
    expect((await there.laptop().client.recovery.get({ runId })).events).toHaveLength(2);
  });

  test('to another machine: what it has written and its checkpoint go along', {
    timeout: 240_000,
  }, async () => {
    const [, two] = there.lab().boxes;
    const policy = 'recovery: { on: [crash], to: [two], backoff: 0s }';
    const runId = await launch(there.laptop(), there.lab(), taskOf(lightTraining(100_000), policy));
    await trained(there.laptop(), runId, 25);
    await crash(runId);
    const run = await restarted(runId, 2);
    expect(run.machineId).toBe(there.laptop().ids.two);
    await goesOn(runId, two, 2);
    expect((await historyAt(two, runId)).some(({ epoch }) => epoch === 1)).toBe(true);
    await stop(runId);
  });
});
