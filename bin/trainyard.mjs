#!/usr/bin/env node
// `npx trainyard …`: plain JavaScript that any Node ≥ 20 can read. Finds a Node 24 and the command line: the bundle where
// it is newer than its sources (it starts faster), else the sources themselves.
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const bundle = path.join(root, 'dist', 'cli', 'main.js');
const isClone = existsSync(path.join(root, 'scripts', 'node24.mjs'));

/** Whether any file that the bundle is made of has changed since. Stops at the first one. */
function changedSince(time, ...places) {
  return places.some((place) => {
    for (const entry of readdirSync(place, { withFileTypes: true })) {
      const file = path.join(place, entry.name);
      if (entry.isDirectory() ? changedSince(time, file) : statSync(file).mtimeMs > time) return true;
    }
    return false;
  });
}

function program() {
  if (!existsSync(bundle)) return path.join(root, 'electron', 'cli', 'main.ts');
  if (!isClone) return bundle;
  const sources = ['shared', 'electron', path.join('renderer', 'rpc')].map((place) => path.join(root, place));
  return changedSince(statSync(bundle).mtimeMs, ...sources)
    ? path.join(root, 'electron', 'cli', 'main.ts')
    : bundle;
}

if (Number(process.versions.node.split('.')[0]) >= 24) {
  if (!existsSync(path.join(root, 'node_modules')) && isClone) {
    const { ensurePackages } = await import('../scripts/node24.mjs');
    ensurePackages(console.error);
  }
  const { enableCompileCache } = await import('node:module');
  enableCompileCache?.(path.join(root, 'node_modules', '.cache', 'compile'));
  await import(pathToFileURL(program()).href);
} else {
  const { spawn } = await import('node:child_process');
  const { die, ensurePackages, findNode24 } = await import('../scripts/node24.mjs');
  if (Number(process.versions.node.split('.')[0]) < 20)
    die(`Node 20 or newer is needed; this is ${process.version}.`);
  if (!existsSync(path.join(root, 'node_modules'))) ensurePackages(console.error);
  const child = spawn(
    findNode24(),
    ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), ...process.argv.slice(2)],
    { stdio: 'inherit' },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 128 + 15 : (code ?? 1)));
}
