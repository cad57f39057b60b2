import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { tempDirectory } from '#test/temp.ts';

const root = path.join(import.meta.dirname, '..', '..');

interface Cruise {
  summary: { totalCruised: number; violations: { from: string; to: string; rule: { name: string } }[] };
}

function cruise(directory: string): Cruise {
  const program = path.join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
  const done = spawnSync(
    process.execPath,
    [
      program,
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
      'shared',
      'electron',
      'renderer',
    ],
    { cwd: directory, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  expect(done.stdout).not.toBe('');
  return JSON.parse(done.stdout) as Cruise;
}

const broken = ({ summary }: Cruise) =>
  summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`);

test('no room imports from a floor above it, through a wall, or in a circle', () => {
  const house = cruise(root);
  expect(house.summary.totalCruised).toBeGreaterThan(30);
  expect(broken(house)).toEqual([]);
});

test('the rules see a break, by value or by type, relative or through a subpath', async () => {
  const directory = await tempDirectory('house');
  cpSync(path.join(root, '.dependency-cruiser.cjs'), path.join(directory, '.dependency-cruiser.cjs'));
  cpSync(path.join(root, 'package.json'), path.join(directory, 'package.json'));
  symlinkSync(path.join(root, 'node_modules'), path.join(directory, 'node_modules'));
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    writeFileSync(path.join(directory, file), text);
  };
  write('renderer/x.ts', "import type { A } from '#backend/store/index.ts';\nexport const a: A = 1;\n");
  write('shared/x.ts', "import fs from 'node:fs';\nexport const x = fs;\n");
  write(
    'electron/backend/store/index.ts',
    "import type { S } from '../ssh/index.ts';\nexport type A = number & S;\n",
  );
  write('electron/backend/ssh/index.ts', 'export type S = number;\n');
  write('electron/backend/ssh/inner.ts', "export const inner = 1;\nexport { app } from 'electron';\n");
  write(
    'electron/backend/sites/index.ts',
    "import { inner } from '#backend/ssh/inner.ts';\nexport const s = inner;\n",
  );
  const rules = new Set(cruise(directory).summary.violations.map(({ rule }) => rule.name));
  expect([...rules].sort()).toEqual([
    'electron-in-the-shell-only',
    'page-without-backend',
    'shared-without-node',
    'store-below-all',
    'through-the-door',
  ]);
});
