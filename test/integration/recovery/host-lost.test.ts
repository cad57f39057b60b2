import { describe, expect, test } from 'vitest';
import { newId } from '#shared/domain/id.ts';
import { launch, lightTraining, taskOf, trained } from '#test/integration/migrations/lab.ts';
import { boxesAndLaptop, recovered, until } from '#test/integration/recovery/recovered.ts';
import { needs } from '#test/needs.ts';

describe.skipIf(!needs('sshd', 'root', 'python3'))('a real training whose host is given up', () => {
  const there = boxesAndLaptop();
  const { runOf, restarted, stop, goesOn } = recovered(there.laptop);

  test('a host that is given up: on from the backup; when it is back, what trains there is stopped', {
    timeout: 300_000,
  }, async () => {
    const [one, two] = there.lab().boxes;
    const { client, ids } = there.laptop();
    const policy = 'recovery: { on: [host-lost], to: any, backoff: 0s }';
    const runId = await launch(there.laptop(), there.lab(), taskOf(lightTraining(100_000, 25, 0.4), policy));
    await trained(there.laptop(), runId, 26);
    const [backup] = await client.backups.start({ runId, requestId: newId(), machineId: ids.two });
    await until('it is kept', async () => {
      const kept = (await client.backups.list({ runId })).find(({ id }) => id === backup?.id);
      if (kept?.state === 'failed') throw new Error(kept.error?.message);
      return kept?.state === 'verified';
    });
    await expect(client.recovery.declareLost({ machineId: ids.one ?? '' })).rejects.toThrow('it is not lost');
    await one.stopServer();
    one.dropConnections();
    await until(
      'it is out of sight',
      async () => (await client.machines.get({ machineId: ids.one ?? '' })).connectionState !== 'connected',
    );
    expect(await runOf(runId)).toMatchObject({ state: 'running', epoch: 1 });
    expect(await client.recovery.declareLost({ machineId: ids.one ?? '' })).toEqual({ runs: 1 });
    const run = await restarted(runId, 2);
    expect(run.machineId).toBe(ids.two);
    await goesOn(runId, two, 2);
    const [pid] = run.attempts.map((attempt) => attempt.pid ?? 0);
    expect(process.kill(pid ?? 0, 0)).toBe(true);

    await one.startServer();
    await until('it is connected again', async () => {
      await client.sites.connect({ siteId: ids.one ?? '' });
      return true;
    });
    await until('it is stopped there', async () => (await runOf(runId)).attempts[0]?.state === 'stopped');
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
    expect(await runOf(runId)).toMatchObject({ state: 'running', epoch: 2, machineId: ids.two });
    await stop(runId);
  });
});
