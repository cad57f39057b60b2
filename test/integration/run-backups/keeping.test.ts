import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { newId } from '#shared/domain/id.ts';
import { hasEnded } from '#shared/domain/run.ts';
import type { KeepPolicy } from '#shared/domain/run-backup.ts';
import { readHistory } from '#test/lab/trainers/index.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { type Lab, type Laptop, openLaptop, startLab } from '../migrations/lab.ts';

const yaml = (args: string) => `name: kept
workdir: .
run: exec /usr/bin/python3 train.py ${args}
checkpoint:
  path: checkpoints
  framework: torch
`;

describe.skipIf(!needs('sshd', 'torch'))('a run is kept on another box', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  }, 120_000);
  afterAll(() => lab?.stop());

  async function laptop(): Promise<Laptop> {
    const opened = await openLaptop(lab, await tempDirectory('data'));
    onTestFinished(() => opened.backend.close());
    return opened;
  }

  const idOf = ({ ids }: Laptop, name: string): string => ids[name] ?? '';

  async function launch(on: Laptop, args: string): Promise<string> {
    const run = await on.client.runs.launch({
      requestId: newId(),
      yaml: yaml(args),
      baseDirectory: lab.code,
      machineId: idOf(on, 'one'),
      envs: {},
      secrets: {},
      priority: 0,
    });
    return run.id;
  }

  const policyTo = (machineId: string, more: Partial<KeepPolicy> = {}): KeepPolicy => ({
    enabled: true,
    machineIds: [machineId],
    directory: '',
    checkpoints: 'every',
    everySteps: 1,
    artefacts: ['history.tsv'],
    keep: 2,
    ...more,
  });
  const ended = (on: Laptop, runId: string) =>
    until('the run has ended', async () => hasEnded((await on.client.runs.get({ runId })).state), {
      everyMs: 50,
    });
  const verified = async (on: Laptop, runId: string) =>
    (await on.client.backups.list({ runId })).filter(({ state }) => state === 'verified');
  const places = (name: string) =>
    path.join(lab.boxes.find((box) => box.name === name)?.home ?? '', '.trainyard');
  const logOf = async ({ client }: Laptop, runId: string) => {
    const read = await client.logs.read({ runId, offset: 0, length: 100_000 });
    return Buffer.from(read.base64, 'base64').toString();
  };

  test('by its policy; damage is found; restored it goes on from there, also when the run was deleted', async () => {
    const mine = await laptop();
    const { client } = mine;
    const two = idOf(mine, 'two');
    const runId = await launch(mine, '--steps 60 --every 20');
    await ended(mine, runId);
    const found = await client.checkpoints.refresh({ runId });
    expect(found.map(({ path: name, step, complete }) => [name, step, complete])).toEqual([
      ['step-000060.pt', 60, true],
      ['step-000040.pt', 40, true],
    ]);

    await client.backups.setPolicy({ runId, policy: policyTo(two) });
    const kept = await until('both are kept', async () => {
      const list = await verified(mine, runId);
      return list.length === 2 ? list : null;
    });
    const [newest, older] = [...kept].sort((a, b) => (b.checkpoint?.step ?? 0) - (a.checkpoint?.step ?? 0));
    if (!newest || !older) throw new Error('there are two');
    expect([newest.checkpoint?.step, older.checkpoint?.step]).toEqual([60, 40]);
    const file = (id: string, name: string) => path.join(places('two'), 'backups', runId, id, name);
    const original = (name: string) => path.join(places('one'), 'runs', runId, 'code', name);
    for (const { id, checkpoint } of kept) {
      const name = checkpoint?.path ?? '';
      expect(readFileSync(file(id, `checkpoint/${name}`))).toEqual(
        readFileSync(original(`checkpoints/${name}`)),
      );
      expect(readFileSync(file(id, 'artefacts/history.tsv'))).toEqual(readFileSync(original('history.tsv')));
    }
    expect(existsSync(path.join(places('two'), 'backups', 'code'))).toBe(true);
    // The second found the code there.
    expect(Math.max(newest.sharedBytes, older.sharedBytes)).toBeGreaterThan(1000);
    const copies = (await client.checkpoints.list({ runId }))[0]?.copies ?? [];
    expect(copies.map(({ kind, machineName }) => `${kind} ${machineName}`)).toEqual([
      'run one',
      'backup two',
    ]);

    expect((await client.backups.verify({ backupId: newest.id })).state).toBe('verified');
    const victim = file(newest.id, 'checkpoint/step-000060.pt');
    const bytes = readFileSync(victim);
    bytes[500] = (bytes[500] ?? 0) ^ 0xff;
    // By policy it would be made anew at once.
    await client.backups.setPolicy({ runId, policy: policyTo(two, { enabled: false }) });
    writeFileSync(victim, bytes);
    expect(await client.backups.verify({ backupId: newest.id })).toMatchObject({
      state: 'damaged',
      error: { code: 'BACKUP_DAMAGED', params: { path: 'checkpoint/step-000060.pt' } },
    });
    const restore = (backupId: string, requestId = newId()) =>
      client.backups.restore({ requestId, backupId, machineId: two, secrets: {} });
    await expect(restore(newest.id)).rejects.toMatchObject({ data: { code: 'BACKUP_NOT_VERIFIED' } });

    const requestId = newId();
    const restored = await restore(older.id, requestId);
    expect([restored.id, restored.epoch, restored.machineName]).toEqual([runId, 2, 'two']);
    expect((await restore(older.id, requestId)).epoch).toBe(2);
    await ended(mine, runId);
    expect(await logOf(mine, runId)).toContain('resumed from step 40\n');
    const history = readHistory(
      readFileSync(path.join(places('two'), 'runs', runId, 'code', 'history.tsv'), 'utf8'),
    );
    expect(history.filter(({ epoch }) => epoch === 2).map(({ step }) => step)).toEqual(
      Array.from({ length: 20 }, (_, at) => 41 + at),
    );
    // The same losses as the first time: it went on with the very same state.
    for (const { step, loss } of history.filter(({ epoch }) => epoch === 2))
      expect(loss).toBe(history.find((line) => line.epoch === 1 && line.step === step)?.loss);

    await client.runs.delete({ runId, keepOnBox: false });
    const anew = await restore(older.id);
    expect(anew.id).not.toBe(runId);
    expect(anew.name).toBe('kept');
    await ended(mine, anew.id);
    expect(await logOf(mine, anew.id)).toContain('resumed from step 40\n');

    // Another computer finds what was kept, by what lies beside it.
    const other = await laptop();
    const there = await until('the backup is found', async () => {
      const list = await other.client.backups.list({});
      return list.find(({ id }) => id === older.id);
    });
    expect(there).toMatchObject({ runId, runName: 'kept', state: 'verified', machineName: 'two' });
    expect((await other.client.backups.verify({ backupId: older.id })).state).toBe('verified');
    await other.client.backups.remove({ backupId: older.id });
    expect(readdirSync(path.join(places('two'), 'backups', runId))).toEqual([newest.id]);
  }, 240_000);

  test('while it trains and rotates its checkpoints, only whole ones are kept, and no more than wished', async () => {
    const mine = await laptop();
    const { client } = mine;
    const runId = await launch(mine, '--steps 100000 --every 120 --pace 0.05');
    await until('it trains', async () => (await client.runs.get({ runId })).state === 'running');
    await client.backups.setPolicy({
      runId,
      policy: policyTo(idOf(mine, 'two'), { checkpoints: 'newest', artefacts: [], keep: 2 }),
    });
    const steps = new Set<number | null>();
    await until(
      'three were kept',
      async () => {
        await client.checkpoints.refresh({ runId });
        const list = await verified(mine, runId);
        for (const { checkpoint } of list) steps.add(checkpoint?.step ?? null);
        return steps.size >= 3;
      },
      // Each looks at the box; what is kept stays there for two checkpoints.
      { deadlineMs: 240_000, everyMs: 1_000 },
    );
    await client.backups.setPolicy({ runId, policy: null });
    await client.runs.kill({ runId });
    await ended(mine, runId);
    await until('nothing is under way', async () =>
      (await client.backups.list({ runId })).every(({ state }) => state !== 'copying'),
    );
    const left = await verified(mine, runId);
    expect(left.length).toBeGreaterThanOrEqual(2);
    expect(left.length).toBeLessThanOrEqual(3);
    for (const { id } of left) expect((await client.backups.verify({ backupId: id })).state).toBe('verified');
  }, 420_000);
});
