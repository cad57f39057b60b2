import { describe, expect, test } from 'vitest';
import { TrainyardError } from '#shared/domain/error.ts';
import { thisComputerId } from '#shared/domain/id.ts';
import { until } from '#test/until.ts';
import { keyChanged, me, needsAnswer, unreachable, type World, world } from './world.ts';

const add = (w: World, host: string) => w.sites.add({ ssh: { host }, connect: true }, me);
const becomes = (w: World, name: string, state: string) =>
  until(`${name} is ${state}`, () => w.stateOf(name) === state);
const attemptsOn = (w: World, host: string) => w.pool.attempts.filter((one) => one.host === host).length;

test('this computer is always there, connects by itself and is looked at', async () => {
  const w = await world();
  expect(w.sites.list()).toMatchObject([
    { id: thisComputerId, kind: 'local', connection: { state: 'disconnected' } },
  ]);
  w.sites.start();
  await until('its inventory is saved', () => w.store.machines.get(thisComputerId)?.inventory);
  expect(w.sites.get(thisComputerId).connection).toMatchObject({ state: 'connected', transport: 'local' });
  await expect(w.sites.remove(thisComputerId, true, me)).rejects.toMatchObject({ code: 'SITE_LOCAL_STAYS' });
});

test('a site that is added is connected, probed, told and recorded', async () => {
  const w = await world();
  const site = await add(w, 'gpu7');
  expect(site).toMatchObject({
    name: 'gpu7',
    connection: { state: 'connected', transport: 'ssh2', roundTripMs: 12 },
  });
  await until('its inventory is saved', () => w.store.machines.get(site.id)?.inventory);
  await until('it is told', () =>
    w.events.some(
      (event) =>
        event.type === 'machine.changed' && event.machine.inventory?.accelerators[0]?.model === 'NVIDIA L4',
    ),
  );
  expect(w.store.machines.get(site.id)?.connectionState).toBe('connected');
  expect(w.activity.map(({ action, result }) => `${action} ${result}`)).toEqual([
    'site.add done',
    'site.connect done',
  ]);
});

test('what cannot be reached is tried again, later and later, until it is there', async () => {
  const w = await world();
  w.pool.opening.set('far', () => Promise.reject(unreachable()));
  const site = await add(w, 'far');
  expect(site.connection).toMatchObject({
    state: 'unreachable',
    error: { code: 'SSH_UNREACHABLE' },
    nextTryAt: w.clock.now() + 1000,
  });
  w.clock.advance(1000);
  await until(
    'a second attempt failed',
    () => w.sites.get(site.id).connection.nextTryAt === w.clock.now() + 2000,
  );
  for (let n = 3; n <= 14; n++) {
    w.clock.advance(300_000);
    await until(
      `attempt ${n} failed`,
      () => attemptsOn(w, 'far') === n && w.stateOf('far') === 'unreachable',
    );
  }
  expect(w.sites.get(site.id).connection.nextTryAt).toBe(w.clock.now() + 300_000);
  w.pool.opening.delete('far');
  w.sites.resumed();
  await becomes(w, 'far', 'connected');
  expect(w.pool.attempts.slice(1).every(({ background }) => background)).toBe(true);
});

test('a lost connection comes back by itself, and everybody is told', async () => {
  const w = await world();
  const told: string[] = [];
  w.sites.machines.onConnected((id) => told.push(`+${id}`));
  w.sites.machines.onDisconnected((id) => told.push(`-${id}`));
  const { id } = await add(w, 'gpu7');
  w.pool.of('gpu7').lose();
  expect(w.sites.machines.isConnected(id)).toBe(false);
  expect(w.stateOf('gpu7')).toBe('unreachable');
  w.clock.advance(1000);
  await becomes(w, 'gpu7', 'connected');
  expect(told).toEqual([`+${id}`, `-${id}`, `+${id}`]);
});

