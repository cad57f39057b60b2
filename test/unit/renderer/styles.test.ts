import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const renderer = path.join(import.meta.dirname, '../../../renderer');

/** The first class of each selector of a style sheet. */
function classesOf(file: string): Set<string> {
  const css = readFileSync(path.join(renderer, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const selectors = [...css.matchAll(/([^{};]+)\{/g)].flatMap(([, text = '']) => text.split(','));
  return new Set(selectors.flatMap((one) => /^\s*\.([\w-]+)/.exec(one)?.[1] ?? []));
}

// Style sheets are loaded with the page that needs them, and stay: what one calls its own another must not touch.
test('no class of a feature is styled by another feature', () => {
  const owners = new Map<string, Set<string>>();
  for (const file of globSync('features/**/*.css', { cwd: renderer })) {
    // On paper everything is drawn otherwise.
    if (path.basename(file) === 'print.css') continue;
    const feature = file.split(path.sep)[1] ?? '';
    for (const name of classesOf(file)) owners.set(name, (owners.get(name) ?? new Set()).add(feature));
  }
  expect(owners.size).toBeGreaterThan(300);
  const shared = [...owners].filter(([, features]) => features.size > 1);
  expect(shared.map(([name, features]) => `${name}: ${[...features].join(', ')}`)).toEqual([]);
});
