import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ended, launch, lightTraining, taskOf, trained } from '#test/integration/migrations/lab.ts';
import { boxesAndLaptop, recovered, until } from '#test/integration/recovery/recovered.ts';
import type { Box } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';

// The GPUs are of the lab's stand-in for nvidia-smi; what a trainer prints of a fault is what CUDA prints of it.
const standIn = readFileSync('test/lab/nvidia-smi/nvidia-smi', 'utf8');
const faults = [
  'RuntimeError: CUDA error: an illegal memory access was encountered',
  'RuntimeError: CUDA error: uncorrectable ECC error encountered',
  'NVRM: Xid (PCI:0000:3b:00): 79, pid=1234, GPU has fallen off the bus.',
];

describe.skipIf(!needs('sshd', 'root', 'python3'))('real trainings whose GPUs fail', () => {
  const there = boxesAndLaptop({
    files: { 'bin/nvidia-smi': standIn, 'bin/nvidia-smi.conf': 'GPUS=2\n' },
    env: { PATH: '%h/bin:/usr/bin:/bin' },
  });
  const { runOf, newestEvent, restarted, stop, goesOn } = recovered(there.laptop);
  const show = (box: Box, gpus: string) =>
    writeFileSync(path.join(box.home, 'bin/nvidia-smi.conf'), `${gpus}\n`);

  test('each is guessed from what was printed, and the run goes on at the other machine', {
    timeout: 240_000,
  }, async () => {
    const { client, ids } = there.laptop();
    const [, two] = there.lab().boxes;
    // It trains a while first, so that each restart has something to go on from; a run that gets no further is given up.
    const dies = faults.map(
      (fault, at) => `${at + 1}) python3 light.py --steps ${20 * (at + 1)}; echo '${fault}'; exit 1;;`,
    );
    const task = taskOf(
      `'case $TRAINYARD_EPOCH in ${dies.join(' ').replaceAll("'", "''")} esac; ${lightTraining(100_000)}'`,
      'recovery: { on: [crash], to: any, max: 3, backoff: 0s }\nresources: { accelerators: "L4:1" }',
    );
    const runId = await launch(there.laptop(), there.lab(), task);
    const run = await restarted(runId, 4);
    expect(run.attempts.map(({ machineId }) => machineId)).toEqual([ids.one, ids.two, ids.one, ids.two]);
    await goesOn(runId, two, 4);
    const { events } = await client.recovery.get({ runId });
    expect(events.map(({ diagnosis }) => [diagnosis?.guess, diagnosis?.line])).toEqual(
      faults.map((line) => ['gpu-fault', line]).reverse(),
    );
    expect((await newestEvent(runId))?.checkpoint?.step).toBe(60);
    await stop(runId);
  });

  test('one that its machine lists no more: a move away is proposed with the reason, and made when it is accepted', {
    timeout: 240_000,
  }, async () => {
    const { client, ids } = there.laptop();
    const [one] = there.lab().boxes;
    const task = taskOf(lightTraining(100_000), 'resources: { accelerators: "L4:2" }');
    const runId = await launch(there.laptop(), there.lab(), task);
    await trained(there.laptop(), runId, 25);
    const rules = { overloaded: false, gpuFailing: true, betterPlace: false, windowClosing: false };
    await client.places.setRebalance({ mode: 'propose', rules, coolDownMs: 3_600_000, loadPerCpu: 100 });
    show(one, 'GPUS=1');
    const proposal = await until('it is proposed', async () => {
      await client.machines.refresh({ machineIds: [ids.one ?? ''] });
      return (await client.places.rebalance()).proposals.find((each) => each.runId === runId) ?? null;
    });
    expect(proposal).toMatchObject({
      kind: 'move',
      rule: 'gpu-failing',
      toMachineId: ids.two,
      reason: { code: 'REBALANCE_GPU_FAILING', message: expect.stringContaining('lists it no more') },
    });
    const { migrationId } = await client.places.accept({ proposalId: proposal.id });
    const move = await ended(there.laptop(), migrationId ?? '');
    expect(move).toMatchObject({ phase: 'committed', error: null, reason: { kind: 'rebalance' } });
    expect(await runOf(runId)).toMatchObject({ machineId: ids.two, epoch: 2, state: 'running' });
    await stop(runId);
  });
});
