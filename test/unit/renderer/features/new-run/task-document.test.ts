import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  openVariables,
  readForm,
  type TaskForm,
  writeField,
} from '#renderer/features/new-run/task-document.ts';

const yaml = `# my task
name: sft   # short
resources:
  accelerators: H100:2
  cpus: 8+
envs:
  LR: "2e-5"
  TAG: null
run: |
  python train.py
`;

test('the form shows what the text says', () => {
  expect(readForm(yaml)).toMatchObject({
    name: 'sft',
    accelerators: 'H100:2',
    cpus: '8+',
    memory: '',
    workdir: '',
    setup: '',
    run: 'python train.py\n',
    envs: 'LR=2e-5\nTAG=',
  });
  expect(readForm('resources:\n  accelerators: {A100: 4, H100: 2}\n')?.accelerators).toBe('A100:4, H100:2');
  expect(readForm('a: [')).toBeNull();
  expect(readForm('- a\n- b\n')).toBeNull();
});

test('a changed field changes that and nothing else; comments stay', () => {
  const changed = writeField(yaml, 'accelerators', 'A100:8');
  expect(changed).toContain('# my task');
  expect(changed).toContain('# short');
  expect(parse(changed)).toEqual({ ...parse(yaml), resources: { accelerators: 'A100:8', cpus: '8+' } });
});

test('an emptied field is taken out, with a parent that held nothing else', () => {
  const without = writeField(writeField(yaml, 'cpus', ''), 'accelerators', '');
  expect(parse(without)).not.toHaveProperty('resources');
});

test('numbers stay numbers, a script of several lines is a block', () => {
  const made = writeField(writeField('', 'cpus', '8'), 'run', 'a\nb\n');
  expect(parse(made)).toEqual({ resources: { cpus: 8 }, run: 'a\nb\n' });
  expect(made).toContain('run: |');
});

test('variables without a value are asked for, and stay so while others are edited', () => {
  expect(openVariables(yaml)).toEqual(['TAG']);
  expect(openVariables(writeField(yaml, 'envs', 'LR=1\nTAG='))).toEqual(['TAG']);
  expect(openVariables(writeField(yaml, 'envs', 'LR=1\nTAG=x'))).toEqual([]);
});

test('whatever is typed into a field, the text stays YAML and the field reads back', () => {
  const field = fc.constantFrom<keyof TaskForm>('name', 'workdir', 'setup', 'run', 'accelerators');
  // Lone surrogates and control characters are no text that a keyboard gives.
  const typed = fc
    .string({ unit: 'grapheme', maxLength: 60 })
    .filter((text) => !/\p{Cc}/u.test(text) && text.trim() !== '');
  fc.assert(
    fc.property(field, typed, (name, text) => {
      const changed = writeField(yaml, name, text);
      expect(readForm(changed)?.[name]).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

const saving = `# keep me
run: python train.py
checkpoint:
  path: out   # here
  request: {signal: USR1}
  keep: 3
recovery:
  # what counts
  on: [crash, reboot]
  exit_codes: [1, 137]
  to: [ibis, kite]
  ask: true
`;

test('the form shows how a task saves and is recovered', () => {
  expect(readForm(saving)).toMatchObject({
    checkpointPath: 'out',
    requestSignal: 'USR1',
    keep: '3',
    elastic: '',
    recoveryOn: 'crash, reboot',
    exitCodes: '1, 137',
    recoveryTo: 'ibis, kite',
    recoveryAsk: 'true',
  });
  // Without "on" it means every cause, as the backend reads it.
  expect(readForm('recovery:\n  max: 2\n')?.recoveryOn).toBe('preemption, crash, reboot, host-lost');
  expect(readForm('run: x\n')?.recoveryOn).toBe('');
});

test('what is changed of saving and recovery keeps the rest and its comments', () => {
  let text = writeField(saving, 'recoveryOn', 'crash');
  text = writeField(text, 'resumeArgument', '--resume');
  text = writeField(text, 'elastic', 'true');
  text = writeField(text, 'recoveryMax', '5');
  text = writeField(text, 'recoveryTo', 'any');
  expect(text).toContain('# keep me');
  expect(text).toContain('# here');
  expect(parse(text)).toEqual({
    run: 'python train.py',
    checkpoint: {
      path: 'out',
      request: { signal: 'USR1' },
      keep: 3,
      resume: { argument: '--resume' },
      elastic: true,
    },
    recovery: { on: ['crash'], exit_codes: [1, 137], to: 'any', ask: true, max: 5 },
  });
});

test('what is emptied goes, and its parents with it', () => {
  let text = writeField(saving, 'requestSignal', '');
  expect(parse(text).checkpoint).not.toHaveProperty('request');
  for (const field of ['checkpointPath', 'keep'] as const) text = writeField(text, field, '');
  expect(parse(text)).not.toHaveProperty('checkpoint');
  // No cause at all is said as such while something else is said of recovery.
  text = writeField(text, 'recoveryOn', '');
  expect(parse(text).recovery.on).toEqual([]);
  for (const field of ['exitCodes', 'recoveryTo', 'recoveryAsk'] as const) text = writeField(text, field, '');
  text = writeField(text, 'recoveryOn', '');
  expect(parse(text)).toEqual({ run: 'python train.py' });
  expect(parse(writeField('run: x\n', 'recoveryOn', 'crash'))).toEqual({
    run: 'x',
    recovery: { on: ['crash'] },
  });
  expect(parse(writeField('run: x\n', 'resumeEnv', ''))).toEqual({ run: 'x' });
});
