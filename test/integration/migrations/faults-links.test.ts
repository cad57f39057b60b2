import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MigrationPhase } from '#shared/domain/migration.ts';
import { killSsh } from '#test/lab/moving/faults.ts';
import { needs } from '#test/needs.ts';
import { entering, FaultLab, inEveryPhase, type Scene, type Strike } from './fault-lab.ts';

// Connections that break, hang and come back, at either end and in each phase: the move goes on and is committed.
type End = 'source' | 'destination';
const ends: readonly End[] = ['source', 'destination'];

/** How long a line is gone; what it is must show in the outcome, never in time. */
const goneMs = 1_200;
const later = (work: () => unknown) => setTimeout(() => void work(), goneMs);

const reset = (end: End) => (scene: Scene) => {
  scene[end].proxy.cut();
  void scene[end].proxy.restore();
};
const partition = (end: End) => (scene: Scene) => {
  scene[end].proxy.cut();
  later(() => scene[end].proxy.restore());
};
const halfOpen = (end: End) => (scene: Scene) => {
  scene[end].proxy.halfOpen();
  later(() => scene[end].proxy.restore());
};

const phases: readonly MigrationPhase[] = [
  'precopying',
  'armed',
  'stopping',
  'copying',
  'verified',
  'starting',
  'confirming',
];
const table: [string, () => Strike][] = [
  ...ends.map((end): [string, () => Strike] => [
    `connections of the ${end} reset in every phase`,
    () => inEveryPhase(reset(end)),
  ]),
  ...ends.map((end): [string, () => Strike] => [
    `sshd sessions of the ${end} killed in every phase`,
    () => inEveryPhase((scene) => scene[end].dropConnections()),
  ]),
  ['ssh of the copies killed in every phase', () => inEveryPhase(({ source }) => killSsh(source))],
  ...phases.flatMap((phase, index): [string, () => Strike][] => {
    const end = ends[index % 2] ?? 'source';
    const other = ends[(index + 1) % 2] ?? 'source';
    return [
      [`${phase}: partition of the ${end}`, () => entering(phase, partition(end))],
      [`${phase}: the ${other} half-open`, () => entering(phase, halfOpen(other))],
    ];
  }),
  [
    'stopping: partition of both',
    () =>
      entering('stopping', (scene) => {
        partition('source')(scene);
        partition('destination')(scene);
      }),
  ],
  [
    'copying: partition of both',
    () =>
      entering('copying', (scene) => {
        partition('source')(scene);
        partition('destination')(scene);
      }),
  ],
];

describe.skipIf(!needs('linux', 'root', 'sshd', 'ssh', 'python3'))('moves over lines that break', () => {
  let lab: FaultLab;
  beforeAll(async () => {
    lab = await FaultLab.start();
  });
  afterAll(() => lab?.close());

  test.each(table)('%s', async (_name, strike) => {
    const runId = await lab.run();
    const { move, destination } = await lab.move(runId, strike());
    expect(move).toMatchObject({ phase: 'committed', error: null });
    expect(lab.laptop.runs.get(runId).machineId).toBe(destination.id);
    await lab.trainsOn(runId);
    lab.expectSound(runId);
  });

  test('nothing is left of all that', () => lab.expectNothingLeft());
});
