import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogInfo } from '#shared/contract/bytes.ts';
import { FakeBox } from '#test/fakes/box.ts';
import { until } from '#test/until.ts';
import { boxA, type Laptop, laptop, manual, me } from '../world.ts';

interface View {
  bytes: Buffer;
  infos: LogInfo[];
  ended: boolean;
  error: unknown;
  stop(): void;
}

/** A page that looks at a log and takes each piece at once. */
function view(app: Laptop, runId: string, offset: number, follow = true): View {
  const abort = new AbortController();
  const seen: View = {
    bytes: Buffer.alloc(0),
    infos: [],
    ended: false,
    error: null,
    stop: () => abort.abort(),
  };
  const read = async () => {
    const request = { kind: 'log', runId, offset, follow, credit: 0 } as const;
    for await (const piece of app.runs.bytes(request, { actor: me, signal: abort.signal })) {
      if ('info' in piece) seen.infos.push(piece.info);
      else seen.bytes = Buffer.concat([seen.bytes, piece.bytes]);
    }
    seen.ended = true;
  };
  read().catch((error: unknown) => {
    seen.error = error;
  });
  return seen;
}

async function running(): Promise<{ box: FakeBox; app: Laptop; runId: string }> {
  const box = new FakeBox();
  const app = await laptop(new Map([[boxA, box]]));
  const { id: runId } = await app.launch(boxA);
  await until('it runs and is followed', () => app.state(runId) === 'running' && box.all().length === 1);
  await until('it is followed', () => (app.access.connections.get(boxA)?.channels ?? 0) >= 2);
  return { box, app, runId };
}

test('a viewer gets what is there, then each line as it comes, and ends with the attempt', async () => {
  const { box, app, runId } = await running();
  box.print(runId, 1, 'one\n');
  const seen = view(app, runId, 0);
  await until('the first line', () => seen.bytes.toString() === 'one\n');
  box.print(runId, 1, 'two\n');
  await until('the second line', () => seen.bytes.toString() === 'one\ntwo\n');
  box.print(runId, 1, 'last');
  box.end(runId, 1, 0);
  await until('its end', () => seen.ended);
  expect(seen.bytes.toString()).toBe('one\ntwo\nlast');
  expect(seen.infos.at(0)).toMatchObject({ offset: 0, epoch: 1, live: true, reachable: true });
});

test('an hour without network in mid-log: not a byte missing or doubled, the run untouched', async () => {
  const { box, app, runId } = await running();
  box.print(runId, 1, 'before ');
  const seen = view(app, runId, 0);
  await until('what came before', () => seen.bytes.toString() === 'before ');
  app.access.cut(boxA);
  await until('it says so', () => seen.infos.at(-1)?.reachable === false);
  box.print(runId, 1, 'meanwhile ');
  manual(app.clock).advance(3_600_000);
  expect(app.state(runId)).toBe('running');
  expect(seen.ended).toBe(false);
  app.access.connect(boxA);
  box.print(runId, 1, 'after');
  await until('all of it', () => seen.bytes.toString() === 'before meanwhile after');
  expect(seen.infos.at(-1)).toMatchObject({ reachable: true });
  expect(box.launched).toHaveLength(1);
  seen.stop();
});

test('cut and kill the app wherever: log, copy and metrics are those of an undisturbed run', async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('print' as const), size: fc.nat(400) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom('cut' as const, 'kill' as const, 'wait' as const),
        size: fc.nat(3),
      }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
      const { box, app, runId } = await running();
      const seen = view(app, runId, 0);
      let printed = '';
      let count = 0;
      for (const each of steps) {
        if (each.do === 'print') {
          const text = `step ${++count} loss=${count}.5 ${'x'.repeat(each.size)}${each.size % 2 ? '\n' : '\r'}`;
          printed += text;
          box.print(runId, 1, text);
        } else if (each.do === 'cut') {
          app.access.cut(boxA);
          app.access.connect(boxA);
        } else if (each.do === 'kill') {
          await app.restart();
        } else {
          manual(app.clock).advance(1500);
        }
        for (let turns = 0; turns < each.size % 4; turns++)
          await new Promise((resolve) => setImmediate(resolve));
      }
      box.end(runId, 1, 0);
      await until('it has ended', () => app.state(runId) === 'succeeded');
      await until('its log is whole here', async () => {
        manual(app.clock).advance(3000);
        return (await app.runs.previewDelete(runId)).logBytes === printed.length;
      });
      await until(
        'its metrics are read',
        () => count === 0 || app.runs.metrics(runId, 1000)[0]?.total === count,
      );
      const points = app.runs.metrics(runId, 1000)[0]?.points ?? [];
      expect(points).toEqual(Array.from({ length: count }, (_, index) => [index + 1, index + 1.5]));
      app.access.cut(boxA);
      expect((await app.runs.readLog(runId, 1, 0, 1_000_000)).bytes.toString()).toBe(printed);
      if (!steps.some((each) => each.do === 'kill')) {
        await until('the viewer has all', () => seen.ended);
        expect(seen.bytes.toString()).toBe(printed);
      }
      seen.stop();
    }),
    { numRuns: 25 },
  );
});

