import { describe, expect, test } from 'vitest';
import { newId } from '#shared/domain/id.ts';
import { type MigrationPhase, migrationPhases } from '#shared/domain/migration.ts';
import { usualTrainer } from '#test/fakes/moving/sim-box.ts';
import type { SimLaptop } from '#test/fakes/moving/sim-laptop.ts';
import { settle } from '#test/fakes/sim-clock.ts';
import { a, ask, b, c, me, problems, runToEnd, simStore, simulation } from './simulation.ts';

const minute = 60_000;
const forward: MigrationPhase[] = migrationPhases.filter((phase) => !/roll/.test(phase));

async function one() {
  const { world, laptops } = simulation([await simStore()]);
  const [laptop] = laptops;
  if (laptop === undefined) throw new Error('no laptop');
  return { world, laptop, source: world.box(a), destination: world.box(b) };
}

const cancel = (laptop: SimLaptop) => () => {
  const move = laptop.move();
  if (move !== undefined) laptop.moves.cancel(move.id, me);
};

describe('a move that nothing disturbs', () => {
  test.each(['request', 'next', 'last'] as const)('by "%s"', async (mode) => {
    const { world, laptop, source, destination } = await one();
    await ask(laptop, mode);
    const [move] = await runToEnd(world, [laptop]);
    expect(move).toMatchObject({
      phase: 'committed',
      fromEpoch: 1,
      toEpoch: 2,
      backEpoch: null,
      error: null,
      mode,
    });
    expect(move?.phases.map(({ phase }) => phase)).toEqual(forward);
    expect(world.alive()).toEqual([`2@${b}`]);
    expect(source.tomb).toEqual({ epoch: 1, to: expect.any(String) });
    expect(destination.alive()[0]?.fromStep).toBe(move?.checkpoint?.step);
    expect(problems(world, [laptop])).toEqual([]);
    expect(laptop.activity.map(({ action }) => action)).toEqual(['migration.start', 'migration.commit']);
    expect(move?.downtime?.totalMs).toBeGreaterThan(0);
    expect(laptop.store.notices.list().map(({ code }) => code)).toEqual(['MOVE_DONE']);
  });

  test('of a trainer that prints no steps: believed by its next checkpoint or its heartbeat, and that is said', async () => {
    const { world, laptop } = await one();
    for (const box of world.boxes.values())
      box.trainer = { ...usualTrainer, printsSteps: false, every: 1_000_000 };
    await ask(laptop, 'request');
    const [move] = await runToEnd(world, [laptop]);
    expect(move?.error).toBeNull();
    expect(move?.phase).toBe('committed');
    expect(laptop.store.notices.list().map(({ code }) => code)).toEqual(['MOVE_DONE_STEPS_UNKNOWN']);
    expect(problems(world, [laptop])).toEqual([]);
  });

  test('of a trainer that saves when asked and ends with that', async () => {
    const { world, laptop } = await one();
    for (const box of world.boxes.values()) box.trainer = { ...usualTrainer, onRequest: 'saves-and-ends' };
    await ask(laptop, 'request');
    const [move] = await runToEnd(world, [laptop]);
    expect(move?.error).toBeNull();
    expect(move).toMatchObject({ phase: 'committed', lostSteps: 0 });
    expect(world.alive()).toEqual([`2@${b}`]);
  });

  test('asked for twice it is one; and while it goes on, no other', async () => {
    const { world, laptop } = await one();
    const requestId = newId();
    await ask(laptop, 'request', b, requestId);
    await ask(laptop, 'request', b, requestId);
    const other = { requestId: newId(), runId: world.runId, machineId: c };
    await expect(laptop.moves.start(other, me, AbortSignal.timeout(1000))).rejects.toMatchObject({
      code: 'MOVE_UNDER_WAY',
    });
    await runToEnd(world, [laptop]);
    expect(laptop.moves.list({ runId: world.runId })).toHaveLength(1);
    const same = { requestId: newId(), runId: world.runId, machineId: b };
    await expect(laptop.moves.start(same, me, AbortSignal.timeout(1000))).rejects.toMatchObject({
      code: 'MOVE_SAME_MACHINE',
    });
  });
});

