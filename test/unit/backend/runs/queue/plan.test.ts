import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOfKind } from '#backend/runs/queue/accelerators.ts';
import { byTurn, type Held, planQueue, type Waiting, whyNever } from '#backend/runs/queue/plan.ts';
import { gpu } from './gpu.ts';

const waiting = (runId: string, asks: [string, number][], more: Partial<Waiting> = {}): Waiting => ({
  runId,
  priority: 0,
  createdAt: 0,
  requests: asks.map(([name, count]) => ({ name, count })),
  ...more,
});
const held = (index: number, endedAt: number | null = null): Held => ({
  runId: `h${index}`,
  runName: `holder ${index}`,
  uuid: `GPU-${index}`,
  endedAt,
});
const machine = (accelerators: ReturnType<typeof gpu>[] | null) => ({
  accelerators,
  takenAt: 1000,
  knowsRun: (id: string) => id === 'aaaaaaaaaaaa',
});

test('a run without accelerators starts though everything is taken', () => {
  const verdicts = planQueue([waiting('b', [['A100', 1]]), waiting('c', [])], [held(0)], machine([gpu(0)]));
  expect(verdicts).toMatchObject([
    {
      runId: 'b',
      kind: 'wait',
      position: 1,
      reason: { code: 'ROOM_HELD', message: 'waiting for A100:1; held by run "holder 0"' },
    },
    { runId: 'c', kind: 'start', accelerators: [] },
  ]);
});

test('a small run does not overtake a bigger one that waits for the same GPUs', () => {
  const queue = [waiting('big', [['A100', 2]], { priority: 5 }), waiting('small', [['A100', 1]])];
  const verdicts = planQueue(queue, [held(0)], machine([gpu(0), gpu(1)]));
  expect(verdicts.map(({ kind }) => kind)).toEqual(['wait', 'wait']);
  expect(verdicts[1]).toMatchObject({ position: 2 });
});

test('on a mixed box a run for the other kind passes', () => {
  const t4 = gpu(1, { model: 'Tesla T4', memoryBytes: 16e9 });
  const verdicts = planQueue(
    [waiting('a', [['A100', 1]]), waiting('b', [['T4', 1]])],
    [held(0)],
    machine([gpu(0), t4]),
  );
  expect(verdicts[1]).toEqual({ runId: 'b', kind: 'start', accelerators: [t4] });
});

test('alternatives are tried in their order', () => {
  const t4 = gpu(1, { model: 'Tesla T4', memoryBytes: 16e9 });
  const ask = waiting('a', [
    ['A100', 1],
    ['T4', 1],
  ]);
  expect(planQueue([ask], [held(0)], machine([gpu(0), t4]))[0]).toMatchObject({
    accelerators: [{ uuid: 'GPU-1' }],
  });
  expect(planQueue([ask], [], machine([gpu(0), t4]))[0]).toMatchObject({ accelerators: [{ uuid: 'GPU-0' }] });
});

test('a stranger holds a GPU until the next look; what our own ended run left in the last look does not count', () => {
  const stranger = gpu(0, {
    processes: [{ pid: 9, user: 'eve', command: 'python', memoryBytes: 1, runId: null }],
  });
  const ask = waiting('a', [['A100', 1]]);
  expect(planQueue([ask], [], machine([stranger]))[0]).toMatchObject({
    kind: 'wait',
    reason: { message: 'waiting for A100:1; held by python (eve, pid 9)' },
  });
  expect(planQueue([ask], [held(0, 1500)], machine([stranger]))[0]).toMatchObject({ kind: 'start' });
  expect(planQueue([ask], [held(0, 500)], machine([stranger]))[0]).toMatchObject({ kind: 'wait' });
});

