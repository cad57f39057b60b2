import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const renderer = path.resolve(import.meta.dirname, '../../../renderer');

/** `import … from`, `export … from` and a bare `import`; not `import(…)`, which loads later. */
const statement = /(?:^|\n)(?:import\s+|(?:import|export)\s[^;'"()]*?\sfrom\s+)['"]([^'"]+)['"]/g;

/** Whatever the first file of the page imports, directly or through others, by static imports. */
function reachable(entry: string): Set<string> {
  const seen = new Set<string>();
  const rest = [entry];
  for (let file = rest.pop(); file; file = rest.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    if (!/\.tsx?$/.test(file)) continue;
    const text = readFileSync(file, 'utf8').replace(/(?:import|export) type [^;]*;/g, '');
    for (const [, from] of text.matchAll(statement)) {
      if (!from) continue;
      if (from.startsWith('.')) rest.push(path.resolve(path.dirname(file), from));
      else if (from.startsWith('#renderer/')) rest.push(path.join(renderer, from.slice('#renderer/'.length)));
      else if (from.startsWith('#shared/'))
        rest.push(path.resolve(renderer, '../shared', from.slice('#shared/'.length)));
      else seen.add(from);
    }
  }
  return seen;
}

it('the first file of the page carries no terminal, editor, chart, schema or palette', () => {
  const all = [...reachable(path.join(renderer, 'main.tsx'))];
  const heavy = all.filter((name) =>
    /^(@xterm|@codemirror|@lezer|uplot|zod|yaml|cmdk|react-hook-form|@hookform)/.test(name),
  );
  expect(heavy).toEqual([]);
  const pages = readdirSync(path.join(renderer, 'features')).filter(
    (name) => !['runs', 'moves'].includes(name),
  );
  const whole = all.filter((name) =>
    pages.some((page) => name === path.join(renderer, 'features', page, 'index.ts')),
  );
  expect(whole.map((name) => path.relative(renderer, name))).toEqual([]);
});