test('what can wait waits until every machine has answered, but not for long', async () => {
  const w = await world();
  const answers = new Map<string, () => void>();
  const calm: string[] = [];
  w.pool.opening.set('*', async ({ target }) => {
    const connection = w.pool.connect(target.host);
    connection.behaviour = () => new Promise((resolve) => answers.set(target.host, () => resolve(null)));
    return connection;
  });
  w.sites.machines.onConnected((id, settled) => {
    void settled?.then(() => calm.push(w.sites.get(id).name));
  });
  for (const host of ['gpu7', 'gpu8']) await add(w, host);
  await until('both are asked', () => answers.size === 2);
  answers.get('gpu7')?.();
  await until('one has answered', () => w.store.machines.get(w.idOf('gpu7'))?.inventory);
  expect(calm).toEqual([]);
  answers.get('gpu8')?.();
  await until('both are told', () => calm.length === 2);

  await add(w, 'gpu9');
  await until('it is asked', () => answers.has('gpu9'));
  expect(calm).toHaveLength(2);
  w.clock.advance(5_000);
  await until('it is told all the same', () => calm.includes('gpu9'));
  answers.get('gpu9')?.();
});

test('after a sleep of the computer a connection that is dead is found out at once', async () => {
  const w = await world();
  await add(w, 'gpu7');
  await add(w, 'gpu8');
  w.pool.of('gpu7').silent = true;
  w.sites.resumed();
  await becomes(w, 'gpu7', 'unreachable');
  expect(w.stateOf('gpu8')).toBe('connected');
  w.clock.advance(1000);
  await becomes(w, 'gpu7', 'connected');
});

test('a changed key blocks until the user has accepted it', async () => {
  const w = await world();
  w.pool.opening.set('gpu7', () => Promise.reject(keyChanged()));
  const { id, connection } = await add(w, 'gpu7');
  expect(connection).toMatchObject({ state: 'blocked', error: { code: 'SSH_HOST_KEY_CHANGED' } });
  w.clock.advance(3_600_000);
  w.sites.resumed();
  expect(attemptsOn(w, 'gpu7')).toBe(1);
  await expect(w.sites.machines.programs(id)).rejects.toMatchObject({ code: 'MACHINE_BLOCKED' });
  w.pool.opening.delete('gpu7');
  await w.sites.acceptChangedHostKey(id, 'SHA256:new', me);
  await becomes(w, 'gpu7', 'connected');
  expect(w.pool.accepted).toEqual(['gpu7 SHA256:new']);
  expect(w.activity.at(-1)).toMatchObject({
    action: 'site.acceptHostKey',
    details: { fingerprint: 'SHA256:new' },
  });
});

describe('programs of a machine', () => {
  test('are there while connected; else connecting first, or not at all in the background', async () => {
    const w = await world();
    const { id } = await w.sites.add({ ssh: { host: 'gpu7' }, connect: false }, me);
    await expect(w.sites.machines.programs(id, { background: true })).rejects.toMatchObject({
      code: 'MACHINE_UNREACHABLE',
      retryable: true,
    });
    expect(attemptsOn(w, 'gpu7')).toBe(0);
    const programs = await w.sites.machines.programs(id);
    expect(await w.sites.machines.programs(id, { background: true })).toBe(programs);
    await expect(w.sites.machines.programs('zzzzzzzzzzzz')).rejects.toMatchObject({
      code: 'MACHINE_UNKNOWN',
    });
  });

  test('waiting for them can be given up without ending the attempt for others', async () => {
    const w = await world();
    const gate = Promise.withResolvers<void>();
    w.pool.opening.set('slow', async () => {
      await gate.promise;
      return w.pool.connect('slow');
    });
    const { id } = await w.sites.add({ ssh: { host: 'slow' }, connect: false }, me);
    const impatient = new AbortController();
    const given = w.sites.machines.programs(id, { signal: impatient.signal });
    const patient = w.sites.machines.programs(id);
    impatient.abort();
    await expect(given).rejects.toMatchObject({ code: 'CANCELLED' });
    gate.resolve();
    await patient;
    expect(attemptsOn(w, 'slow')).toBe(1);
  });

  test('who may ask the user takes over from an attempt that may not', async () => {
    const w = await world();
    w.pool.opening.set('otp', ({ background, signal }) =>
      background
        ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        : Promise.resolve(w.pool.connect('otp')),
    );
    const { id } = await w.sites.add({ ssh: { host: 'otp' }, connect: false }, me);
    w.sites.start();
    await becomes(w, 'otp', 'connecting');
    await w.sites.machines.programs(id);
    expect(w.stateOf('otp')).toBe('connected');
    expect(w.pool.attempts.map(({ background }) => background)).toEqual([true, false]);
  });
});

