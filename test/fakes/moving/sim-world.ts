import { newId } from '#shared/domain/id.ts';
import type { Attempt } from '#shared/domain/run.ts';
import { SimClock } from '../sim-clock.ts';
import { isAlive, SimBox, type SimCheckpoint } from './sim-box.ts';

/** Boxes, a run that lives on one of them, and everything that must never be. Laptops come and go. */
export class SimWorld {
  readonly clock = new SimClock();
  readonly boxes = new Map<string, SimBox>();
  readonly runId = newId();
  readonly violations: string[] = [];
  /** Single-use keys that lie on boxes. */
  keys = 0;
  /** Files that will arrive other than they were sent. */
  corruptions = 0;
  /** Which attempt ran where, as the boxes did it: "epoch@machine". */
  readonly history: string[] = [];

  constructor(machineIds: readonly string[]) {
    for (const id of machineIds) {
      const box = new SimBox(id);
      box.tick(this.clock.now());
      this.boxes.set(id, box);
    }
    this.clock.onTick = (now) => {
      for (const box of this.boxes.values()) box.tick(now);
      this.check();
    };
  }

  spoilNext(): void {
    this.corruptions += 1;
  }

  box(machineId: string): SimBox {
    const box = this.boxes.get(machineId);
    if (box === undefined) throw new Error(`no box ${machineId}`);
    return box;
  }

  alive(): string[] {
    return [...this.boxes.values()].flatMap((box) =>
      box.alive().map(({ epoch }) => `${epoch}@${box.machineId}`),
    );
  }

  check(): void {
    const alive = this.alive();
    if (alive.length > 1) this.violate(`two trainers at once: ${alive.join(' and ')}`);
  }

  violate(what: string): void {
    if (!this.violations.includes(what)) this.violations.push(what);
  }

  /** A trainer begins; what it begins from must be a checkpoint as a trainer has written it. */
  launch(machineId: string, epoch: number, resume: string | null, mustResume: boolean): void {
    const box = this.box(machineId);
    if (box.attempts.has(epoch)) return;
    const from = resume === null ? null : (box.checkpoints.find(({ path }) => path === resume) ?? null);
    if (resume !== null && from === null)
      this.violate(`${epoch}@${machineId} begins from ${resume}, which is not there`);
    if (from?.content.includes('!')) this.violate(`${epoch}@${machineId} begins from a broken checkpoint`);
    if (mustResume && from === null) this.violate(`${epoch}@${machineId} begins from nothing`);
    // A trainer that looks by itself takes the newest.
    const newest = box.checkpoints.at(-1);
    if (from !== null && newest !== undefined && newest.step > from.step && !newest.content.includes('!'))
      this.violate(`${epoch}@${machineId} begins from ${from.path} though ${newest.path} lies beside it`);
    box.launch(epoch, from);
    this.history.push(`${epoch}@${machineId}`);
    this.check();
  }

  copyTo(to: SimBox, checkpoints: readonly SimCheckpoint[]): void {
    for (const checkpoint of checkpoints) {
      const broken = this.corruptions > 0;
      if (broken) this.corruptions -= 1;
      const arrived = { ...checkpoint, content: broken ? `${checkpoint.content}!` : checkpoint.content };
      to.checkpoints = [...to.checkpoints.filter(({ path }) => path !== checkpoint.path), arrived].sort(
        (a, b) => a.step - b.step,
      );
    }
  }

  armed(): string[] {
    return [...this.boxes.values()].flatMap((box) =>
      [...box.attempts.values()]
        .filter((attempt) => isAlive(attempt) && attempt.armed !== null)
        .map(({ epoch }) => `${epoch}@${box.machineId}`),
    );
  }
}

export function newAttempt(
  runId: string,
  epoch: number,
  machine: { id: string; name: string },
  at: number,
  state: Attempt['state'] = 'starting',
): Attempt {
  return {
    runId,
    epoch,
    machineId: machine.id,
    machineName: machine.name,
    state,
    evidence: { kind: 'heartbeat', at, beat: 1 },
    createdAt: at,
    startedAt: at,
    endedAt: null,
    seenAt: at,
    exitCode: null,
    accelerators: [],
    logBytes: 0,
    directory: `/home/u/.trainyard/runs/${runId}`,
    pid: 1,
  };
}
