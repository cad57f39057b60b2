import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newId } from '#shared/domain/new-id.ts';
import type { Placement } from '#shared/domain/plan.ts';
import { asItStands } from '#shared/planner/what-if.ts';
import { hour, someDemand, someLimits, someOffer, someQuota } from '../../shared/planner/place/some-world.ts';
import { me, type Planned, planned } from './world.ts';

const question = {
  demand: someDemand(),
  limits: someLimits(),
  objective: 'cheapest',
  scenario: null,
} as const;
const contentOf = (answer: Placement) => JSON.stringify({ kind: 'place', yaml: null, question, answer });

function save(world: Planned, planId = newId(), answer = world.planner.place(question)): Placement {
  const content = contentOf(answer);
  world.planner.saved.save(
    { planId, name: 'mine', kind: 'place', content, inputsHash: answer.inputsHash },
    me,
  );
  return answer;
}
const rows = (world: Planned) =>
  world.store.sql.all<{ hash: string }>('SELECT hash FROM planInputs ORDER BY hash').map(({ hash }) => hash);

test('a saved plan gives the same answer again, whatever prices and machines have become', async () => {
  const world = await planned();
  const planId = newId();
  const saved = save(world, planId);
  world.catalog.set([someOffer({ onDemandMicrosPerHour: 1_000_000 })]);
  world.run({ gpus: 8 });
  world.clock.advance(24 * hour);
  const { answer, again } = world.planner.saved.recompute(planId);
  expect(again).toEqual(answer);
  expect(JSON.stringify(again)).toBe(JSON.stringify(saved));
  expect(world.planner.place(question)).not.toEqual(saved);
});

test('with the quotas that it was made with', async () => {
  const world = await planned();
  const planId = newId();
  world.quotas = [someQuota({ limit: 96 })];
  const saved = save(world, planId);
  expect(saved.excludedBy.map(({ code }) => code)).toContain('PLACE_QUOTA');
  world.quotas = [someQuota({ limit: 9600 })];
  expect(world.planner.saved.recompute(planId).again).toEqual(saved);
  expect(world.planner.place(question).excludedBy.map(({ code }) => code)).not.toContain('PLACE_QUOTA');
});

test('under a scenario, too', async () => {
  const world = await planned();
  const planId = newId();
  const scenario = { ...asItStands, pricePercent: 50, workPercent: 20, spotOff: true };
  const answer = world.planner.place({ ...question, scenario });
  save(world, planId, answer);
  expect(world.planner.saved.recompute(planId).again).toEqual(answer);
});

test('saved, listed, renamed, removed: each on the record, and told', async () => {
  const world = await planned();
  const { saved } = world.planner;
  const planId = newId();
  save(world, planId);
  expect(saved.list()).toEqual([
    expect.objectContaining({ id: planId, name: 'mine', kind: 'place', runIds: [] }),
  ]);
  expect(JSON.parse(saved.open(planId).content)).toMatchObject({ kind: 'place' });
  world.clock.advance(1000);
  expect(saved.rename(planId, 'yours', me)).toMatchObject({ name: 'yours' });
  saved.noteRuns(planId, ['r1'.repeat(6)]);
  saved.noteRuns(planId, ['r1'.repeat(6)]);
  expect(saved.list()[0]?.runIds).toEqual(['r1'.repeat(6)]);
  saved.remove(planId, me);
  expect(saved.list()).toEqual([]);
  expect(rows(world)).toEqual([]);
  expect(world.activity.map(({ action }) => action)).toEqual(['plan.save', 'plan.rename', 'plan.remove']);
  expect(world.told.filter(({ type }) => type === 'plans.changed')).toHaveLength(5);
  for (const call of [
    () => saved.open(planId),
    () => saved.remove(planId, me),
    () => saved.rename(planId, 'x', me),
  ])
    expect(call).toThrow(expect.objectContaining({ code: 'PLAN_UNKNOWN' }));
});

test('plans of the same prices share them; what none names any more goes', async () => {
  const world = await planned();
  const [first, second] = [newId(), newId()];
  save(world, first);
  world.run({ gpus: 8 });
  save(world, second);
  expect(rows(world)).toHaveLength(3);
  world.planner.saved.remove(first, me);
  expect(rows(world)).toHaveLength(2);
  expect(world.planner.saved.recompute(second).again).toBeTruthy();
});