test('a process of a run we know counts by what we know of the run', () => {
  const process = { pid: 9, user: 'me', command: 'python', memoryBytes: 1 };
  const ask = waiting('a', [['A100', 1]]);
  const [own, other] = ['aaaaaaaaaaaa', 'cccccccccccc'].map((runId) =>
    gpu(0, { processes: [{ ...process, runId }] }),
  );
  expect(planQueue([ask], [], machine(own ? [own] : []))[0]).toMatchObject({ kind: 'start' });
  expect(planQueue([ask], [], machine(other ? [other] : []))[0]).toMatchObject({ kind: 'wait' });
});

test('what the machine does not have at all', () => {
  expect(whyNever([gpu(0)], [{ name: 'H100', count: 1 }])?.message).toBe(
    'it asks for H100:1, and the machine has 1 × NVIDIA A100-SXM4-80GB',
  );
  expect(whyNever([], [{ name: 'any', count: 1 }])?.message).toBe(
    'it asks for any:1, and the machine has no accelerators',
  );
  expect(whyNever(null, [{ name: 'H100', count: 1 }])).toBeNull();
  expect(planQueue([waiting('a', [['A100', 1]])], [], machine(null))[0]).toMatchObject({ kind: 'wait' });
});

const kinds = ['NVIDIA A100-SXM4-80GB', 'Tesla T4', 'NVIDIA H100 80GB HBM3'];
const someMachine = fc
  .array(fc.constantFrom(...kinds), { maxLength: 8 })
  .map((models) => models.map((model, index) => gpu(index, { model })));
const someRequests = fc.array(
  fc.record({ name: fc.constantFrom('A100', 'T4', 'H100', 'any'), count: fc.constantFrom(0.5, 1, 2, 4) }),
  { maxLength: 2 },
);
const someQueue = fc
  .array(
    fc.record({ priority: fc.integer({ min: -2, max: 2 }), createdAt: fc.nat(5), requests: someRequests }),
    { maxLength: 12 },
  )
  .map((rows) => rows.map((row, index) => ({ ...row, runId: `r${index}` })));

test('never two runs on one GPU; no run overtakes one that waits for what it takes', () => {
  fc.assert(
    fc.property(someMachine, someQueue, fc.array(fc.nat(7), { maxLength: 6 }), (gpus, queue, taken) => {
      const holders = taken.filter((index) => index < gpus.length).map((index) => held(index));
      const verdicts = planQueue(queue, holders, machine(gpus));
      expect(verdicts.map(({ runId }) => runId)).toEqual([...queue].sort(byTurn).map(({ runId }) => runId));
      const used = new Set(holders.map(({ uuid }) => uuid));
      const waitedFor: string[] = [];
      for (const verdict of verdicts) {
        const { requests } = queue.find(({ runId }) => runId === verdict.runId) ?? { requests: [] };
        if (requests.length === 0) expect(verdict.kind).toBe('start');
        if (verdict.kind === 'wait') waitedFor.push(...requests.map(({ name }) => name));
        if (verdict.kind !== 'start') continue;
        for (const one of verdict.accelerators) {
          expect(used.has(one.uuid)).toBe(false);
          used.add(one.uuid);
          expect(requests.some(({ name }) => isOfKind(one, name))).toBe(true);
          expect(waitedFor.some((name) => isOfKind(one, name))).toBe(false);
        }
      }
    }),
    { numRuns: 3000 },
  );
});

test('every run that the machine can serve gets its turn when runs end one after another', () => {
  fc.assert(
    fc.property(someMachine, someQueue, (gpus, queue) => {
      let left: Waiting[] = queue.filter(({ requests }) => whyNever(gpus, requests) === null);
      for (let rounds = 0; left.length > 0; rounds++) {
        expect(rounds).toBeLessThanOrEqual(queue.length);
        // All that ran before has ended.
        const started = planQueue(left, [], machine(gpus)).filter(({ kind }) => kind === 'start');
        expect(started.length).toBeGreaterThan(0);
        left = left.filter(({ runId }) => !started.some((verdict) => verdict.runId === runId));
      }
    }),
    { numRuns: 2000 },
  );
});
