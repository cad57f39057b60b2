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
  expect(readForm(yaml)).toEqual({
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
