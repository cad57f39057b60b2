import { expect, test } from 'vitest';
import { CopyBox } from '#backend/copies/box.ts';
import { checkKey } from '#backend/copies/keys.ts';

const box = new CopyBox({ id: 'one', name: 'one' }, () => Promise.reject(new Error('nothing is asked')));
const ended = (exitCode: number, stderr: string) => {
  const said = { stdout: Buffer.alloc(0), stderr: Buffer.from(stderr) };
  return () => checkKey(box, { exitCode, signal: null, ...said });
};

test('a session that was removed meanwhile is a broken link: another key may be made', () => {
  expect(ended(3, '!gone the session is over\n')).toThrow(
    expect.objectContaining({ code: 'COPY_LINK_LOST', retryable: true }),
  );
});

test('every other refusal is what it says', () => {
  expect(ended(0, '')).not.toThrow();
  expect(ended(3, '!write authorized_keys is locked\n')).toThrow(
    expect.objectContaining({ code: 'COPY_CANNOT_WRITE', details: 'authorized_keys is locked' }),
  );
  expect(ended(1, 'sh: not found')).toThrow(expect.objectContaining({ code: 'COPY_ANSWER_INVALID' }));
});
