import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { programsAreBuilt } from '#scripts/build.ts';

const root = path.dirname(path.dirname(path.dirname(import.meta.dirname)));
/** What users start: the bundle, which is up in a third of the time. The sources where they have changed since it was built. */
const [program, headless] = programsAreBuilt()
  ? [path.join(root, 'dist', 'cli', 'main.js'), path.join(root, 'dist', 'headless', 'main.js')]
  : [path.join(root, 'electron', 'cli', 'main.ts'), path.join(root, 'electron', 'headless', 'main.ts')];

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** The environment of a user of their own: nothing of the real home is read or written. */
export function userEnvironment(directory: string, over: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    HOME: directory,
    TRAINYARD_DATA: path.join(directory, 'data'),
    NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
    // Half of a start is reading the sources: once is enough.
    NODE_COMPILE_CACHE: path.join(root, 'node_modules', '.cache', 'trainyard-tests'),
    ...over,
  };
}

/** Runs `trainyard …` to its end. */
export async function trainyard(
  env: NodeJS.ProcessEnv,
  args: readonly string[],
  { input }: { input?: string } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], { env, stdio: 'pipe' });
  const [out, err] = [collected(child.stdout), collected(child.stderr)];
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out: out(), err: err() };
}

/** Runs `trainyard … --json` and gives its result; throws with what it said where it failed. */
export async function trainyardJson<T>(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<T> {
  const { code, out, err } = await trainyard(env, [...args, '--json']);
  if (code !== 0) throw new Error(`trainyard ${args.join(' ')} ended with ${code}: ${err}${out}`);
  return JSON.parse(out) as T;
}

export interface Serving {
  process: ChildProcess;
  /** Addresses it has printed, one per start of its backend. */
  urls: string[];
  err(): string;
}

/** Starts the headless host; ended with the test. */
export function serve(env: NodeJS.ProcessEnv, args: readonly string[] = []): Serving {
  const child = spawn(process.execPath, [headless, '--json', ...args], { env, stdio: 'pipe' });
  const urls: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) urls.push((JSON.parse(line) as { url: string }).url);
  });
  const err = collected(child.stderr);
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  return { process: child, urls, err };
}

function collected(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  return () => text;
}
