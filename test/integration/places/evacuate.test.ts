import { describe, expect, test } from 'vitest';
import { newId } from '#shared/domain/id.ts';
import { historyAt, launch, lightTraining, taskOf, trained } from '#test/integration/migrations/lab.ts';
import { boxesAndLaptop, until } from '#test/integration/recovery/recovered.ts';
import { needs } from '#test/needs.ts';

describe.skipIf(!needs('sshd', 'root', 'python3'))('a real box is emptied', () => {
  const there = boxesAndLaptop();

  test('two trainings go to the other box, one after the other; new ones are not let on', {
    timeout: 300_000,
  }, async () => {
    const { client, ids } = there.laptop();
    const from = ids.one ?? '';
    const first = await launch(there.laptop(), there.lab(), taskOf(lightTraining(100_000)));
    const second = await launch(there.laptop(), there.lab(), taskOf(lightTraining(100_000)));
    await client.runs.setPriority({ runId: second, priority: 5 });
    for (const runId of [first, second]) await trained(there.laptop(), runId, 25);
    const { moves } = await client.places.planEvacuation({ machineId: from });
    expect(moves.map(({ runId, toMachineId }) => [runId, toMachineId])).toEqual([
      [second, ids.two],
      [first, ids.two],
    ]);

    await client.places.evacuate({ machineId: from, requestId: newId() });
    const done = await until('it is over', async () => {
      const [newest] = await client.places.evacuations();
      return newest?.state === 'done' ? newest : null;
    });
    expect(done.items.map(({ runId, state, why }) => [runId, state, why])).toEqual([
      [second, 'moved', null],
      [first, 'moved', null],
    ]);
    for (const runId of [first, second]) {
      expect(await client.runs.get({ runId })).toMatchObject({ machineId: ids.two, epoch: 2, moving: null });
      const [, two] = there.lab().boxes;
      await until('it trains there', async () =>
        (await historyAt(two, runId)).some(({ epoch }) => epoch === 2),
      );
      const [migration] = await client.migrations.list({ runId });
      expect(migration).toMatchObject({ phase: 'committed', reason: { kind: 'evacuate', who: 'desktop' } });
    }
    expect((await client.machines.get({ machineId: from })).draining).toBe(true);
    await expect(launch(there.laptop(), there.lab(), taskOf(lightTraining(10)))).rejects.toThrow('drained');
    for (const runId of [first, second]) {
      await client.runs.stop({ runId });
      await until('it has ended', async () => (await client.runs.get({ runId })).state === 'stopped');
    }
  });
});
