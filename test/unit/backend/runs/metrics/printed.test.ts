import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPrinted } from '#backend/runs/metrics/printed.ts';

const metrics = (line: string) =>
  Object.fromEntries(readPrinted(line).metrics.map(({ name, value }) => [name, value]));

test.each<[string, Record<string, number>]>([
  ['loss=0.31', { loss: 0.31 }],
  ['loss: 0.31', { loss: 0.31 }],
  ['loss:0.31', { loss: 0.31 }],
  ['{"loss": 0.31}', { loss: 0.31 }],
  ['{"train": {"loss": 0.31, "acc": 1}, "note": "x"}', { 'train/loss': 0.31, 'train/acc': 1 }],
  ['{"loss": NaN, "lr": 1e-4}', { loss: Number.NaN, lr: 1e-4 }],
  ["{'loss': 0.3, 'learning_rate': 5e-05, 'epoch': 0.1}", { loss: 0.3, learning_rate: 5e-5 }],
  ["{'loss': '0.3', 'grad_norm': '1.25', 'epoch': '0.1'}", { loss: 0.3, grad_norm: 1.25 }],
  ["{'eval_loss': np.float64(0.5)}", { eval_loss: 0.5 }],
  ['loss: tensor(0.25, grad_fn=<NllLossBackward0>)', { loss: 0.25 }],
  [' 40%|████      | 40/100 [00:10<00:15,  4.00it/s, loss=0.3, lr=1e-4]', { loss: 0.3, lr: 1e-4 }],
  ['Epoch 3:  40%|████| 40/100 [00:10<00:15, 4.0it/s, v_num=0, train_loss=2.30]', { train_loss: 2.3 }],
  ['100/1875 [>.....] - ETA: 2s - loss: 0.3 - accuracy: 0.9', { loss: 0.3, accuracy: 0.9 }],
  [
    '\x1b[1m1875/1875\x1b[0m \x1b[32m━━━\x1b[0m 3s 2ms/step - accuracy: 0.88 - loss: 0.4',
    { accuracy: 0.88, loss: 0.4 },
  ],
  ['Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.345', { Loss: 2.345 }],
  ['Test set: Average loss: 0.0579, Accuracy: 9815/10000 (98%)', { Average_loss: 0.0579, Accuracy: 0.9815 }],
  ['Epoch [1/5], Step [100/600], Loss: 0.1234', { Loss: 0.1234 }],
  ['iter 10: loss 3.1234, time 120.5ms, mfu 3.4%', { loss: 3.1234, mfu: 3.4 }],
  ['step 250: train loss 1.9, val loss 2.1', { train_loss: 1.9, val_loss: 2.1 }],
  [
    'Epoch: [0][  10/5005]\tTime  0.5 ( 0.6)\tLoss 6.9e+00 (7.0)\tAcc@1   0.39 (  0.2)',
    { Loss: 6.9, 'Acc@1': 0.39 },
  ],
  ['loss=nan grad_norm=inf x=-inf', { loss: Number.NaN, grad_norm: Infinity, x: -Infinity }],
  ['acc: 98.5%', { acc: 98.5 }],
  ['损失：0.31', { 损失: 0.31 }],
  ['INFO 2026-11-28 12:30:45 trainer.py:41 | loss=1.', { loss: 1 }],
])('reads %j', (line, expected) => {
  expect(metrics(line)).toEqual(expected);
});

test.each([
  'Listening on http://localhost:8080/',
  'File "train.py", line 41, in main',
  'Namespace(lr=0.1, epochs=10)',
  '2026-11-28T12:30:45 host:22 up 3:04',
  'torch: 1.13.1 cuda=11.7.0 ip: 127.0.0.1 date: 2026-11-28',
  'took: 3.2s size=14MB speed: 4it/s seed=42 rank: 0',
  'if loss == 0.3: pass',
  'nothing here',
  '',
  '{"a": [1, 2], "b": null, "c": true}',
  '__proto__=0.5',
])('takes no metric from %j', (line) => {
  expect(metrics(line)).toEqual({});
});

test('steps, bars and epochs are places, not metrics', () => {
  expect(readPrinted('Epoch [1/5], Step [100/600], Loss: 0.1')).toMatchObject({
    epoch: { value: 1, total: 5 },
    step: { value: 100, total: 600 },
  });
  expect(readPrinted('step 120')).toMatchObject({ step: { value: 120, total: null } });
  expect(readPrinted('{"global_step": 7, "step": 3, "loss": 1.5}').step).toMatchObject({ value: 7 });
  expect(readPrinted('[120/1000] loss: 0.5').bar).toEqual({ value: 120, total: 1000 });
  expect(readPrinted('iter 120 of 500 loss=1.0').step).toMatchObject({ value: 120, total: 500 });
  expect(readPrinted('Epoch 3/10').epoch).toEqual({ value: 3, total: 10 });
  expect(readPrinted('see /data/1/2 on 2026/11/28').bar).toBeNull();
});

test('50,000 hostile lines: never throws, always bounded', () => {
  const pieces = fc.constantFrom(
    'loss',
    '=',
    ':',
    ' ',
    '0.3',
    '1e-4',
    'nan',
    '[',
    '/',
    '120/1000',
    '\x1b[31m',
    '\x1b]0;',
    '"',
    "'",
    '{',
    '}',
    'step',
    'epoch',
    'tensor(',
    '-',
    '\u0000',
    '损',
    '|',
    '9'.repeat(40),
    'e',
    '.',
    '%',
    '：',
    ',',
    '_',
    '@',
    '\ud800',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
        fc.string(),
      ),
      (line) => {
        const { metrics: found } = readPrinted(line);
        expect(found.length).toBeLessThanOrEqual(64);
        for (const { name } of found) expect(name).toMatch(/^[\p{L}\p{N}_./@-]{1,64}$/u);
      },
    ),
    { numRuns: 50_000 },
  );
});

test('a line of the longest kind takes time in proportion to its length', () => {
  for (const unit of [
    'loss=',
    'a ',
    '1/',
    '\x1b]',
    '\x1b[',
    'loss 1.',
    '{"a":',
    "'",
    'step ',
    '[1',
    '-a',
    '(((',
  ]) {
    // Quadratic work on these would take minutes; the test's own deadline is the judge.
    for (let times = 0; times < 20; times++) readPrinted(unit.repeat(200_000 / unit.length));
  }
});
