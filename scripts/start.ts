/**
 * `npm start`: builds what is older than its sources and opens the app: the desktop window where Electron's runtime is
 * there and there is a display, else the same app in headless mode, with its address and a browser where there is one.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { buildAll } from './build.ts';
import { fetchElectron } from './electron-runtime.ts';
import { root } from './tools.ts';

const args = process.argv.slice(2);
await buildAll();
const runtime = args.includes('--headless')
  ? { executable: null, why: 'asked for with --headless' }
  : await fetchElectron();
if (runtime.executable) {
  run(runtime.executable, [root, ...args]);
} else {
  console.log(
    `No desktop window (${runtime.why}): Trainyard starts in headless mode, the same app in your browser.`,
  );
  run(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    path.join(root, 'dist', 'headless', 'main.js'),
    '--open',
    ...args.filter((argument) => argument !== '--headless'),
  ]);
}

function run(program: string, programArgs: string[]): void {
  const child = spawn(program, programArgs, { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`trainyard: ${program} could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal ? 128 + 15 : (code ?? 1)));
}
