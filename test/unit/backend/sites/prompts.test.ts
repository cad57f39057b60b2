import { expect, test } from 'vitest';
import { EventBus } from '#backend/events.ts';
import { Prompts } from '#backend/sites/index.ts';
import type { Question } from '#backend/ssh/index.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import { ManualClock } from '#test/temp-store.ts';

const question: Question = {
  siteId: '0123456789ab',
  siteName: 'box',
  kind: 'password',
  instruction: '',
  questions: [{ text: 'Password: ', echo: false }],
};
const never = new AbortController().signal;

function setUp() {
  const events = new EventBus();
  const told: AppEvent[] = [];
  events.subscribe((event) => told.push(event));
  return { prompts: new Prompts(events, new ManualClock()), told };
}
const idOf = (prompts: Prompts): string => prompts.list()[0]?.id ?? '';

test('a question is open until it is answered, whoever looks', async () => {
  const { prompts, told } = setUp();
  const asked = prompts.ask(question, never);
  expect(prompts.list()).toMatchObject([{ siteName: 'box', kind: 'password' }]);
  expect(prompts.isWaiting('0123456789ab')).toBe(true);
  prompts.answer(idOf(prompts), { accept: true, answers: ['secret'], remember: true });
  expect(await asked).toEqual({ answers: ['secret'], remember: true });
  expect(prompts.list()).toEqual([]);
  expect(told.map(({ type }) => type)).toEqual(['prompt.opened', 'prompt.closed']);
  expect(JSON.stringify(told)).not.toContain('secret');
});

test('the same question twice is shown once and answers both; another is another', async () => {
  const { prompts } = setUp();
  const both = [prompts.ask(question, never), prompts.ask(question, never)];
  const code = { ...question, questions: [{ text: 'Code: ', echo: true }] };
  const third = prompts.ask(code, never);
  expect(prompts.list()).toHaveLength(2);
  prompts.answer(idOf(prompts), { accept: true, answers: ['a'], remember: false });
  expect(await Promise.all(both)).toEqual([
    { answers: ['a'], remember: false },
    { answers: ['a'], remember: false },
  ]);
  prompts.answer(idOf(prompts), { accept: false, answers: [], remember: false });
  await expect(third).rejects.toMatchObject({ code: 'PROMPT_DECLINED' });
});

test('one host key is one question for all sites behind it', () => {
  const { prompts } = setUp();
  const hostKey = { host: 'jump', type: 'ed25519', fingerprint: 'SHA256:x' };
  for (const siteId of ['0123456789ab', 'ba9876543210']) {
    prompts
      .ask({ ...question, siteId, kind: 'host-key-first-use', questions: [], hostKey }, never)
      .catch(() => undefined);
  }
  expect(prompts.list()).toHaveLength(1);
});

test('a wrong number of answers is refused and loses nothing; a question that is gone says so', async () => {
  const { prompts } = setUp();
  const asked = prompts.ask(question, never);
  const id = idOf(prompts);
  expect(() => prompts.answer(id, { accept: true, answers: [], remember: false })).toThrow(
    expect.objectContaining({ code: 'PROMPT_ANSWERS_WRONG' }),
  );
  prompts.answer(id, { accept: true, answers: ['x'], remember: false });
  await asked;
  expect(() => prompts.answer(id, { accept: true, answers: ['x'], remember: false })).toThrow(
    expect.objectContaining({ code: 'PROMPT_GONE' }),
  );
});

test('it closes when the last who waited gives up, and when the backend closes', async () => {
  const { prompts, told } = setUp();
  const [one, two] = [new AbortController(), new AbortController()];
  const waiting = [prompts.ask(question, one.signal), prompts.ask(question, two.signal)];
  one.abort();
  await expect(waiting[0]).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(prompts.list()).toHaveLength(1);
  two.abort();
  await expect(waiting[1]).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(prompts.list()).toEqual([]);
  expect(told.at(-1)?.type).toBe('prompt.closed');
  const last = prompts.ask(question, never);
  prompts.close();
  await expect(last).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('what a server asks is shown without its control characters', () => {
  const { prompts } = setUp();
  const evil = {
    ...question,
    instruction: '\u001b[2J\u001b]0;title\u0007hello\u202e',
    questions: [{ text: 'Pass\u0000word\n', echo: false }],
  };
  prompts.ask(evil, never).catch(() => undefined);
  expect(prompts.list()[0]).toMatchObject({ instruction: 'hello', questions: [{ text: 'Pass word' }] });
});
