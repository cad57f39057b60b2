import { expect, test } from 'vitest';
import { until } from '#test/until.ts';
import { boxA, laptop, oneBox } from './world.ts';

/** A laptop whose box connects anew in the midst of much else; what is called on the box is noted. */
async function connectingInABusyMoment() {
  const boxes = oneBox();
  const app = await laptop(boxes);
  const called: string[] = [];
  const box = boxes.get(boxA);
  if (!box) throw new Error('no such box');
  box.onCall = async (name) => void called.push(name);
  const calm = Promise.withResolvers<void>();
  const connect = () => {
    app.access.cut(boxA);
    called.length = 0;
    app.access.connect(boxA, calm.promise);
  };
  return { app, box, called, calm: calm.resolve, connect };
}
const fewTurns = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test('a box without a run of ours is looked at when it is calm', async () => {
  const { called, calm, connect } = await connectingInABusyMoment();
  connect();
  await fewTurns();
  expect(called).toEqual([]);
  calm();
  await until('it is looked at', () => called.includes('status'));
});

test('a launch waits for no calm', async () => {
  const { app, called, connect } = await connectingInABusyMoment();
  connect();
  await fewTurns();
  expect(called).toEqual([]);
  const run = await app.launch(boxA);
  await until('it runs', () => app.state(run.id) === 'running');
});

test('a box with a run of ours is looked at at once', async () => {
  const { app, box, connect } = await connectingInABusyMoment();
  const run = await app.launch(boxA);
  await until('it runs', () => app.state(run.id) === 'running');
  connect();
  box.end(run.id, 1, 0);
  await until('its end is known', () => app.state(run.id) === 'succeeded');
});

test('a connection that is lost while it waits leaves nothing behind', async () => {
  const { app, called, calm, connect } = await connectingInABusyMoment();
  connect();
  await fewTurns();
  app.access.cut(boxA);
  calm();
  await fewTurns();
  expect(called).toEqual([]);
});
