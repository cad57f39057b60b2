import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newId } from '#shared/domain/id.ts';
import { type Box, type BoxOptions, startBox } from '#test/lab/sshd.ts';
import { readHistory, trainer } from '#test/lab/trainers/index.ts';
import { type Laptop, me, openLaptop } from '#test/lab/whole-app.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

async function someBox(options: BoxOptions = {}): Promise<Box> {
  const box = await startBox(options);
  onTestFinished(() => box.stop());
  return box;
}

const launch = async (laptop: Laptop, yaml: string, base: string) => {
  const request = { requestId: newId(), yaml, baseDirectory: base, machineId: laptop.machineId };
  return (await laptop.client.runs.launch({ ...request, envs: {}, secrets: {}, priority: 0 })).id;
};
const stateOf = async ({ client }: Laptop, runId: string) => (await client.runs.get({ runId })).state;
const logOf = async ({ client }: Laptop, runId: string) => {
  const read = await client.logs.read({ runId, offset: 0, length: 1_000_000 });
  return Buffer.from(read.base64, 'base64').toString();
};

describe.skipIf(!needs('sshd'))('on a real box over SSH', () => {
  test('a run with code, setup and an exit code; its files; a second one finds its setup done', async () => {
    const box = await someBox();
    const laptop = await openLaptop(await tempDirectory('data'), box);
    const base = await tempDirectory('code');
    await writeFile(
      path.join(base, 'train.sh'),
      'cat "$HOME/made-by-setup"; echo "step 1 loss=0.5"; echo out >result; exit 3\n',
    );
    const yaml = 'workdir: .\nsetup: echo setup >>"$HOME/made-by-setup"\nrun: sh train.sh\n';
    const first = await launch(laptop, yaml, base);
    await until('it has ended', async () => (await stateOf(laptop, first)) === 'failed');
    const run = await laptop.client.runs.get({ runId: first });
    expect(run).toMatchObject({
      exitCode: 3,
      evidence: { kind: 'exit-record', by: 'itself' },
      snapshot: { files: 1 },
    });
    await until('its log', async () => (await logOf(laptop, first)).endsWith('step 1 loss=0.5\n'));
    await until(
      'its metric',
      async () => (await laptop.client.runs.metrics({ runId: first }))[0]?.total === 1,
    );
    const files = await laptop.client.runs.files({ runId: first, path: 'code' });
    expect(files.map(({ name }) => name).sort()).toEqual(['result', 'train.sh']);
    expect(await laptop.client.runs.readFile({ runId: first, path: 'code/result' })).toMatchObject({
      text: 'out\n',
    });

    const second = await launch(laptop, yaml, base);
    await until('it has ended', async () => (await stateOf(laptop, second)) === 'failed');
    expect(await readFile(path.join(box.home, 'made-by-setup'), 'utf8')).toBe('setup\n');
    await laptop.client.runs.delete({ runId: second });
    await expect(laptop.client.runs.get({ runId: second })).rejects.toThrow('not there any more');
  });

  test('connections dropped over and over while it prints: the log is exact and the run is one', async () => {
    const box = await someBox();
    const laptop = await openLaptop(await tempDirectory('data'), box);
    const base = await tempDirectory('code');
    const script = 'i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo "line $i"; sleep 0.01; done';
    await writeFile(path.join(base, 'train.sh'), script);
    const runId = await launch(laptop, 'workdir: .\nrun: sh train.sh\n', base);
    const seen: Buffer[] = [];
    await until('it runs', async () => (await stateOf(laptop, runId)) !== 'queued');
    const viewing = (async () => {
      const request = { kind: 'log', runId, offset: 0, follow: true, credit: 0 } as const;
      const context = { actor: me, signal: new AbortController().signal };
      for await (const piece of laptop.backend.bytes(request, context))
        if ('bytes' in piece) seen.push(piece.bytes as Buffer);
    })();
    for (let cuts = 1; cuts <= 3; cuts++) {
      await until(`cut ${cuts}`, () => Buffer.concat(seen).length > cuts * 400);
      box.dropConnections();
      await until('it is connected again', async () => {
        await laptop.client.sites.connect({ siteId: laptop.machineId });
        return true;
      });
    }
    await viewing;
    const expected = Array.from({ length: 300 }, (_, index) => `line ${index + 1}\n`).join('');
    expect(Buffer.concat(seen).toString()).toBe(expected);
    await until('it has succeeded', async () => (await stateOf(laptop, runId)) === 'succeeded');
  });

  test('GPUs as the box has them: each run sees its own, the next waits for the GPU it asked for', async () => {
    const gpus = "GPUS=2 MODEL='NVIDIA A100-SXM4-80GB' MEMORY_MIB=81920 FOLLOW=1\n";
    const standIn = await readFile('test/lab/nvidia-smi/nvidia-smi', 'utf8');
    const box = await someBox({
      files: { 'bin/nvidia-smi': standIn, 'bin/nvidia-smi.conf': gpus },
      env: { PATH: '%h/bin:/usr/local/bin:/usr/bin:/bin' },
    });
    const laptop = await openLaptop(await tempDirectory('data'), box);
    const { machineId } = laptop;
    await until(
      'the GPUs are known',
      async () => (await laptop.client.machines.get({ machineId })).inventory?.accelerators.length === 2,
    );
    const base = await tempDirectory('code');
    const yaml = [
      'resources: {accelerators: A100-80GB:1}',
      'run: |',
      '  echo "$CUDA_VISIBLE_DEVICES $SKYPILOT_NUM_GPUS_PER_NODE"',
      '  while [ ! -e "$HOME/go" ]; do sleep 0.1; done',
    ].join('\n');
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) ids.push(await launch(laptop, yaml, base));
    const [one = '', two = '', three = ''] = ids;
    await until(
      'two run',
      async () => (await logOf(laptop, one)) !== '' && (await logOf(laptop, two)) !== '',
    );
    const seen = [await logOf(laptop, one), await logOf(laptop, two)];
    expect(seen.sort()).toEqual([
      'GPU-5ca1ab1e-0000-4000-8000-000000000000 1\n',
      'GPU-5ca1ab1e-0000-4000-8000-000000000001 1\n',
    ]);
    const waiting = await laptop.client.runs.get({ runId: three });
    expect(waiting).toMatchObject({ state: 'queued', evidence: { kind: 'queued', position: 1 } });
    await expect(launch(laptop, 'resources: {accelerators: H100:1}\nrun: x', base)).rejects.toThrow(
      'can never start',
    );
    await laptop.client.runs.stop({ runId: two });
    await until('the third has its turn', async () => (await logOf(laptop, three)) !== '');
    await writeFile(path.join(box.home, 'go'), '');
    await until('all have ended', async () => (await laptop.client.runs.counts()).running === 0);
    expect((await laptop.client.runs.counts()).succeeded).toBe(2);
  });

  test.skipIf(!needs('torch'))(
    'real PyTorch: trains, the laptop is closed and wiped, another finds it, stops it, restarts it',
    async () => {
      const box = await someBox();
      const base = await tempDirectory('code');
      await writeFile(path.join(base, 'train.py'), await readFile(trainer));
      const first = await openLaptop(await tempDirectory('data'), box);
      const yaml =
        'name: torch\nworkdir: .\nrun: exec /usr/bin/python3 -u train.py --steps 100000 --every 10 --pace 0.01\n';
      const runId = await launch(first, yaml, base);
      await until(
        'losses are drawn',
        async () => ((await first.client.runs.metrics({ runId }))[0]?.total ?? 0) > 3,
        {
          deadlineMs: 90_000,
        },
      );
      await first.close();

      const second = await openLaptop(await tempDirectory('data'), box);
      await until('the run is found', async () => (await second.client.runs.counts()).running === 1);
      expect(await second.client.runs.get({ runId })).toMatchObject({
        name: 'torch',
        yaml,
        epoch: 1,
        state: 'running',
      });
      await until(
        'its metrics are read again',
        async () => (await second.client.runs.metrics({ runId })).length > 0,
      );
      await second.client.runs.stop({ runId });
      await until('it is stopped', async () => (await stateOf(second, runId)) === 'stopped', {
        deadlineMs: 60_000,
      });
      const history = path.join(box.home, '.trainyard/runs', runId, 'code/history.tsv');
      const before = readHistory(await readFile(history, 'utf8'));
      await second.client.runs.restart({ runId });
      await until(
        'it goes on',
        async () => readHistory(await readFile(history, 'utf8')).some(({ epoch }) => epoch === 2),
        {
          deadlineMs: 90_000,
        },
      );
      await second.client.runs.kill({ runId });
      await until('it is killed', async () => (await stateOf(second, runId)) === 'stopped');
      const after = readHistory(await readFile(history, 'utf8'));
      // Saved on TERM, so it resumed where it had been: no step twice, none missing.
      expect(after.map(({ step }) => step)).toEqual(after.map((_, index) => index + (after[0]?.step ?? 0)));
      expect(after.length).toBeGreaterThan(before.length);
      expect(await logOf(second, runId)).toContain('loss');
    },
  );
});