describe('the app is killed', () => {
  test.each(forward)('as soon as "%s" is written down: another process sees it through', async (phase) => {
    const { world, laptop } = await one();
    laptop.dieAfter = phase;
    await ask(laptop, 'request');
    if (phase === 'preparing') laptop.life.die();
    const [move] = await runToEnd(world, [laptop]);
    expect(laptop.deaths).toBe(1);
    expect(move).toMatchObject({ phase: 'committed', toEpoch: 2 });
    expect(world.alive()).toEqual([`2@${b}`]);
    expect(problems(world, [laptop])).toEqual([]);
  });

  test('closed in order while a stop is armed: it is taken off, the run trains on, and the next start goes on', async () => {
    const { world, laptop } = await one();
    for (const box of world.boxes.values()) box.trainer = { ...usualTrainer, saveMs: 10 * minute };
    await ask(laptop, 'request');
    while (laptop.phase() !== 'stopping') await world.clock.step(1000);
    for (let passed = 0; passed < 5; passed++) await world.clock.step(1000);
    expect(world.armed()).toEqual([`1@${a}`]);
    const closing = laptop.moves.close();
    for (let passed = 0; passed < 20; passed++) await world.clock.step(1000);
    await closing;
    expect(world.armed()).toEqual([]);
    laptop.life.dead = true;
    for (let passed = 0; passed < 200; passed++) await world.clock.step(10_000);
    expect(world.alive()).toEqual([`1@${a}`]);
    const [move] = await runToEnd(world, [laptop]);
    expect(move?.error).toBeNull();
    expect(move?.phase).toBe('committed');
    expect(problems(world, [laptop])).toEqual([]);
  });
});

describe('cancelled', () => {
  test.each([
    ['preparing', 'nothing-happened', '1@a'],
    ['precopying', 'run-goes-on', '1@a'],
    ['armed', 'run-goes-on', '1@a'],
    ['copying', 'run-restarts-at-source', '2@a'],
    ['verified', 'run-restarts-at-source', '2@a'],
    ['confirming', 'run-restarts-at-source', '3@a'],
  ] as const)('in "%s": %s', async (phase, consequence, alive) => {
    const { world, laptop } = await one();
    world.box(b).trainer = { ...usualTrainer, loadMs: 10 * minute };
    await ask(laptop, 'request');
    let told: string | null | undefined;
    const go = () => {
      told = laptop.move()?.cancelConsequence;
      cancel(laptop)();
    };
    const [move] = await runToEnd(world, [laptop], [{ at: 0, phase, what: go }]);
    expect(told).toBe(consequence);
    expect(move).toMatchObject({ phase: 'rolled-back', error: { code: 'MOVE_CANCELLED' } });
    expect(world.alive().map((each) => each.slice(0, 3))).toEqual([alive]);
    expect(problems(world, [laptop])).toEqual([]);
    // Nothing of it is left there where nothing was begun.
    if (move?.toEpoch === null) expect(world.box(b).hasCopy).toBe(false);
    expect(laptop.activity.map(({ action }) => action)).toContain('migration.cancel');
    expect(() => cancel(laptop)()).toThrow(expect.objectContaining({ code: 'MOVE_PAST_CANCEL' }));
  });

  test('while its start is on its way and comes late: over there it is refused, and only the source trains', async () => {
    const { world, laptop, destination } = await one();
    let launches = 0;
    laptop.fate = (name) =>
      name === 'launch' && launches++ === 0
        ? { fault: 'late-and-hangs', delayMs: 3 * minute }
        : { fault: 'none', delayMs: 0 };
    await ask(laptop, 'request');
    const [move] = await runToEnd(world, [laptop], [{ at: 2000, phase: 'starting', what: cancel(laptop) }]);
    for (let passed = 0; passed < 100; passed++) await world.clock.step(10_000);
    expect(move).toMatchObject({ phase: 'rolled-back', toEpoch: 2, backEpoch: 3 });
    expect(destination.attempts.size).toBe(0);
    expect(world.alive()).toEqual([`3@${a}`]);
    expect(problems(world, [laptop])).toEqual([]);
  });
});

