import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { killSsh } from '#test/lab/moving/faults.ts';
import { needs } from '#test/needs.ts';
import { FaultLab, inEveryPhase, type Scene, type Strike } from './fault-lab.ts';

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

const broken: [string, (end: End) => (scene: Scene) => void][] = [
  ['connections reset', reset],
  ['sshd sessions killed', (end) => (scene) => scene[end].dropConnections()],
  ['partition', partition],
  ['half-open', halfOpen],
];
const table: [string, Strike][] = [
  ...broken.flatMap(([how, strike]) =>
    ends.map((end): [string, Strike] => [`${how} in every phase: the ${end}`, strike(end)]),
  ),
  [
    'partition in every phase: both',
    (scene) => {
      for (const end of ends) partition(end)(scene);
    },
  ],
  ['ssh of the copies killed in every phase', ({ source }) => killSsh(source)],
];

describe.skipIf(!needs('linux', 'root', 'sshd', 'ssh', 'python3'))('moves over lines that break', () => {
  let lab: FaultLab;
  beforeAll(async () => {
    lab = await FaultLab.start();
  });
  afterAll(() => lab?.close());

  test.each(table)('%s', async (_name, strike) => {
    const runId = await lab.run();
    const { move, destination } = await lab.move(runId, inEveryPhase(strike));
    expect(move).toMatchObject({ phase: 'committed', error: null });
    expect(lab.laptop.runs.get(runId).machineId).toBe(destination.id);
    await lab.trainsOn(runId);
    lab.expectSound(runId);
  });

  test('nothing is left of all that', () => lab.expectNothingLeft());
});
