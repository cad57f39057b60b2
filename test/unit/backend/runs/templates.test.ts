import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { checkTasks } from '#backend/runs/spec/index.ts';
import { readTemplates } from '#backend/runs/templates.ts';
import { tempDirectory } from '#test/temp.ts';

test('every bundled template can be run as it is', async () => {
  const templates = await readTemplates(path.resolve('resources/templates'));
  expect(templates.length).toBeGreaterThan(0);
  for (const { yaml, directory } of templates) {
    expect(checkTasks(yaml).errors).toEqual([]);
    expect(path.isAbsolute(directory)).toBe(true);
  }
});

test('an installation that is not whole says so', async () => {
  const directory = await tempDirectory('templates');
  await expect(readTemplates(directory)).rejects.toMatchObject({ code: 'TEMPLATES_DAMAGED' });
  await writeFile(path.join(directory, 'index.json'), '[{"id": "x"}]');
  await expect(readTemplates(directory)).rejects.toMatchObject({ code: 'TEMPLATES_DAMAGED' });
});
