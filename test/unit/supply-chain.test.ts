import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { unboundPackages } from '#scripts/audit.ts';

const root = path.join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const lock = JSON.parse(read('package-lock.json')) as {
  packages: Record<string, { hasInstallScript?: boolean; resolved?: string; integrity?: string }>;
};

/** Packages that would run something when installed, and why nothing is missing without it. */
const works: Record<string, string> = {
  'node_modules/@swc/core': 'only checks that its binary package is there, which npm puts there',
  'node_modules/esbuild': 'only replaces a small starter by the binary, which is used without it',
  'node_modules/ssh2': 'would compile a faster cipher; without it Node’s own is used',
  'node_modules/cpu-features': 'optional part of ssh2 that chooses between ciphers; ssh2 does without',
  'node_modules/electron-winstaller': 'Squirrel installers for Windows, which are not made (nsis is)',
};

test('no package runs anything when it is installed, and none needs to', () => {
  expect(read('.npmrc').split('\n')).toContain('ignore-scripts=true');
  const withScripts = Object.entries(lock.packages).flatMap(([place, entry]) =>
    entry.hasInstallScript ? [place] : [],
  );
  expect(withScripts.filter((place) => !Object.hasOwn(works, place))).toEqual([]);
});

test('every package is bound to its content and comes from the registry', () => {
  expect(unboundPackages(lock)).toEqual([]);
});

test('our own package runs nothing when it is installed either', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const hook of ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'])
    expect(scripts[hook], hook).toBeUndefined();
});

test('nothing but the shell and its preload imports electron', () => {
  const files = globSync(['{electron,renderer,shared,scripts,bin}/**/*.{ts,tsx,mjs,cjs,js}'], { cwd: root });
  expect(files.length).toBeGreaterThan(200);
  const importing = files.filter((file) => /(from|import|require\()\s*\(?['"]electron['"]/.test(read(file)));
  expect(importing.filter((file) => !/^electron[\\/](main|preload)[\\/]/.test(file))).toEqual([]);
  expect(importing.length).toBeGreaterThan(1);
});

test('no text of a box becomes markup or code: the page has no way to do that', () => {
  const files = globSync(['{renderer,electron/headless,electron/main,electron/preload}/**/*.{ts,tsx}'], {
    cwd: root,
  });
  const ways =
    /dangerouslySetInnerHTML|\.(inner|outer)HTML\b|insertAdjacentHTML|document\.write|srcdoc|createContextualFragment|DOMParser|\beval\(|new Function\(/;
  expect(files.filter((file) => ways.test(read(file)))).toEqual([]);
});

test('nothing asks for pictures of its memory: heap snapshots, core dumps, crash reports', () => {
  const files = globSync(['{electron,renderer,shared,bin}/**/*.{ts,tsx,mjs,cjs,js,sh}'], { cwd: root });
  expect(files.length).toBeGreaterThan(200);
  const ways = /heap-?snapshot|heap-?prof|crashReporter|process\.report|--report-|--abort-on|ulimit -c/i;
  expect(files.filter((file) => ways.test(read(file)))).toEqual([]);
});