test('inputs that are not known any more are told, and nothing is kept', async () => {
  const world = await planned();
  const answer = world.planner.place(question);
  const unknown = { ...answer, inputsHash: 'f'.repeat(16) };
  expect(() => save(world, newId(), unknown)).toThrow(expect.objectContaining({ code: 'PLAN_INPUTS_GONE' }));
  expect(world.planner.saved.list()).toEqual([]);
});

test('what is no plan, or one of another kind, is refused', async () => {
  const { planner } = await planned();
  const given = { planId: newId(), name: 'x', inputsHash: '' };
  const codeOf = (kind: 'place' | 'fit', content: string) => {
    try {
      planner.saved.save({ ...given, kind, content }, me);
    } catch (thrown) {
      return (thrown as { code?: string }).code;
    }
  };
  expect(codeOf('place', 'no json')).toBe('PLAN_FILE_UNREADABLE');
  expect(codeOf('place', '{"kind":"place"}')).toBe('PLAN_FILE_BROKEN');
  const answer = planner.place(question);
  expect(codeOf('fit', contentOf(answer))).toBe('PLAN_KIND_OTHER');
});

test('a file goes to another Trainyard with all that the plan follows from, and nothing secret', async () => {
  const [here, there] = [await planned(), await planned([])];
  const planId = newId();
  save(here, planId);
  const { fileName, text } = here.planner.saved.exportFile(planId);
  expect(fileName).toBe('mine.trainyard-plan.json');
  expect(text).not.toMatch(/ssh|password|token"|identityFile|hostName/i);
  there.catalog.set([]);
  const copyId = newId();
  expect(there.planner.saved.importFile(copyId, text, me)).toMatchObject({ id: copyId, name: 'mine' });
  const { answer, again } = there.planner.saved.recompute(copyId);
  expect(again).toEqual(answer);
  expect(there.planner.saved.exportFile(copyId).text.length).toBe(text.length);
  expect(there.activity.map(({ action }) => action)).toEqual(['plan.importFile']);
});

test('a file that was changed is refused whole', async () => {
  const [here, there] = [await planned(), await planned()];
  const planId = newId();
  save(here, planId);
  const { text } = here.planner.saved.exportFile(planId);
  const file = JSON.parse(text) as { inputs: { machines: { name: string }[] }; version: number };
  const refused = (changed: unknown) => {
    try {
      there.planner.saved.importFile(
        newId(),
        typeof changed === 'string' ? changed : JSON.stringify(changed),
        me,
      );
    } catch (thrown) {
      return (thrown as { code?: string }).code;
    }
  };
  const machines = file.inputs.machines.map((machine) => ({ ...machine, name: 'other' }));
  expect(refused({ ...file, inputs: { ...file.inputs, machines } })).toBe('PLAN_INPUTS_DAMAGED');
  expect(refused({ ...file, inputs: {} })).toBe('PLAN_INPUTS_DAMAGED');
  expect(refused({ ...file, inputs: { ...file.inputs, offers: 'AAAA' } })).toBe('OFFERS_DAMAGED');
  expect(refused({ ...file, version: 99 })).toBe('PLAN_FILE_NEWER');
  expect(refused(text.slice(0, text.length / 2))).toBe('PLAN_FILE_UNREADABLE');
  expect(there.planner.saved.list()).toEqual([]);
  expect(rows(there)).toEqual([]);
});

test('no garbage is taken in, and none of it throws anything but a clear error', async () => {
  const [here, there] = [await planned(), await planned()];
  const planId = newId();
  save(here, planId);
  const { text } = here.planner.saved.exportFile(planId);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ maxLength: 200 }),
        fc.json({ maxDepth: 3 }),
        fc
          .tuple(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 3 }))
          .map(([from, put]) => text.slice(0, from) + put + text.slice(from + put.length + 1)),
      ),
      (garbage) => {
        try {
          there.planner.saved.importFile(newId(), garbage, me);
        } catch (thrown) {
          expect((thrown as { code?: string }).code).toMatch(/^(PLAN_|OFFERS_)/);
        }
      },
    ),
    { seed: 5, numRuns: 200 },
  );
  // What was taken in (a changed name, say) still gives its own answer again or says that it was damaged.
  for (const { id } of there.planner.saved.list()) expect(there.planner.saved.open(id).content).toBeTruthy();
});
