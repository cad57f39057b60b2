/** `npm run build`: the page (Vite) and the programs (esbuild) into dist/. Skips what is newer than its sources. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build as bundle } from 'esbuild';
import { root } from './tools.ts';

/** Packages with binaries or with optional native parts stay beside the bundles. */
const external = ['electron', 'better-sqlite3', 'ssh2', 'cpu-features', 'pino', '@lydell/node-pty'];

/** esbuild's ESM output lacks `require`, which some CommonJS dependencies call. */
const banner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};

const programs: { entry: string; out: string; format: 'esm' | 'cjs' }[] = [
  { entry: 'electron/headless/main.ts', out: 'dist/headless/main.js', format: 'esm' },
  { entry: 'electron/cli/main.ts', out: 'dist/cli/main.js', format: 'esm' },
  { entry: 'electron/backend/process.ts', out: 'dist/backend/process.js', format: 'esm' },
  { entry: 'electron/main/main.ts', out: 'dist/main/main.js', format: 'esm' },
  // Handed to a worker thread as text (planner/solver/program.ts), which makes it CommonJS, too.
  { entry: 'electron/backend/planner/solver/worker.ts', out: 'dist/backend/solver.cjs', format: 'cjs' },
  // A sandboxed preload can only be CommonJS.
  { entry: 'electron/preload/preload.ts', out: 'dist/preload/preload.cjs', format: 'cjs' },
];

/** Newest change below the folders, epoch ms; node_modules and dist are not looked at. */
function newestChange(...places: string[]): number {
  let newest = 0;
  for (const place of places) {
    const absolute = path.join(root, place);
    const status = statSync(absolute);
    if (!status.isDirectory()) {
      newest = Math.max(newest, status.mtimeMs);
      continue;
    }
    for (const entry of readdirSync(absolute, { recursive: true, withFileTypes: true })) {
      if (entry.isFile())
        newest = Math.max(newest, statSync(path.join(entry.parentPath, entry.name)).mtimeMs);
    }
  }
  return newest;
}

const stamp = (name: string) => path.join(root, 'dist', `.${name}-built`);
const isFresh = (name: string, sources: number) =>
  existsSync(stamp(name)) && statSync(stamp(name)).mtimeMs >= sources;

/** What the programs are made of; renderer/rpc: the command line asks as the page does. */
const programSources = [
  'shared',
  'electron',
  'renderer/rpc',
  'package.json',
  'package-lock.json',
  'scripts/build.ts',
];

/** Whether dist/ has the programs as the sources are now. */
export const programsAreBuilt = (): boolean => isFresh('programs', newestChange(...programSources));

async function buildPrograms(): Promise<void> {
  for (const format of ['esm', 'cjs'] as const) {
    const entries = programs.filter((program) => program.format === format);
    await bundle({
      entryPoints: entries.map(({ entry, out }) => ({
        in: path.join(root, entry),
        out: out.replace(/^dist\//, '').replace(/\.c?js$/, ''),
      })),
      outdir: path.join(root, 'dist'),
      outExtension: { '.js': format === 'cjs' ? '.cjs' : '.js' },
      bundle: true,
      splitting: format === 'esm',
      chunkNames: 'chunks/[name]-[hash]',
      format,
      platform: 'node',
      target: 'node24',
      external,
      // Of the solver's two forms the one that knows no import.meta.
      ...(format === 'cjs' ? { alias: { highs: path.join(root, 'node_modules/highs/build/highs.js') } } : {}),
      sourcemap: true,
      logLevel: 'warning',
      ...(format === 'esm' ? { banner } : {}),
    });
  }
  await writeFile(path.join(root, 'dist', 'package.json'), '{ "type": "module" }\n');
}

async function buildPage(): Promise<void> {
  const { build } = await import('vite');
  await build({
    root: path.join(root, 'renderer'),
    configFile: path.join(root, 'vite.config.ts'),
    logLevel: 'warn',
  });
}

/** Builds what is older than its sources; says what it does. `force` builds all. */
export async function buildAll({ force = false } = {}): Promise<void> {
  await mkdir(path.join(root, 'dist'), { recursive: true });
  const all: [string, string[], () => Promise<void>][] = [
    ['programs', programSources, buildPrograms],
    ['page', ['shared', 'renderer', 'vite.config.ts', 'package-lock.json'], buildPage],
  ];
  for (const [name, sources, make] of all) {
    const startedAt = new Date();
    if (!force && isFresh(name, newestChange(...sources))) continue;
    console.log(`Building the ${name} …`);
    await make();
    await writeFile(stamp(name), startedAt.toISOString());
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await buildAll({ force: process.argv.includes('--force') });
