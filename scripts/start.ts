/**
 * `npm start`: builds what is older than its sources and opens the app: the desktop window where Electron's runtime is
 * there and there is a display, else the same app in headless mode, with its address and a browser where there is one.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { buildAll } from './build.ts';
import { fetchElectron, type Runtime } from './electron-runtime.ts';
import { root } from './tools.ts';

/** A desktop app that ends by itself with an error this soon never showed a window: a library is missing, or the display is not ours. */
const neverOpenedMs = 10_000;

const args = process.argv.slice(2);
await buildAll();
const runtime = await chooseRuntime();
if (runtime.executable) {
  const startedAt = performance.now();
  const code = await run(runtime.executable, [root, ...args]);
  if (code === 0 || performance.now() - startedAt > neverOpenedMs) process.exit(code);
  process.exit(await runHeadless(`it ended with code ${code} before it could open`));
}
process.exit(await runHeadless(runtime.why));

async function chooseRuntime(): Promise<Runtime> {
  if (args.includes('--headless')) return { executable: null, why: 'asked for with --headless' };
  if (process.platform === 'linux' && process.getuid?.() === 0)
    return { executable: null, why: 'the sandbox of the desktop app does not work as root' };
  return fetchElectron();
}

function runHeadless(why: string): Promise<number> {
  console.log(`No desktop window (${why}): Trainyard starts in headless mode, the same app in your browser.`);
  const program = path.join(root, 'dist', 'headless', 'main.js');
  return run(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    program,
    '--open',
    ...args.filter((argument) => argument !== '--headless'),
  ]);
}

/** Runs it with our terminal and our signals; resolves to its exit code. */
function run(program: string, programArgs: string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, programArgs, { cwd: root, stdio: 'inherit' });
    const pass = (signal: NodeJS.Signals) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, pass);
    const done = (code: number) => {
      for (const signal of signals) process.off(signal, pass);
      resolve(code);
    };
    child.on('error', (error) => {
      console.error(`trainyard: ${program} could not be started: ${error.message}`);
      done(1);
    });
    child.on('exit', (code, signal) => done(signal ? 128 + 15 : (code ?? 1)));
  });
}