test('a long log opens at its end at once, and any part of it can be read', async () => {
  const box = new FakeBox();
  const writer = await laptop(new Map([[boxA, box]]));
  const { id: runId } = await writer.launch(boxA);
  await until('it runs', () => writer.state(runId) === 'running');
  const line = Buffer.from(`${'y'.repeat(1023)}\n`);
  box.attempt(runId, 1).log = Buffer.alloc(100 * 1024 * 1024, line);
  box.print(runId, 1, 'the end\n');
  const total = box.attempt(runId, 1).log.length;

  const reader = await laptop(new Map([[boxA, box]]));
  await until('the run is known', () => reader.runs.counts().running === 1);
  const seen = view(reader, runId, -8);
  await until('the end is shown', () => seen.bytes.toString() === 'the end\n');
  expect(seen.infos.at(0)).toMatchObject({ offset: total - 8, bytes: total });
  box.print(runId, 1, 'more\n');
  await until('it goes on', () => seen.bytes.toString() === 'the end\nmore\n');
  const middle = await reader.runs.readLog(runId, 1, 5 * 1024 * 1024, 2048);
  expect(middle.bytes.equals(Buffer.alloc(2048, line))).toBe(true);
  seen.stop();
});

test('search: on the box; in the copy when the box is out of sight', async () => {
  const { box, app, runId } = await running();
  box.print(runId, 1, 'alpha\nbeta 1\ngamma\nBeta 2\nbeta');
  box.end(runId, 1, 0);
  await until('its log is here', async () => (await app.runs.previewDelete(runId)).logBytes === 30);
  const search = async (pattern: string, more = {}) => {
    const query = { pattern, regex: true, ignoreCase: true, limit: 10, ...more };
    const found = [];
    for await (const match of app.runs.searchLog(runId, 1, query, new AbortController().signal))
      found.push(match);
    return found;
  };
  expect(await search('gamma')).toEqual([{ offset: 13, lineNumber: 3, text: 'gamma' }]);
  app.access.cut(boxA);
  expect(await search('^beta( \\d)?$')).toEqual([
    { offset: 6, lineNumber: 2, text: 'beta 1' },
    { offset: 19, lineNumber: 4, text: 'Beta 2' },
    { offset: 26, lineNumber: 5, text: 'beta' },
  ]);
  expect(await search('beta', { ignoreCase: false, regex: false, limit: 1 })).toHaveLength(1);
  await expect(search('(a+)+$')).rejects.toMatchObject({ code: 'LOG_PATTERN_INVALID' });
  await expect(search('(')).rejects.toMatchObject({ code: 'LOG_PATTERN_INVALID' });
});

test('more live runs than streams: every log is followed or fetched, and the channels stay few', async () => {
  const box = new FakeBox();
  const app = await laptop(new Map([[boxA, box]]));
  const ids: string[] = [];
  for (let count = 0; count < 9; count++) ids.push((await app.launch(boxA)).id);
  await until('all run', () => ids.every((id) => app.state(id) === 'running'));
  for (const id of ids) box.print(id, 1, 'step 1 loss=0.5\n');
  await until('all metrics are read', () => {
    manual(app.clock).advance(3000);
    return ids.every((id) => app.runs.metrics(id, 10).length === 1);
  });
  expect(app.access.connections.get(boxA)?.channels).toBeLessThanOrEqual(5);
  // Whoever is looked at gets a stream.
  const last = ids.at(-1) ?? '';
  const seen = view(app, last, 0);
  await until('it is shown', () => seen.bytes.length > 0);
  box.print(last, 1, 'more');
  await until('it comes at once, no clock moved', () => seen.bytes.toString() === 'step 1 loss=0.5\nmore');
  seen.stop();
});

test('a log that is out of sight and not kept here says where it is', async () => {
  const { box, app, runId } = await running();
  app.access.cut(boxA);
  box.print(runId, 1, 'x'.repeat(100));
  app.store.runs.updateAttempt(runId, 1, { logBytes: 100 });
  await app.restart();
  await expect(app.runs.readLog(runId, 1, 0, 10)).rejects.toMatchObject({
    code: 'LOG_OUT_OF_SIGHT',
    retryable: true,
  });
  const seen = view(app, runId, 0, false);
  await until('the view says so', () => seen.error !== null);
  expect(seen.error).toMatchObject({ code: 'LOG_OUT_OF_SIGHT' });
});
