import { describe, expect, it } from 'vitest';
import { checkTasks, renderTask, setupKey, takeInlineSecrets } from '#backend/runs/spec/index.ts';
import { taskSpec } from '#shared/domain/spec.ts';

/** mulberry32: the same inputs in every run, so that a failure can be looked at. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const real = [
  'name: a\nresources:\n  accelerators: {A100:8}\nrun: |\n  echo hi\n',
  'resources: {memory: 64+, cpus: 4, ports: [80]}\nrun: x\n',
  'envs:\n  MODEL: x\n  HF: 1\nsecrets: {A: null}\nrun: go\n',
  'num_nodes: 2\nfile_mounts:\n  /a: {source: s3://b}\nrun: go\n',
  'name: p\n---\nresources: {any_of: [{infra: aws}, {use_spot: true}]}\nrun: y\n',
  'checkpoint:\n  path: out\n  request: {signal: USR1}\nworkdir: .\nrun: t\n',
  'run: t\ncheckpoint: {path: c, elastic: yes, resume: {argument: --a}}\nrecovery:\n  on: [crash]\n  max: 3\n  backoff: 5m\n  to: [a, b]\n',
];
const pieces = [
  '&a ',
  '*a',
  '<<: *a',
  '\n',
  '  ',
  '- ',
  ': ',
  '? ',
  '{',
  '}',
  '[',
  ']',
  ',',
  '"',
  "'",
  '|',
  '>',
  '#',
  '---\n',
  '...\n',
  '!!int ',
  '!!python/x ',
  '%YAML 1.1\n',
  '\t',
  '\0',
  '\u2028',
  '\ufeff',
  '🙂',
  '__proto__',
  'constructor',
  'toString',
  '9'.repeat(40),
  '-0x',
  '0b',
  '1e999',
  '.inf',
  '.nan',
  '1:2:3',
  '~',
  'null',
  'yes',
  '2024-01-01',
  'A100:8',
  'infra',
  'resources:',
  'any_of:',
  'accelerators:',
  'envs:',
  'run:',
  '$' + '{X}',
  '$X',
  '\\x',
  '\r\n',
  '@',
  '`',
];

function mutated(random: () => number): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let text = random() < 0.8 ? pick(real) : '';
  const edits = 1 + Math.floor(random() * 5);
  for (let edit = 0; edit < edits; edit++) {
    const at = Math.floor(random() * (text.length + 1));
    const kind = random();
    if (kind < 0.5) text = text.slice(0, at) + pick(pieces) + text.slice(at);
    else if (kind < 0.7) text = text.slice(0, at) + text.slice(at + 1 + Math.floor(random() * 12));
    else if (kind < 0.85)
      text = text.slice(0, at) + String.fromCharCode(Math.floor(random() * 300)) + text.slice(at);
    else {
      const from = Math.floor(random() * text.length);
      text = text.slice(0, at) + text.slice(from, from + 30) + text.slice(at);
    }
  }
  return text;
}

describe('any text at all', () => {
  it('50,000 mutated files: an answer each, never a crash', { timeout: 300_000 }, () => {
    const random = dice(20_261_128);
    let accepted = 0;
    for (let count = 0; count < 50_000; count++) {
      const text = mutated(random);
      const { ok, tasks, errors } = checkTasks(text);
      if (ok !== (errors.length === 0)) throw new Error(`ok and errors disagree: ${JSON.stringify(text)}`);
      if (!ok && errors.some((error) => error.message === '' || !Number.isInteger(error.line))) {
        throw new Error(`an error without words or line: ${JSON.stringify(text)}`);
      }
      if (!ok) continue;
      accepted++;
      for (const task of tasks) {
        if (!taskSpec.safeParse(task).success) throw new Error(`not a task: ${JSON.stringify(text)}`);
        setupKey(task);
      }
    }
    expect(accepted).toBeGreaterThan(500);
  });

  it('3,000 mutated files through the form and through the taking out of secrets', () => {
    const random = dice(7);
    for (let count = 0; count < 3_000; count++) {
      const text = mutated(random);
      renderTask({ name: 'n', accelerators: 'A100:1', envs: { A: '1' }, run: 'x\ny\n' }, text);
      takeInlineSecrets(text);
    }
  });
});

describe('files made to hurt', () => {
  const nested = (open: string, close: string, depth: number) =>
    `a: ${open.repeat(depth)}${close.repeat(depth)}`;
  const bomb = (levels: number) =>
    `a0: &a0 [x, x, x, x, x, x, x, x, x]\n${Array.from({ length: levels }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}]`).join('\n')}\nrun: x`;
  it.each([
    ['flow lists 200,000 deep', nested('[', ']', 200_000)],
    ['flow lists that never end', '['.repeat(400_000)],
    ['flow maps 100,000 deep', '{a: '.repeat(100_000)],
    ['block lists 100,000 deep', `${'- '.repeat(100_000)}x`],
    ['explicit keys 50,000 deep', '? '.repeat(50_000)],
    ['lists 900 deep, within what is parsed', nested('[', ']', 900)],
    ['an alias bomb', bomb(12)],
    [
      'aliases of aliases, 20,000',
      `x: &x [1]\n${Array.from({ length: 20_000 }, (_, n) => `k${n}: *x`).join('\n')}`,
    ],
    ['a megabyte and more', 'x'.repeat(1_100_000)],
    ['one long number', `run: ${'9'.repeat(900_000)}`],
    ['one long name', `name: ${'a-'.repeat(200_000)}`],
    ['one long memory', `resources: {memory: "${'1'.repeat(300_000)}"}`],
    ['one long accelerator', `resources: {accelerators: "${'A100:'.repeat(80_000)}"}`],
    ['100,000 keys', Array.from({ length: 60_000 }, (_, n) => `k${n}: 1`).join('\n')],
    ['anchors, 50,000', Array.from({ length: 50_000 }, (_, n) => `- &a${n} x`).join('\n')],
    ['quotes that never end', `run: "${'\\n'.repeat(300_000)}`],
    ['comments', `${'# x\n'.repeat(200_000)}run: x`],
  ])('%s', (_, text) => {
    const { errors } = checkTasks(text);
    expect(errors.length).toBeLessThanOrEqual(100);
    for (const { message } of errors) expect(message.length).toBeLessThan(600);
  });

  it('names of prototypes are names like others', () => {
    const { tasks, errors } = checkTasks('run: x\nenvs:\n  __proto__: a\n  constructor: b\n  toString: c\n');
    expect(errors).toEqual([]);
    expect(Object.entries(tasks[0]?.envs ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ]);
    expect(checkTasks('__proto__: {polluted: yes}\nrun: x').ok).toBe(false);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
