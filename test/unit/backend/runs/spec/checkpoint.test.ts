import { expect, test } from 'vitest';
import { checkTasks } from '#backend/runs/spec/index.ts';

const read = (block: string) => checkTasks(`run: x\ncheckpoint:${block}\n`);

test.each<[string, object]>([
  [' {path: out}', {}],
  [' {path: out, framework: DeepSpeed}', { framework: 'deepspeed' }],
  [' {path: out, every: 500}', { every: '500' }],
  [' {path: out, every: 10m}', { every: '10m' }],
  [' {path: out, every: 2 epochs}', { every: '2 epochs' }],
  [' {path: out, request: {signal: SIGUSR2}}', { request: { signal: 'USR2' } }],
  [' {path: out, request: {command: touch save}}', { request: { command: 'touch save' } }],
  [' {path: out, resume: {argument: --resume}}', { resume: { argument: '--resume' } }],
  [' {path: out, resume: {env: FROM}}', { resume: { env: 'FROM' } }],
  [
    ' {path: out, resume: {command: "go {checkpoint} {step}"}}',
    { resume: { command: 'go {checkpoint} {step}' } },
  ],
  [' {path: out, keep: 3}', { keep: 3 }],
  [' {path: out, elastic: true}', { elastic: true }],
])('%s', (block, more) => {
  const { errors, tasks } = read(block);
  expect(errors).toEqual([]);
  expect(tasks[0]?.checkpoint).toEqual({ path: 'out', ...more });
});

test.each<[string, string, string]>([
  [' out', 'checkpoint', 'a mapping'],
  [' {keep: 3}', 'checkpoint.path', "needs a 'path'"],
  [' {path: 5}', 'checkpoint.path', 'text'],
  [' {path: out, framework: pytorch2}', 'checkpoint.framework', 'one of huggingface'],
  [' {path: out, every: often}', 'checkpoint.every', '500, or a time like 10m'],
  [' {path: out, every: 0}', 'checkpoint.every', '500, or a time like 10m'],
  [' {path: out, request: USR1}', 'checkpoint.request', 'signal, command'],
  [' {path: out, request: {}}', 'checkpoint.request', "Say a 'signal' or a 'command'"],
  [' {path: out, request: {signal: KILL}}', 'checkpoint.request.signal', 'no program can answer it'],
  [' {path: out, request: {signal: PIPE}}', 'checkpoint.request.signal', 'use one of USR1'],
  [' {path: out, resume: {env: "a b"}}', 'checkpoint.resume.env', 'environment variable'],
  [' {path: out, keep: 0}', 'checkpoint.keep', 'one or more'],
  [' {path: out, kep: 3}', 'checkpoint.kep', "Did you mean 'keep'?"],
])('%s is refused, with its line and what was meant', (block, key, message) => {
  const { ok, errors, tasks } = read(block);
  expect(ok).toBe(false);
  expect(tasks[0]?.checkpoint ?? null).toBeNull();
  expect(errors).toEqual([
    expect.objectContaining({ kind: 'invalid', key, line: 2, message: expect.stringContaining(message) }),
  ]);
});
