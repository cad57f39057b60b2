import { cpSync, existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pino from 'pino';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '#backend/clock.ts';
import { EventBus } from '#backend/events.ts';
import { CodeStore, codeKeeper } from '#backend/files/index.ts';
import { type LocalPrograms, localPrograms } from '#backend/processes/index.ts';
import { createBoxRuns } from '#backend/runs/box/index.ts';
import { createRuns, type RunsService } from '#backend/runs/index.ts';
import { Sensitivity } from '#backend/sensitivity/index.ts';
import { openStore } from '#backend/store/index.ts';
import { newId } from '#shared/domain/id.ts';
import { killed, processesWith } from '#test/lab/local-box.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { me } from './app.ts';

const [boxA, boxB] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb'];
const homes: string[] = [];

afterEach(async () => {
  for (const home of homes.splice(0)) {
    await until('everything of the box is gone', () => {
      const left = processesWith(`HOME=${home}\0`);
      for (const { pid } of left) killed(pid);
      return left.length === 0;
    });
  }
});

async function twoHomes(): Promise<Record<string, string>> {
  const made = { [boxA]: await tempDirectory('home-a'), [boxB]: await tempDirectory('home-b') };
  homes.push(...Object.values(made));
  return made;
}

/** The real runs' room with two boxes: this computer's processes with homes of their own. */
async function laptop(
  boxHomes: Record<string, string>,
  labelled?: string,
): Promise<RunsService & { raise(): void }> {
  const data = await tempDirectory('data');
  const store = openStore({
    file: path.join(data, 'trainyard.db'),
    clock: systemClock,
    log: { info: () => undefined, warn: () => undefined },
  });
  const programs = new Map<string, LocalPrograms>();
  for (const [id, home] of Object.entries(boxHomes)) {
    store.sites.insert({ id, kind: 'ssh', name: id, ssh: { host: id }, autoConnect: true, createdAt: 0 });
    store.machines.upsert({ id, siteId: id, name: `box-${id.slice(0, 2)}` });
    programs.set(id, localPrograms({ env: { ...process.env, HOME: home, TY_BEAT: '1' }, cwd: home }));
  }
  const events = new EventBus();
  const activity = { record: () => undefined as never };
  const sensitivity = new Sensitivity({ store, activity, events, clock: systemClock });
  const runs = createRuns({
    policy: sensitivity,
    store,
    access: {
      programs: async (id) => {
        const found = programs.get(id);
        if (found === undefined) throw new Error(`no box ${id}`);
        return found;
      },
      isConnected: () => true,
      onConnected: () => () => undefined,
      onDisconnected: () => () => undefined,
    },
    events,
    activity,
    clock: systemClock,
    log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
    dataDirectory: data,
    code: codeKeeper(new CodeStore(path.join(data, 'code'))),
    boxRuns: (each) => createBoxRuns(each),
    templatesDirectory: '/nonexistent',
  });
  runs.start();
  const raise = () => sensitivity.set({ path: labelled ?? '', label: 'restricted', name: 'patients' }, me);
  onTestFinished(async () => {
    await runs.close();
    await Promise.all([...programs.values()].map((each) => each.close()));
    store.close();
  });
  return Object.assign(runs, { raise });
}

/** Set-up leaves an environment, a file, and a mark for each time that it was run. */
const yaml = [
  'workdir: .',
  'setup: |',
  '  echo again >>"$HOME/set-up"',
  '  mkdir -p .venv/bin && touch .venv/pyvenv.cfg .venv/bin/python made && cat train.sh >/dev/null',
  'run: sh train.sh',
  'checkpoint: {path: out, resume: {argument: --resume}}',
].join('\n');
const trainScript =
  'echo "step 1 args: $*"; echo "from $TRAINYARD_CHECKPOINT at $TRAINYARD_CHECKPOINT_STEP"; exec sleep 600\n';

async function launched(runs: RunsService, given?: string): Promise<string> {
  const base = given ?? (await tempDirectory('code'));
  await writeFile(path.join(base, 'train.sh'), trainScript);
  const request = { requestId: newId(), yaml, baseDirectory: base, machineId: boxA };
  const { id } = runs.launch({ ...request, envs: {}, secrets: {}, priority: 0 }, me);
  await until('it trains', () => runs.get(id).state === 'running');
  return id;
}
const signal = () => AbortSignal.timeout(60_000);
const textOf = async (runs: RunsService, runId: string, epoch: number): Promise<string> =>
  (await runs.readLog(runId, epoch, 0, 100_000)).bytes.toString();

describe.skipIf(!needs('linux'))('over real boxes', () => {
  test('code and set-up are there ahead, once; then it goes on there from its checkpoint', {
    timeout: 180_000,
  }, async () => {
    const boxHomes = await twoHomes();
    const runs = await laptop(boxHomes);
    const { handover } = runs;
    const runId = await launched(runs);
    handover.claim(runId, 'move-1');
    const first = await handover.prepare(runId, boxB, { signal: signal() });
    expect(first).toMatchObject({
      code: 'brought',
      runDirectory: `${boxHomes[boxB]}/.trainyard/runs/${runId}`,
    });
    expect([...first.madeBySetup].sort()).toEqual(['.venv', 'made']);
    const again = await handover.prepare(runId, boxB, { signal: signal() });
    expect(again).toMatchObject({ code: 'there', madeBySetup: first.madeBySetup });
    const setUps = () => readFileSync(path.join(boxHomes[boxB] ?? '', 'set-up'), 'utf8');
    expect(setUps()).toBe('again\n');

    await handover.end(runId, 1, 5, signal());
    await until('it has stopped', () => runs.get(runId).state === 'stopped');
    const checkpoint = `${first.codeDirectory}/out/step 7`;
    const attempt = await handover.begin({
      runId,
      epoch: 2,
      machineId: boxB,
      accelerators: [],
      resume: { path: checkpoint, step: 7 },
      prepared: true,
      actor: me,
      reason: 'migration',
      signal: signal(),
    });
    expect(attempt).toMatchObject({ epoch: 2, machineId: boxB });
    await until('it says where it goes on', async () => {
      const text = await textOf(runs, runId, 2);
      return text.includes(`args: --resume ${checkpoint}`) && text.includes(`from ${checkpoint} at 7`);
    });
    expect(setUps()).toBe('again\n');
    handover.markMoved(runId, 1, 'box-bb');
    handover.release(runId, 'move-1');
    expect(runs.get(runId)).toMatchObject({ epoch: 2, machineId: boxB, state: 'running' });
    runs.kill(runId, me);
    await until('it has ended', () => runs.get(runId).state === 'stopped');
  });

  test('a laptop that has not the code says so, and makes the set-up when it was copied', {
    timeout: 180_000,
  }, async () => {
    const boxHomes = await twoHomes();
    const runId = await launched(await laptop(boxHomes));
    const { handover, ...other } = await laptop(boxHomes).then((runs) => ({
      handover: runs.handover,
      get: () =>
        runs.list({
          search: '',
          states: [],
          archived: false,
          sort: 'created',
          descending: true,
          offset: 0,
          limit: 9,
        }),
    }));
    await handover.connect(boxA, signal());
    await until('it is found', () => other.get().rows.some(({ id }) => id === runId));
    const before = await handover.prepare(runId, boxB, { signal: signal() });
    expect(before.code).toBe('missing');
    expect(existsSync(path.join(boxHomes[boxB] ?? '', 'set-up'))).toBe(false);

    const source = `${boxHomes[boxA]}/.trainyard/runs/${runId}/code`;
    await mkdir(before.runDirectory, { recursive: true });
    cpSync(source, before.codeDirectory, { recursive: true });
    const after = await handover.prepare(runId, boxB, { signal: signal() });
    expect(after.code).toBe('there');
    expect(readFileSync(path.join(boxHomes[boxB] ?? '', 'set-up'), 'utf8')).toBe('again\n');
    // The environment that came along is of no use here, and is now this machine's own.
    expect([...after.madeBySetup]).toEqual(['.venv']);
  });

  test('a label that is raised on the way keeps the code here, unless an owner has said why it may go', async () => {
    const boxHomes = await twoHomes();
    const base = await tempDirectory('code');
    const runs = await laptop(boxHomes, base);
    const { handover } = runs;
    const runId = await launched(runs, base);
    handover.admit(runId, boxB, me, {});
    handover.claim(runId, 'move-1');
    expect(handover.objection(runId, boxB)).toBeNull();
    runs.raise();
    const refused = { code: 'SENSITIVITY_VIOLATION' };
    expect(handover.objection(runId, boxB)).toMatchObject(refused);
    await expect(handover.prepare(runId, boxB, { signal: signal() })).rejects.toMatchObject(refused);
    expect(() => handover.admit(runId, boxB, me, {})).toThrow(expect.objectContaining(refused));
    expect(existsSync(path.join(boxHomes[boxB] ?? '', `.trainyard/runs/${runId}`))).toBe(false);

    handover.admit(runId, boxB, me, { override: { reason: 'the board has agreed' } });
    const brought = await handover.prepare(runId, boxB, { signal: signal() });
    expect(brought.code).toBe('brought');
    await handover.end(runId, 1, 5, signal());
    await until('it has stopped', () => runs.get(runId).state === 'stopped');
    const there = { machineId: boxB, accelerators: [], resume: null, prepared: true } as const;
    const going = { runId, actor: me, signal: signal() };
    await handover.begin({ ...there, ...going, epoch: 2, reason: 'migration' });
    await handover.end(runId, 2, 5, signal());
    await until('that has stopped', () => runs.get(runId).state === 'stopped');
    // Back to where it was: everything is there already.
    const back = await handover.begin({
      ...there,
      ...going,
      machineId: boxA,
      epoch: 3,
      reason: 'roll-back',
    });
    expect(back).toMatchObject({ machineId: boxA, epoch: 3 });
    runs.kill(runId, me);
    await until('it has ended', () => runs.get(runId).state === 'stopped');
  }, 180_000);
});