describe('out of sight', () => {
  test('the source, for hours, after its stop was armed: the move goes on from what was there ahead', async () => {
    const { world, laptop, source } = await one();
    await ask(laptop, 'last');
    const hide = {
      at: 0,
      phase: 'stopping' as const,
      what: () => void Object.assign(source, { visible: false }),
    };
    const show = { at: 5 * 60 * minute, what: () => void Object.assign(source, { visible: true }) };
    const [move] = await runToEnd(world, [laptop], [hide, show]);
    expect(move).toMatchObject({ phase: 'committed', toEpoch: 2 });
    expect([...source.attempts.values()][0]?.exit?.by).toMatch(/timer|user/);
    expect(world.alive()).toEqual([`2@${b}`]);
    // Its tombstone came when it was seen again.
    expect(source.tomb?.epoch).toBe(1);
    expect(problems(world, [laptop])).toEqual([]);
  });

  test('the source, once what was asked for has been sent ahead: the run goes on from that', async () => {
    const { world, laptop, source, destination } = await one();
    // It takes its time to end.
    source.trainer = { ...usualTrainer, onTerm: 'deaf' };
    await ask(laptop, 'request');
    const hide = {
      at: 10_000,
      phase: 'stopping' as const,
      what: () => void Object.assign(source, { visible: false }),
    };
    const show = { at: 5 * 60 * minute, what: () => void Object.assign(source, { visible: true }) };
    const [move] = await runToEnd(world, [laptop], [hide, show]);
    expect(move).toMatchObject({ phase: 'committed', toEpoch: 2 });
    expect(destination.alive()[0]?.fromStep).toBe(source.attempts.get(1)?.savedStep);
    expect(problems(world, [laptop])).toEqual([]);
  });

  test('the source, of a trainer that overwrites its checkpoint in place: no copy from beside it is gone on from', async () => {
    const { world, laptop, source } = await one();
    source.overwrites = true;
    await ask(laptop, 'request');
    const at = { at: 0, phase: 'stopping' as const };
    const hide = { ...at, what: () => void Object.assign(source, { visible: false }) };
    const show = { at: 5 * 60 * minute, what: () => void Object.assign(source, { visible: true }) };
    const [move] = await runToEnd(world, [laptop], [hide, show]);
    expect(move).toMatchObject({ phase: 'rolled-back', error: { code: 'MACHINE_UNREACHABLE' } });
    expect(world.alive()).toEqual([`2@${a}`]);
    expect(source.alive()[0]?.fromStep).toBe(source.attempts.get(1)?.savedStep);
    expect(problems(world, [laptop])).toEqual([]);
  });

  test('the destination, before it was seen to train: it stops itself, and the source goes on', async () => {
    const { world, laptop, destination } = await one();
    destination.trainer = { ...usualTrainer, loadMs: 5 * minute };
    await ask(laptop, 'request');
    const hide = {
      at: 1000,
      phase: 'confirming' as const,
      what: () => void Object.assign(destination, { visible: false }),
    };
    const [move] = await runToEnd(world, [laptop], [hide]);
    expect(move).toMatchObject({
      phase: 'rolled-back',
      backEpoch: 3,
      error: { code: 'MACHINE_UNREACHABLE' },
    });
    expect(destination.attempts.get(2)?.exit?.by).toBe('timer');
    expect(world.alive()).toEqual([`3@${a}`]);
    expect(problems(world, [laptop])).toEqual([]);
  });
});

