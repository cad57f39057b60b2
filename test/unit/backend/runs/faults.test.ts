import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasEnded } from '#shared/domain/run.ts';
import { FakeBox, unreachable } from '#test/fakes/box.ts';
import { until } from '#test/until.ts';
import { boxA, boxB, type Laptop, laptop, manual, me } from './world.ts';

type Step =
  | { do: 'launch' | 'stop' | 'kill' | 'restart' | 'move' | 'end'; run: number; turns: number }
  | { do: 'cut' | 'connect' | 'crash' | 'wait'; run: number; turns: number }
  | { do: 'lose'; run: number; turns: number; call: string; answer: boolean };

const turns = fc.nat(6);
const run = fc.nat(3);
const someStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('launch' as const), run, turns }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('stop', 'kill', 'restart', 'move', 'end'), run, turns }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('cut', 'connect', 'crash', 'wait'), run, turns }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('lose' as const),
      run,
      turns,
      call: fc.constantFrom('launch', 'status', 'stop', 'kill', 'install', 'followLog', 'readLog'),
      answer: fc.boolean(),
    }),
  },
) as fc.Arbitrary<Step>;

/** Two boxes that see to it that no run is ever alive twice, wherever. */
function strictBoxes(): Map<string, FakeBox> {
  const boxes = new Map([
    [boxA, new FakeBox()],
    [boxB, new FakeBox()],
  ]);
  for (const box of boxes.values()) {
    const launch = box.launch.bind(box);
    box.launch = (request) => {
      for (const other of boxes.values()) {
        const alive = [...(other.runs.get(request.runId)?.values() ?? [])].some((each) => each.exit === null);
        if (other !== box) expect(alive).toBe(false);
      }
      return launch(request);
    };
  }
  return boxes;
}

async function perform(step: Step, app: Laptop, boxes: Map<string, FakeBox>, ids: string[]): Promise<void> {
  const id = ids[step.run];
  switch (step.do) {
    case 'launch':
      ids.push((await app.launch(step.run % 2 ? boxA : boxB)).id);
      return;
    case 'cut':
    case 'connect': {
      const box = step.run % 2 ? boxA : boxB;
      if (step.do === 'cut') app.access.cut(box);
      else if (!app.access.isConnected(box)) app.access.connect(box);
      return;
    }
    case 'crash':
      await app.restart();
      return;
    case 'wait':
      manual(app.clock).advance(10_000);
      return;
    case 'lose': {
      // One request or one answer of the kind is lost, and with it the connection.
      const machine = step.run % 2 ? boxA : boxB;
      const box = boxes.get(machine);
      if (box === undefined) return;
      box.onCall = (name, done) => {
        if (name !== step.call || done !== step.answer) return;
        box.onCall = () => {};
        app.access.cut(machine);
        throw unreachable();
      };
      return;
    }
  }
  if (id === undefined) return;
  if (step.do === 'stop') app.runs.stop(id, 1, me);
  else if (step.do === 'kill') app.runs.kill(id, me);
  else if (step.do === 'restart') app.runs.restart(id, { secrets: {} }, me);
  else if (step.do === 'move') app.runs.restart(id, { machineId: boxB, secrets: {} }, me);
  else {
    for (const box of boxes.values()) {
      for (const [epoch, kept] of box.runs.get(id) ?? []) if (kept.exit === null) box.end(id, epoch, 0);
    }
  }
}

test('lost requests, lost answers, cuts and crashes: never twice, never lost, and all agree in the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(someStep, { minLength: 5, maxLength: 25 }), async (steps) => {
      const boxes = strictBoxes();
      const app = await laptop(boxes);
      const ids: string[] = [];
      for (const step of steps) {
        await perform(step, app, boxes, ids);
        for (let turn = 0; turn < step.turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      for (const box of boxes.values()) box.onCall = () => {};
      for (const id of boxes.keys()) if (!app.access.isConnected(id)) app.access.connect(id);

      await until('what is said is what is', () => {
        manual(app.clock).advance(10_000);
        for (const id of ids) {
          for (const { epoch, machineId, state } of app.runs.get(id).attempts) {
            const kept = boxes.get(machineId)?.runs.get(id)?.get(epoch);
            const agree =
              kept === undefined
                ? state === 'stopped'
                : kept.exit === null
                  ? state === 'running'
                  : hasEnded(state);
            if (!agree) return false;
          }
        }
        return true;
      });
      for (const box of boxes.values()) {
        const launches = box.launched.map(({ runId, epoch }) => `${runId}/${epoch}`);
        expect(new Set(launches).size).toBe(launches.length);
      }
      await app.runs.close();
    }),
    { numRuns: 60, interruptAfterTimeLimit: 30_000 },
  );
});
