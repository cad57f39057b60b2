import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyMetricState, MetricReader, metricState, mostSeries } from '#backend/runs/metrics/reader.ts';

const readAll = (text: string) => {
  const reader = new MetricReader();
  const points = [...reader.push(Buffer.from(text)), ...reader.finish()];
  return { points, state: reader.state };
};
const series = (text: string, name: string) =>
  readAll(text)
    .points.filter((point) => point.name === name)
    .map(({ x, value }) => [x, value]);

test('the step printed on the line is x', () => {
  expect(series('step 10 loss=1.5\nstep 20 loss=1.25\n', 'loss')).toEqual([
    [10, 1.5],
    [20, 1.25],
  ]);
  expect(series('{"step": 10, "loss": 1.5}\n{"step": 20, "loss": 1.25}', 'loss')).toEqual([
    [10, 1.5],
    [20, 1.25],
  ]);
});

test('without a step, x counts the points', () => {
  expect(series('loss=3.5\nloss=2.5\n', 'loss')).toEqual([
    [1, 3.5],
    [2, 2.5],
  ]);
});

test('a step printed on a line of its own holds for the lines after it', () => {
  expect(series('step 10\nloss=1.5\nstep 20\nloss=1.25\n', 'loss')).toEqual([
    [10, 1.5],
    [20, 1.25],
  ]);
});

test('steps that begin again with each epoch go on rising', () => {
  const log = [1, 2]
    .flatMap((epoch) =>
      [300, 600].map((step) => `Epoch [${epoch}/2], Step [${step}/600], Loss: ${epoch}.${step}`),
    )
    .join('\n');
  expect(series(log, 'Loss').map(([x]) => x)).toEqual([300, 600, 900, 1200]);
  expect(readAll(log).state).toMatchObject({ step: 1200, totalSteps: 1200 });
});

test('a validation bar between two halves of a training bar does not disturb it', () => {
  const log = ' 50/100 [a] - loss: 1.5\n 1/10 [a] - val_loss: 2.5\n 51/100 [a] - loss: 1.25\n';
  expect(series(log, 'loss')).toEqual([
    [50, 1.5],
    [51, 1.25],
  ]);
});

test('a progress bar redrawn in place gives one point for each step', () => {
  const log = '\r 1/9 [x] loss=1.5\r 1/9 [x] loss=1.5\r 2/9 [x] loss=1.5\n';
  expect(series(log, 'loss')).toEqual([
    [1, 1.5],
    [2, 1.5],
  ]);
});

test('the Hugging Face trainer: bar and dictionary', () => {
  const log =
    "\r 10%|█| 10/100 [00:01<00:09]\n{'loss': 0.5, 'epoch': 0.1}\n\r 20%|██| 20/100 [00:02<00:08]\n{'loss': 0.25, 'epoch': 0.2}\n";
  expect(series(log, 'loss')).toEqual([
    [10, 0.5],
    [20, 0.25],
  ]);
  expect(readAll(log).state).toMatchObject({ step: 20, totalSteps: 100 });
});

test('no more series than the limit', () => {
  const log = Array.from({ length: 500 }, (_, index) => `m${index}=0.5`).join('\n');
  expect(new Set(readAll(log).points.map((point) => point.name)).size).toBe(mostSeries);
});

const someLog = fc
  .array(
    fc.constantFrom(
      'step 1 loss=0.5',
      'loss: 1.5',
      '\r',
      '\n',
      '\r\n',
      "{'loss': 0.25}",
      '[3/10] acc=0.5',
      'x'.repeat(20_000),
      'Epoch 2/3 ',
      '损失：0.5',
      'step 3 loss=nan',
      '\x1b[31mlr=1e-4\x1b[0m',
      '\n\n',
      'step 2 loss=0.25 ',
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.from(parts.join('')));

test('how bytes are cut into chunks, and restarts between them, change nothing', () => {
  fc.assert(
    fc.property(someLog, fc.array(fc.nat(), { maxLength: 12 }), fc.boolean(), (log, cuts, restarts) => {
      const whole = new MetricReader();
      const expected = [...whole.push(log), ...whole.finish()];
      const places = [...new Set(cuts.map((cut) => cut % (log.length + 1)))].sort((a, b) => a - b);
      let reader = new MetricReader();
      const points = [];
      for (const end of [...places, log.length]) {
        points.push(...reader.push(log.subarray(reader.position, end)));
        if (restarts) reader = new MetricReader(metricState.parse(JSON.parse(JSON.stringify(reader.state))));
        // A restart goes back to the start of the unfinished line.
        if (restarts) points.push(...reader.push(log.subarray(reader.position, end)));
      }
      points.push(...reader.finish());
      expect(points).toEqual(expected);
      expect(reader.state).toEqual(whole.state);
    }),
    { numRuns: 3000 },
  );
});

test('a hundred megabytes without a line end keep no more than one line', () => {
  const reader = new MetricReader();
  const chunk = Buffer.alloc(1_000_000, 'y');
  for (let times = 0; times < 100; times++) expect(reader.push(chunk)).toEqual([]);
  expect(reader.push(Buffer.from('\nloss=0.5\n'))).toEqual([{ name: 'loss', x: 1, value: 0.5 }]);
  expect(reader.state).toMatchObject({
    ...emptyMetricState(),
    offset: 100_000_010,
    series: { loss: { count: 1 } },
  });
});