describe('an armed stop', () => {
  test('is waited for where a move is cancelled while its destination is out of sight', async () => {
    const { world, laptop, destination } = await one();
    destination.trainer = { ...usualTrainer, loadMs: 30 * minute };
    await ask(laptop, 'request');
    const [move] = await runToEnd(
      world,
      [laptop],
      [
        { at: 1000, phase: 'confirming', what: () => void Object.assign(destination, { visible: false }) },
        { at: 3000, phase: 'confirming', what: cancel(laptop) },
      ],
    );
    expect(move).toMatchObject({ phase: 'rolled-back', error: { code: 'MOVE_CANCELLED' } });
    expect(destination.attempts.get(2)?.exit?.by).toBe('timer');
    expect(world.alive()).toEqual([`3@${a}`]);
    expect(problems(world, [laptop])).toEqual([]);
  });

  test('has come while nobody was there to see it train: the source goes on from what was saved over there', async () => {
    const { world, laptop, source, destination } = await one();
    destination.trainer = { ...usualTrainer, onTerm: 'saves-and-ends' };
    laptop.dieAfter = 'confirming';
    await ask(laptop, 'request');
    for (let passed = 0; passed < 720; passed++) await world.clock.step(5_000);
    expect(destination.attempts.get(2)?.exit?.by).toBe('timer');
    const [move] = await runToEnd(world, [laptop]);
    expect(move).toMatchObject({ phase: 'rolled-back', error: { code: 'MOVE_DIED_THERE' } });
    expect(move?.kept.map(({ what, machineId }) => [what, machineId])).toEqual([
      ['checkpoint', b],
      ['run-directory', b],
    ]);
    expect(move?.error?.details).toMatch(/it has saved step \d+: /);
    expect(world.alive()).toEqual([`3@${a}`]);
    const saved = destination.checkpoints.at(-1)?.step ?? 0;
    expect(saved).toBeGreaterThan(move?.checkpoint?.step ?? 0);
    expect(move?.broughtBack?.step).toBe(saved);
    expect(source.alive()[0]?.fromStep).toBe(saved);
    expect(problems(world, [laptop])).toEqual([]);
  });

  test('has come, and the destination is gone for good: the source goes on from what it has itself', async () => {
    const { world, laptop, source, destination } = await one();
    destination.trainer = { ...usualTrainer, onTerm: 'saves-and-ends' };
    laptop.dieAfter = 'confirming';
    await ask(laptop, 'request');
    for (let passed = 0; passed < 720; passed++) await world.clock.step(5_000);
    destination.visible = false;
    const [move] = await runToEnd(world, [laptop]);
    expect(move).toMatchObject({ phase: 'rolled-back', broughtBack: null });
    expect(world.alive()).toEqual([`3@${a}`]);
    expect(source.alive()[0]?.fromStep).toBe(move?.checkpoint?.step);
    expect(problems(world, [laptop])).toEqual([]);
  });

  test.each([
    ['the app is killed as it is brought back', 'rolling-back'],
    ['it arrives broken, for ever', 'corrupt'],
  ] as const)('%s: one goes on, from a state that was saved', async (_what, how) => {
    const { world, laptop, source, destination } = await one();
    destination.trainer = { ...usualTrainer, onTerm: 'saves-and-ends' };
    laptop.dieAfter = 'confirming';
    await ask(laptop, 'request');
    for (let passed = 0; passed < 720; passed++) await world.clock.step(5_000);
    if (how === 'corrupt') world.corruptions = 1000;
    else laptop.dieAfter = how;
    const [move] = await runToEnd(world, [laptop]);
    expect(move?.phase).toBe('rolled-back');
    expect(world.alive()).toEqual([`3@${a}`]);
    const saved = destination.checkpoints.at(-1)?.step;
    expect(source.alive()[0]?.fromStep).toBe(how === 'corrupt' ? move?.checkpoint?.step : saved);
    expect(problems(world, [laptop])).toEqual([]);
  });

  test('has come while nobody was there: the move goes on, or the run is started again at the source', async () => {
    for (const broken of [false, true]) {
      const { world, laptop, source, destination } = await one();
      source.trainer = { ...usualTrainer, saveMs: 20 * minute };
      destination.broken = broken;
      laptop.dieAfter = 'stopping';
      await ask(laptop, 'request');
      for (let passed = 0; passed < 720; passed++) await world.clock.step(5_000);
      expect(source.attempts.get(1)?.exit?.by).toBe('timer');
      expect(world.alive()).toEqual([]);
      const [move] = await runToEnd(world, [laptop]);
      expect(move?.phase).toBe(broken ? 'rolled-back' : 'committed');
      expect(world.alive()).toEqual([broken ? `3@${a}` : `2@${b}`]);
      expect(problems(world, [laptop])).toEqual([]);
    }
  });
});

