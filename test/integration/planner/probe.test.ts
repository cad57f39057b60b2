import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { probedRate, probeTask } from '#backend/planner/probe-task.ts';
import type { Figure } from '#shared/domain/figure.ts';
import { newId } from '#shared/domain/id.ts';
import { hasEnded } from '#shared/domain/run.ts';
import type { TrainingSetup } from '#shared/domain/workload.ts';
import { findPreset } from '#shared/planner/models/index.ts';
import { type Box, startBox } from '#test/lab/sshd.ts';
import { trainer } from '#test/lab/trainers/index.ts';
import { type Laptop, openLaptop } from '#test/lab/whole-app.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

/** Loading PyTorch takes a while on a busy machine. */
const slow = { deadlineMs: 120_000 };
const patient = { timeout: 280_000 };

/** One GPU of the kind that planning knows; nothing computes on it. */
async function boxWithGpu(): Promise<Box> {
  const box = await startBox({
    files: {
      'bin/nvidia-smi': await readFile('test/lab/nvidia-smi/nvidia-smi', 'utf8'),
      'bin/nvidia-smi.conf': "GPUS=1 MODEL='NVIDIA H100 80GB HBM3' MEMORY_MIB=81559 FOLLOW=1\n",
    },
    env: { PATH: '%h/bin:/usr/local/bin:/usr/bin:/bin' },
  });
  onTestFinished(() => box.stop());
  return box;
}

async function codeWith(command: string): Promise<{ base: string; yaml: string }> {
  const base = await tempDirectory('code');
  await writeFile(path.join(base, 'train.py'), await readFile(trainer));
  const yaml = `name: measured\nworkdir: .\nresources: {accelerators: H100:1}\nrun: |\n  ${command}\n`;
  return { base, yaml };
}
const endless = 'exec /usr/bin/python3 -u train.py --steps 1000000 --every 0 --pace 0.02 --tokens 1000';

const probe = async (laptop: Laptop, { base, yaml }: { base: string; yaml: string }, steps: number) =>
  (
    await laptop.client.plan.probe({
      requestId: newId(),
      machineId: laptop.machineId,
      yaml,
      baseDirectory: base,
      steps,
    })
  ).runId;
const stateOf = async ({ client }: Laptop, runId: string) => (await client.runs.get({ runId })).state;
const ended = (laptop: Laptop, runId: string) =>
  until('it has ended', async () => hasEnded(await stateOf(laptop, runId)), slow);
const stepOf = async ({ client }: Laptop, runId: string) =>
  (await client.runs.metrics({ runId })).find(({ name }) => name === 'tokens_per_second')?.total ?? 0;

/** Command lines of all processes: the box is this computer. */
const everything = (): string => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });

const model = findPreset('Llama-3.2-1B');
const setup: TrainingSetup = {
  kind: 'training',
  method: 'full',
  lora: { rank: 16, targets: 'all-linear' },
  precision: 'bf16',
  optimiser: 'adamw',
  sharding: 'ddp',
  offload: 'none',
  recomputation: 'none',
  flashAttention: true,
  sequence: 2048,
  microBatch: 1,
  globalBatch: 8,
  tensorParallel: 1,
  pipelineParallel: 1,
  sequenceParallel: false,
};

const sourcesOf = ({ source, inputs }: Figure): string[] => [source ?? '', ...inputs.flatMap(sourcesOf)];

async function planned({ client, machineId }: Laptop, yaml: string) {
  const [demand] = await client.plan.demandOf({ yaml, model, setup });
  if (demand === undefined) throw new Error('no demand');
  const answer = await client.plan.place({
    demand: { ...demand, tokens: 1e9 },
    limits: {
      deadlineAt: null,
      budgetMicros: null,
      maxCarbonGrams: null,
      providers: [],
      excludedProviders: [],
      offerLabels: {},
    },
    objective: 'fastest',
    scenario: null,
  });
  const own = answer.alternatives.find(({ place }) => place.id === machineId);
  return { demand, trainMs: own?.parts?.trainMs ?? 0, own };
}

