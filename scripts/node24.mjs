// What both doors of a clone need, `npm run …` (scripts/do.mjs) and `npx trainyard` (bin/trainyard.mjs): plain JavaScript
// that any Node ≥ 20 can read. Importing it does nothing.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const stampFile = path.join(root, 'node_modules', '.trainyard-lock');

export function die(sentence) {
  console.error(`trainyard: ${sentence}`);
  process.exit(1);
}

/** Installs the packages where they are missing or differ from the lock file. `say` tells that it does. */
export function ensurePackages(say = console.log) {
  const lock = readFileSync(path.join(root, 'package-lock.json'));
  const wanted = createHash('sha256')
    .update(lock)
    .update(process.platform + process.arch)
    .digest('hex');
  const have = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
  if (have === wanted) return;
  say(
    have
      ? 'The lock file has changed: installing packages (npm ci) …'
      : 'First start here: installing packages (npm ci) …',
  );
  const npm = process.env.npm_execpath;
  const done =
    npm && /\.[cm]?js$/.test(npm)
      ? spawnSync(process.execPath, [npm, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
          cwd: root,
          stdio: ['ignore', 'inherit', 'inherit'],
        })
      : spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
          cwd: root,
          stdio: ['ignore', 'inherit', 'inherit'],
          shell: process.platform === 'win32',
        });
  if (done.status !== 0)
    die(
      '`npm ci` failed, so nothing was started. Its own words are above; usually the registry is out of reach.',
    );
  writeFileSync(stampFile, wanted);
}

/** The path of a Node ≥ 24: this one, or the one that comes with the project as a package. */
export function findNode24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const packageName = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const binary = path.join(
    root,
    'node_modules',
    packageName,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (existsSync(binary)) return binary;
  die(
    `Trainyard needs Node 24; this is ${process.version} and no ready-made Node 24 is published for ${process.platform}-${process.arch}. Install Node 24 from nodejs.org and try again.`,
  );
}
