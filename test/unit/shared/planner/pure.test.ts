import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { answers, shuffled } from './pure-answers.ts';

const run = promisify(execFile);
const script = path.join(import.meta.dirname, 'pure-answers.ts');

/** One text for all ways of writing the same. */
const written = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

test('the same inputs give the same bytes, in whichever process', { timeout: 120_000 }, async () => {
  const here = JSON.stringify(answers());
  expect(here.length).toBeGreaterThan(50_000);
  const { stdout } = await run(process.execPath, [script], {
    maxBuffer: 64 * 1024 * 1024,
    timeout: 100_000,
    // Neither the place nor the language of a computer may be seen in an answer.
    env: { ...process.env, TZ: 'Asia/Kolkata', LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8', LANGUAGE: 'de' },
  });
  expect(stdout === here).toBe(true);
});

test('the order in which keys are written says nothing', () => {
  const { place, many, fit } = answers();
  for (const seed of [1, 7, 20_261_129]) {
    const again = answers(shuffled(seed));
    expect(written(again.place)).toBe(written(place));
    expect(again.place.inputsHash).toBe(place.inputsHash);
    expect(written(again.many)).toBe(written(many));
    expect(written(again.fit)).toBe(written(fit));
  }
  const question = { a: { x: 1, y: 2, z: [{ p: 1, q: 2 }] }, b: 1, c: 2 };
  const orders = [1, 2, 3, 4, 5].map((seed) => JSON.stringify(shuffled(seed)(question)));
  expect(new Set(orders).size).toBeGreaterThan(1);
});