describe.skipIf(!needs('sshd') || !needs('torch'))('a probe on a real box, with real PyTorch', () => {
  test(
    'ends after its steps though the app is closed; opened again, its speed is what plans go by',
    patient,
    async () => {
      const code = await codeWith(endless);
      const box = await boxWithGpu();
      const data = await tempDirectory('data');
      const first = await openLaptop(data, box);
      await until(
        'the GPU is known',
        async () =>
          (await first.client.machines.get({ machineId: first.machineId })).inventory?.accelerators.length ===
          1,
      );
      const before = await planned(first, code.yaml);
      expect(before.demand.measured).toEqual([]);
      const runId = await probe(first, code, 60);
      await until('it runs', async () => /running|succeeded/.test(await stateOf(first, runId)), slow);
      await first.close();

      const attempt = path.join(box.home, '.trainyard/runs', runId, 'attempts/1');
      await until(
        'it has ended, with nobody looking',
        async () => (await readFile(path.join(attempt, 'exit'), 'utf8')).trim() !== '',
        slow,
      );
      const second = await openLaptop(data, box);
      await ended(second, runId);
      const run = await second.client.runs.get({ runId });
      expect(run).toMatchObject({
        state: 'succeeded',
        exitCode: 0,
        evidence: { kind: 'exit-record', by: 'itself' },
      });
      await until('its speed is known', async () => (await second.client.plan.measured()).length === 1, slow);
      const [measured] = await second.client.plan.measured();
      expect(measured).toMatchObject({ accelerator: 'H100', gpus: 1, runId });
      const after = await planned(second, code.yaml);
      expect(after.demand.measured).toHaveLength(1);
      expect(after.trainMs).not.toBe(before.trainMs);
      const speed = measured?.tokensPerSecond ?? 0;
      expect(after.trainMs / ((1e9 / speed) * 1000)).toBeGreaterThan(0.8);
      expect(after.trainMs / ((1e9 / speed) * 1000)).toBeLessThan(1.25);
      const figure = after.own?.timeFigure;
      expect(figure ? sourcesOf(figure).join(' ') : '').toMatch(/measured/i);
    },
  );
});

describe.skipIf(!needs('sshd'))('the watch beside a probe', () => {
  test('goes with the run when that is stopped before its steps', patient, async () => {
    const laptop = await openLaptop(await tempDirectory('data'), await boxWithGpu());
    const yaml =
      'run: |\n  i=0\n  while :; do i=$((i + 1)); echo "step $i tokens_per_second=9"; sleep 0.3; done\n';
    const runId = await probe(laptop, { base: await tempDirectory('code'), yaml }, 1_000);
    await until('it trains', async () => (await stepOf(laptop, runId)) > 3, slow);
    await laptop.client.runs.stop({ runId });
    await ended(laptop, runId);
    expect(await stateOf(laptop, runId)).toBe('stopped');
    await until('its watch is gone', () => !everything().includes(runId), slow);
  });

  test(
    'ends what prints no steps in its time, leaves nothing behind, and passes on how a task ended',
    patient,
    async () => {
      const laptop = await openLaptop(await tempDirectory('data'), await boxWithGpu());
      const { client, machineId } = laptop;
      const launch = async (yaml: string, steps: number, seconds: number) => {
        const { id } = await client.runs.launch({
          requestId: newId(),
          yaml: probeTask(yaml, { steps, seconds }),
          baseDirectory: null,
          machineId,
          envs: {},
          secrets: {},
          priority: 0,
        });
        return id;
      };
      const silent = await launch('run: |\n  sleep 98798 &\n  wait\n', 5, 2);
      const failing = await launch(
        'run: |\n  echo "max_steps = 900"\n  echo "step 1 loss=1"\n  exit 7\n',
        5,
        600,
      );
      const tqdm = await launch(
        'run: |\n  for i in 3 4 9; do printf "%s/1000 [00:0$i<10:00]\\r" "$i"; done\n  sleep 98698\n',
        8,
        600,
      );
      // Only steps are printed, or nothing at all but a table that grows: the watch says how fast they came.
      const stepping = await launch(
        'run: |\n  i=0; while :; do i=$((i + 1)); echo "step $i"; sleep 0.5; done\n',
        16,
        600,
      );
      const table = await launch(
        'run: |\n  echo "epoch,step,loss" >log.csv; i=0\n  while :; do i=$((i + 1)); echo "0,$i,1.5" >>log.csv; sleep 0.5; done\n',
        16,
        600,
      );
      for (const runId of [silent, failing, tqdm, stepping, table]) await ended(laptop, runId);
      for (const runId of [stepping, table]) {
        expect(await client.runs.get({ runId })).toMatchObject({ state: 'succeeded', exitCode: 0 });
        const rate = async () =>
          (await client.runs.metrics({ runId }))
            .find(({ name }) => name === probedRate)
            ?.points.at(-1)?.[1] ?? null;
        await until('how fast it was is told', async () => (await rate()) !== null, slow);
        // Two a second; a busy computer is slower, none is faster.
        expect(await rate()).toBeGreaterThan(0.1);
        expect(await rate()).toBeLessThan(3);
      }
      expect(await client.runs.get({ runId: silent })).toMatchObject({ state: 'succeeded', exitCode: 0 });
      expect(await client.runs.get({ runId: failing })).toMatchObject({ state: 'failed', exitCode: 7 });
      expect(await client.runs.get({ runId: tqdm })).toMatchObject({ state: 'succeeded', exitCode: 0 });
      await until('what it started is gone', () => !/sleep 98[67]98/.test(everything()), slow);
    },
  );
});
