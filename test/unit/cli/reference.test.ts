import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { buildProgram } from '#cli/program.ts';

const text = readFileSync(path.join(import.meta.dirname, '..', '..', '..', 'docs', 'cli.md'), 'utf8');

/** Every verb with its own options, as they would be typed. */
function verbs(command: Command, parents: string[] = []): { verb: string; options: string[] }[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((sub) => sub.name() !== 'help')
    .flatMap((sub) => {
      const names = [...parents, sub.name()];
      const options = sub.options.flatMap(({ long, short }) =>
        long && long !== '--json' ? [short ?? long] : [],
      );
      return sub.commands.length > 0 ? verbs(sub, names) : [{ verb: names.join(' '), options }];
    });
}

const all = verbs(buildProgram('', () => undefined));

test('there are verbs to hold the reference against', () => {
  expect(all.length).toBeGreaterThan(20);
});

test.each(all)('docs/cli.md has "$verb" with its options', ({ verb, options }) => {
  const words = verb.split(' ');
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('|') && words.every((word) => line.includes(word)));
  expect(rows, `no row for "${verb}"`).not.toEqual([]);
  const row = rows.join('\n');
  for (const option of options) expect(row, `"${verb}" takes ${option}`).toContain(option);
});