describe('what is not as it should be', () => {
  test('a checkpoint that arrives broken is sent again; one that always does ends the move', async () => {
    for (const [broken, phase] of [
      [1, 'committed'],
      [50, 'rolled-back'],
    ] as const) {
      const { world, laptop } = await one();
      await ask(laptop, 'request');
      const spoil = {
        at: 0,
        phase: 'copying' as const,
        what: () => void Object.assign(world, { corruptions: broken }),
      };
      const [move] = await runToEnd(world, [laptop], [spoil]);
      expect(move?.phase).toBe(phase);
      if (phase === 'rolled-back') expect(move?.error?.code).toBe('MOVE_NOT_VERIFIED');
      expect(world.alive()).toEqual([phase === 'committed' ? `2@${b}` : `2@${a}`]);
      expect(problems(world, [laptop])).toEqual([]);
    }
  });

  test('a trainer that dies over there: back, with its last words', async () => {
    const { world, laptop, destination } = await one();
    destination.broken = true;
    await ask(laptop, 'request');
    const [move] = await runToEnd(world, [laptop]);
    expect(move).toMatchObject({
      phase: 'rolled-back',
      backEpoch: 3,
      error: { code: 'MOVE_DIED_THERE', details: 'last words' },
    });
    expect(world.alive()).toEqual([`3@${a}`]);
  });

  test('a trainer that begins from nothing over there: back', async () => {
    const { world, laptop, destination } = await one();
    destination.forgets = true;
    await ask(laptop, 'request');
    const [move] = await runToEnd(world, [laptop]);
    expect(move).toMatchObject({ phase: 'rolled-back', error: { code: 'MOVE_NOT_RESUMED' } });
    expect(world.alive()).toEqual([`3@${a}`]);
  });

  test('one that dies there and, gone back, dies here too: the run stands, and that is said', async () => {
    const { world, laptop, source, destination } = await one();
    destination.broken = true;
    await ask(laptop, 'request');
    const spoil = {
      at: 0,
      phase: 'confirming' as const,
      what: () => void Object.assign(source, { broken: true }),
    };
    const [move] = await runToEnd(world, [laptop], [spoil]);
    expect(move).toMatchObject({ phase: 'rolled-back', backEpoch: 3, error: { code: 'MOVE_NOT_BACK' } });
    expect(world.alive()).toEqual([]);
    expect(world.history).toEqual([`1@${a}`, `2@${b}`, `3@${a}`]);
    expect(laptop.store.notices.list()[0]).toMatchObject({
      level: 'error',
      code: 'MOVE_ROLLED_BACK_STOPPED',
    });
    expect(problems(world, [laptop])).toEqual([]);
  });

  test('a trainer that is deaf to the request: it was never stopped', async () => {
    const { world, laptop } = await one();
    laptop.pace = { saveMs: 2 * minute };
    laptop.restart();
    world.box(a).trainer = { ...usualTrainer, onRequest: 'deaf', every: 1_000_000 };
    world.box(a).checkpoints = [{ path: 'step-1.pt', step: 1, content: 'x', at: 1 }];
    await ask(laptop, 'request');
    const [move] = await runToEnd(world, [laptop]);
    expect(move).toMatchObject({
      phase: 'rolled-back',
      backEpoch: null,
      error: { code: 'MOVE_NO_NEW_CHECKPOINT' },
    });
    expect(world.alive()).toEqual([`1@${a}`]);
    expect(problems(world, [laptop])).toEqual([]);
  });

  test('a run that ends by itself meanwhile: nothing is started anywhere', async () => {
    const { world, laptop, source } = await one();
    await ask(laptop, 'next');
    const [move] = await runToEnd(
      world,
      [laptop],
      [{ at: 0, phase: 'precopying', what: () => source.crash() }],
    );
    expect(move).toMatchObject({ phase: 'rolled-back', backEpoch: null, error: { code: 'MOVE_RUN_ENDED' } });
    expect(world.history).toEqual([`1@${a}`]);
    expect(problems(world, [laptop])).toEqual([]);
  });

  test.each(['precopying', 'copying', 'confirming'] as const)(
    'the user stops the run in "%s": it ends, and nothing is started again',
    async (phase) => {
      const { world, laptop } = await one();
      world.box(b).trainer = { ...usualTrainer, loadMs: 10 * minute };
      await ask(laptop, 'request');
      const stop = { at: 0, phase, what: () => laptop.handover.userStop() };
      const [move] = await runToEnd(world, [laptop], [stop]);
      expect(move).toMatchObject({
        phase: 'rolled-back',
        backEpoch: null,
        error: { code: 'MOVE_RUN_STOPPED' },
      });
      expect(world.alive()).toEqual([]);
      expect(problems(world, [laptop])).toEqual([]);
    },
  );

  test('another laptop that moves the same run is refused, and does no harm', async () => {
    const { world, laptops } = simulation([await simStore(), await simStore()]);
    const [first, second] = laptops;
    if (first === undefined || second === undefined) throw new Error('two laptops');
    world.box(a).trainer = { ...usualTrainer, saveMs: 5 * minute };
    await ask(first, 'request');
    const later = { at: 0, phase: 'stopping' as const, what: () => void ask(second, 'request', c) };
    const [mine, other] = await runToEnd(world, laptops, [later]);
    await settle();
    expect(mine?.phase).toBe('committed');
    expect(other).toMatchObject({ phase: 'rolled-back' });
    expect(['RUN_ARMED', 'MOVE_RUN_ENDED']).toContain(other?.error?.code);
    expect(world.alive()).toEqual([`2@${b}`]);
    expect(problems(world, laptops)).toEqual([]);
  });
});

test('a journal that was put back from a backup, of a move that is long through: nothing is touched', async () => {
  const { world, laptop } = await one();
  let old: { phase: string; active: number; content: string } | undefined;
  const remember = () => {
    old = laptop.store.sql.get('SELECT phase, active, content FROM migrations WHERE runId = ?', world.runId);
  };
  await ask(laptop, 'request');
  await runToEnd(world, [laptop], [{ at: 0, phase: 'copying', what: remember }]);
  expect(world.alive()).toEqual([`2@${b}`]);
  if (old === undefined) throw new Error('it was not remembered');
  const text = 'UPDATE migrations SET phase = ?, active = ?, content = ? WHERE runId = ?';
  laptop.store.sql.run(text, old.phase, old.active, old.content, world.runId);
  laptop.life.die();
  const [move] = await runToEnd(world, [laptop]);
  expect(move).toMatchObject({ phase: 'rolled-back', error: { code: 'MOVE_OVERTAKEN' } });
  expect(world.alive()).toEqual([`2@${b}`]);
  expect(world.history).toEqual([`1@${a}`, `2@${b}`]);
});
