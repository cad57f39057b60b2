import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Chance } from './chance.ts';
import { killSsh, signal } from './faults.ts';
import type { RemoteLaptop } from './remote.ts';
import { type MovingBox, put } from './yard.ts';

/** Where a fault strikes: one move of one run. */
export interface Scene {
  laptop: RemoteLaptop;
  runId: string;
  migrationId: string;
  source: MovingBox;
  destination: MovingBox;
}

/** Something that goes wrong; resolves when it is over. `ms`: how long it lasts, where that means anything. */
interface Fault {
  name: string;
  /** Of all chances together. */
  weight: number;
  strike(scene: Scene, ms: number): Promise<void>;
}

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const ends = ['source', 'destination'] as const;
const atBothEnds = (make: (end: 'source' | 'destination') => Fault): Fault[] => ends.map(make);

const faults: Fault[] = [
  { name: 'none', weight: 24, strike: async () => undefined },
  {
    name: 'app killed',
    weight: 14,
    async strike({ laptop }, ms) {
      await laptop.died();
      await rest(ms);
      // Another one may kill it at once again, and starts it then.
      await laptop.start().catch(() => undefined);
    },
  },
  {
    name: 'cancelled',
    weight: 3,
    async strike({ laptop, migrationId }) {
      // Past its last moment it is refused, and that is right.
      await laptop.call('cancel', migrationId).catch(() => undefined);
    },
  },
  {
    name: 'stopped by its user',
    weight: 1,
    strike: async ({ laptop, runId }) => void (await laptop.call('stop', runId).catch(() => undefined)),
  },
  { name: 'ssh of a copy killed', weight: 3, strike: async ({ source }) => killSsh(source) },
  ...atBothEnds((end) => ({
    name: `partition of the ${end}`,
    weight: 6,
    async strike(scene, ms) {
      scene[end].proxy.cut();
      // Some last until an armed stop has happened.
      await rest(ms > 2_600 ? ms * 9 : ms * 3);
      await scene[end].proxy.restore();
    },
  })),
  ...atBothEnds((end) => ({
    name: `${end} half-open`,
    weight: 3,
    async strike(scene, ms) {
      scene[end].proxy.halfOpen();
      await rest(ms * 2);
      await scene[end].proxy.restore();
    },
  })),
  ...atBothEnds((end) => ({
    name: `connections of the ${end} reset`,
    weight: 4,
    async strike(scene) {
      scene[end].proxy.cut();
      await scene[end].proxy.restore();
    },
  })),
  ...atBothEnds((end) => ({
    name: `sshd sessions of the ${end} killed`,
    weight: 3,
    strike: async (scene) => scene[end].dropConnections(),
  })),
  ...atBothEnds((end) => ({
    name: `supervisor at the ${end} killed`,
    weight: 4,
    strike: async (scene) => void signal(scene[end], scene.runId, 'supervisor', 'SIGKILL'),
  })),
  ...atBothEnds((end) => ({
    name: `trainer at the ${end} killed`,
    weight: 2,
    strike: async (scene) => void signal(scene[end], scene.runId, 'trainer', 'SIGKILL'),
  })),
  ...atBothEnds((end) => ({
    name: `trainer at the ${end} paused`,
    weight: 3,
    async strike(scene, ms) {
      signal(scene[end], scene.runId, 'trainer', 'SIGSTOP');
      await rest(ms);
      signal(scene[end], scene.runId, 'trainer', 'SIGCONT');
    },
  })),
  ...atBothEnds((end) => ({
    name: `supervisor at the ${end} paused`,
    weight: 2,
    async strike(scene, ms) {
      signal(scene[end], scene.runId, 'supervisor', 'SIGSTOP');
      await rest(ms);
      signal(scene[end], scene.runId, 'supervisor', 'SIGCONT');
    },
  })),
  ...atBothEnds((end) => ({
    name: `reboot of the ${end}`,
    weight: 1,
    strike: (scene) => scene[end].reboot(),
  })),
  {
    name: 'falls over at the destination',
    weight: 4,
    async strike({ destination }, ms) {
      put(destination, 'crash', ms % 2 === 0 ? '1' : 'oom');
      await rest(ms * 3);
      rmSync(path.join(destination.home, 'crash'), { force: true });
    },
  },
];

export function faultBy(chance: Chance): Fault {
  let left = chance.next() * faults.reduce((sum, { weight }) => sum + weight, 0);
  for (const fault of faults) {
    left -= fault.weight;
    if (left < 0) return fault;
  }
  return faults[0] as Fault;
}