test('disconnected by the user stays so, until it is needed', async () => {
  const w = await world();
  const { id } = await add(w, 'gpu7');
  expect(await w.sites.disconnect(id, me)).toMatchObject({ connection: { state: 'disconnected' } });
  w.sites.resumed();
  w.sites.start();
  w.clock.advance(3_600_000);
  expect(w.stateOf('gpu7')).toBe('disconnected');
  await w.sites.machines.programs(id);
  expect(w.stateOf('gpu7')).toBe('connected');
});

test('a site that is not to be kept connected is not tried by itself', async () => {
  const w = await world();
  const { id } = await add(w, 'gpu7');
  await w.sites.update(id, { autoConnect: false }, me);
  w.pool.of('gpu7').lose();
  expect(w.sites.get(id).connection).toMatchObject({ state: 'unreachable' });
  expect(w.sites.get(id).connection.nextTryAt).toBeUndefined();
  w.clock.advance(3_600_000);
  expect(attemptsOn(w, 'gpu7')).toBe(1);
});

test('a question of a connection: the site waits for the user, then goes on', async () => {
  const w = await world();
  w.pool.opening.set('first', async ({ target, signal }) => {
    const hostKey = { host: 'first', type: 'ed25519', fingerprint: 'SHA256:abc' };
    const { siteId = null, siteName = '' } = target;
    await w.prompts.ask(
      { siteId, siteName, kind: 'host-key-first-use', hostKey, instruction: '', questions: [] },
      signal,
    );
    return w.pool.connect('first');
  });
  const site = await add(w, 'first');
  expect(site.connection.state).toBe('waiting-for-user');
  const [prompt] = w.sites.prompts();
  await w.sites.answerPrompt(prompt?.id ?? '', { accept: true, answers: [], remember: false }, me);
  await becomes(w, 'first', 'connected');
  expect(w.activity.find(({ action }) => action === 'site.answerPrompt')).toMatchObject({
    result: 'done',
    details: { kind: 'host-key-first-use', hostKey: { fingerprint: 'SHA256:abc' } },
  });
  const again = await w.sites.add({ ssh: { host: 'first', port: 23 }, connect: true }, me);
  await w.sites.answerPrompt(
    w.sites.prompts()[0]?.id ?? '',
    { accept: false, answers: [], remember: false },
    me,
  );
  await until('it is blocked', () => w.sites.get(again.id).connection.state === 'blocked');
});

test('a question goes with the attempt that asked it', async () => {
  const w = await world();
  w.pool.opening.set('gone', async ({ target, signal }) => {
    await w.prompts.ask(
      {
        siteId: target.siteId ?? null,
        siteName: 'gone',
        kind: 'password',
        instruction: '',
        questions: [{ text: '?', echo: false }],
      },
      signal,
    );
    return w.pool.connect('gone');
  });
  const { id } = await add(w, 'gone');
  await w.sites.disconnect(id, me);
  await until('the question is closed', () => w.sites.prompts().length === 0);
  expect(w.stateOf('gone')).toBe('disconnected');
});

test('started without a network, everything is there from the store at once', async () => {
  const first = await world();
  const { id } = await add(first, 'gpu7');
  await until('its inventory is saved', () => first.store.machines.get(id)?.inventory);
  await first.sites.close();
  const w = await world(first.store);
  w.pool.opening.set(
    '*',
    ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  );
  w.sites.start();
  expect(w.sites.list().map(({ name }) => name)).toEqual(['gpu7', 'This computer']);
  expect(w.store.machines.get(id)?.inventory?.accelerators[0]?.model).toBe('NVIDIA L4');
  expect(w.stateOf('gpu7')).toBe('connecting');
});

test('200 sites connect in turns, and what needs the user does not ask by itself', async () => {
  const w = await world();
  w.store.settings.update({ parallelConnections: 8 });
  for (let n = 0; n < 200; n++) await w.sites.add({ ssh: { host: `box${n}` }, connect: false }, me);
  w.pool.opening.set('*', async ({ target, background }) => {
    await new Promise((resolve) => setImmediate(resolve));
    if (target.host === 'box7') throw background ? needsAnswer() : new TrainyardError('X', 'x');
    return w.pool.connect(target.host);
  });
  w.sites.start();
  await until(
    'all are connected',
    () => w.sites.list().filter(({ connection }) => connection.state === 'connected').length === 200,
  );
  expect(w.pool.mostAtOnce).toBeLessThanOrEqual(8);
  expect(w.sites.get(w.idOf('box7')).connection).toMatchObject({
    state: 'blocked',
    error: { code: 'SSH_NEEDS_USER' },
  });
});
