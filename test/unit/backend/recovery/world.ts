import pino from 'pino';
import { onTestFinished } from 'vitest';
import { Proposals } from '#backend/places/index.ts';
import { Recovery, type SpareCopies } from '#backend/recovery/index.ts';
import type { RunHandover } from '#backend/runs/handover.ts';
import type { FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Proposal, RecoveryEvent } from '#shared/domain/recovery.ts';
import type { Run } from '#shared/domain/run.ts';
import { FakeBox } from '#test/fakes/box.ts';
import { boxA, boxB, type Laptop, laptop, manual, me } from '../runs/world.ts';

export { boxA, boxB, me };

/** A checkpoint as looking at a machine would find it. */
export const saved = (step: number, complete = true): FoundCheckpoint => ({
  path: `step-${step}.pt`,
  framework: 'torch',
  step,
  files: [`step-${step}.pt`],
  bytes: 10,
  modifiedAt: step,
  complete,
  why: { code: 'CHECKPOINT_COMPLETE', params: {}, message: 'complete' },
});

/** Runs on boxes in memory, with the real runs' room, and recovery over it: killed and started again as often as wanted. */
export class Recovering {
  readonly app: Laptop;
  readonly boxes: Map<string, FakeBox>;
  readonly proposals: Proposals;
  /** By machine: what lies in the runs' checkpoint directories there. */
  readonly checkpoints = new Map<string, FoundCheckpoint[]>();
  readonly copied: { from: string; to: string; files: readonly string[] | 'all' }[] = [];
  readonly activity: { action: string; target: string; result?: string; details?: unknown }[] = [];
  spare: SpareCopies | undefined;
  onStep: (step: string) => void | Promise<void> = () => undefined;
  recovery: Recovery;

  constructor(app: Laptop, boxes: Map<string, FakeBox>) {
    this.app = app;
    this.boxes = boxes;
    this.proposals = new Proposals({ store: app.store, events: app.events, clock: app.clock });
    this.recovery = this.#make();
    this.recovery.start();
  }

  box(id: string): FakeBox {
    const box = this.boxes.get(id);
    if (box === undefined) throw new Error(`no box ${id}`);
    return box;
  }

  /** Time passes in steps of two seconds until it is so. */
  async until(what: string, condition: () => unknown): Promise<void> {
    for (let step = 0; step < 3_000; step++) {
      if (condition()) return;
      await this.pass(2_000);
    }
    throw new Error(`waited in vain until ${what}`);
  }

  /** Time passes, and whatever follows from it happens. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 2_000) {
      manual(this.app.clock).advance(Math.min(2_000, left));
      await settle();
    }
  }

  async launch(
    yaml: string,
    machineId = boxA,
    more: { name?: string; secrets?: Record<string, string> } = {},
  ): Promise<Run> {
    const run = await this.app.launch(machineId, yaml, { name: 'one', ...more });
    await this.until('it runs', () => this.app.state(run.id) === 'running');
    return run;
  }

  run(runId: string): Run {
    return this.app.runs.get(runId);
  }

  /** "1 failed, 2 running" */
  course(runId: string): string {
    return this.run(runId)
      .attempts.map(({ epoch, state }) => `${epoch} ${state}`)
      .join(', ');
  }

  events(runId: string): RecoveryEvent[] {
    return this.recovery.get(runId).events;
  }

  outcomes(runId: string): string[] {
    return this.events(runId)
      .map(({ outcome }) => outcome)
      .reverse();
  }

  openProposal(): Proposal {
    const [proposal] = this.proposals.allOpen();
    if (proposal === undefined) throw new Error('nothing is proposed');
    return proposal;
  }

  notices(): string[] {
    return this.app.store.notices.list().map(({ code }) => code);
  }

  /** Live attempts on all boxes. */
  alive(runId: string): number {
    return [...this.boxes.values()]
      .flatMap((box) => box.report([runId]).attempts)
      .filter(({ trainerAlive }) => trainerAlive).length;
  }

  launches(runId: string): number[] {
    return [...this.boxes.values()]
      .flatMap(({ launched }) => launched.filter((each) => each.runId === runId))
      .map(({ epoch }) => epoch)
      .sort((a, b) => a - b);
  }

  /** The app is killed and started again; what recovery was doing is abandoned where it is. */
  async killApp(): Promise<void> {
    const dying = this.recovery;
    void dying.close();
    await this.app.restart();
    this.recovery = this.#make();
    this.recovery.start();
  }

  #make(): Recovery {
    const { app } = this;
    const { runs, store, events, clock, access } = app;
    return new Recovery({
      store,
      events,
      clock,
      access,
      log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
      activity: { record: (entry) => void this.activity.push(entry) },
      handover: withoutPrograms(runs.handover),
      // Without the copies on disk: time that is made up must not run away from a disk that is real.
      logTail: async ({ runId, epoch, machineId }) =>
        this.box(machineId).attempt(runId, epoch).log.toString(),
      proposals: this.proposals,
      looks: {
        ownOf: () => null,
        directoryOf: ({ checkpoint }, directory) =>
          checkpoint === null ? null : `${directory}/${checkpoint.path}`,
        inspect: async (machineId, directory) => {
          if (!access.isConnected(machineId))
            throw new TrainyardError('MACHINE_UNREACHABLE', 'no', { retryable: true });
          void directory;
          return this.checkpoints.get(machineId) ?? [];
        },
      },
      copies: {
        open: async (from, to) => ({
          kind: 'direct',
          send: async (files) => {
            this.copied.push({
              from: `${from.machineId}:${from.path}`,
              to: `${to.machineId}:${to.path}`,
              files,
            });
            return {
              files: 1,
              bytes: 1,
              sharedBytes: 0,
              recopied: 0,
              manifest: { algorithm: 'sha256', files: new Map(), digest: '' },
              tookMs: 1,
            };
          },
          close: async () => undefined,
        }),
      },
      ...(this.spare === undefined ? {} : { spareCopies: this.spare }),
      onStep: (step) => this.onStep(step),
    });
  }
}

/** Boxes in memory run no scripts: what is brought ahead counts as there. */
function withoutPrograms(handover: RunHandover): RunHandover {
  const prepare: RunHandover['prepare'] = async (runId) => {
    const runDirectory = `/home/u/.trainyard/runs/${runId}`;
    return { runDirectory, codeDirectory: `${runDirectory}/code`, madeBySetup: new Set(), code: 'brought' };
  };
  return new Proxy(handover, {
    get(target, name) {
      if (name === 'prepare') return prepare;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Whatever waits for nothing but its turn has had it. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export async function recovering(
  options: { spare?: SpareCopies; gpus?: Parameters<typeof laptop>[1] } = {},
): Promise<Recovering> {
  const boxes = new Map([
    [boxA, new FakeBox()],
    [boxB, new FakeBox()],
  ]);
  const app = await laptop(boxes, options.gpus ?? []);
  const world = new Recovering(app, boxes);
  onTestFinished(() => world.recovery.close());
  if (options.spare !== undefined) {
    world.spare = options.spare;
    await world.killApp();
  }
  return world;
}

/** A task with a checkpoint directory and this recovery policy (YAML flow). */
export const task = (policy: string | null, more = ''): string =>
  [
    'run: python train.py',
    'checkpoint: {path: ckpt, resume: {env: RESUME}}',
    ...(policy === null ? [] : [`recovery: ${policy}`]),
    more,
    '',
  ].join('\n');
