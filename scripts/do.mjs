// The one door of every npm script: plain JavaScript that any Node ≥ 20 can read. It makes sure that the
// packages are there and as the lock file says, finds a Node 24, and hands over to scripts/<verb>.ts under it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { die, ensurePackages, findNode24, root } from './node24.mjs';

const [verb, ...rest] = process.argv.slice(2);
if (!verb || !existsSync(path.join(root, 'scripts', `${verb}.ts`)))
  die(`there is no script called "${verb ?? ''}".`);
if (Number(process.versions.node.split('.')[0]) < 20)
  die(`Node 20 or newer is needed; this is ${process.version}.`);
ensurePackages();
const node = findNode24();
const child = spawn(
  node,
  ['--disable-warning=ExperimentalWarning', path.join(root, 'scripts', `${verb}.ts`), ...rest],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: `${path.dirname(node)}${path.delimiter}${path.join(root, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH ?? ''}`,
    },
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 128 + 15 : (code ?? 1)));
