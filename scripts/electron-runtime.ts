import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './tools.ts';

export type Runtime = { executable: string; why: '' } | { executable: null; why: string };

const packageDirectory = path.join(root, 'node_modules', 'electron');
const names: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
};

/** The runtime that is there already: named by ELECTRON_OVERRIDE_DIST_PATH, or downloaded earlier. Nothing is fetched. */
export function findElectron(): string | null {
  const name = names[process.platform] ?? 'electron';
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const candidates = [
    ...(override ? [path.join(override, name)] : []),
    path.join(
      packageDirectory,
      'dist',
      existsSync(path.join(packageDirectory, 'path.txt'))
        ? readFileSync(path.join(packageDirectory, 'path.txt'), 'utf8')
        : name,
    ),
  ];
  return candidates.find((file) => existsSync(file)) ?? null;
}

/** Whether a window can be shown: always on macOS and Windows, on Linux where a display is named. */
export const hasDisplay = (): boolean =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** Finds the runtime or downloads it with its own installer, `limitMs` at most; else says why there is none. */
export async function fetchElectron({ forWindow = true, limitMs = 180_000 } = {}): Promise<Runtime> {
  if (forWindow && !hasDisplay()) return { executable: null, why: 'there is no display' };
  const found = findElectron();
  if (found) return { executable: found, why: '' };
  console.log("Fetching Electron's runtime (once) …");
  const words = await new Promise<string | null>((resolve) => {
    const child = spawn(process.execPath, [path.join(packageDirectory, 'install.js')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000);
    });
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      resolve(
        code === 0
          ? null
          : signal
            ? `not there after ${limitMs / 1000} s`
            : (/Error: ([^\n]+)/.exec(said)?.[1] ?? `its installer ended with ${code}`),
      );
    });
  });
  const executable = words === null ? findElectron() : null;
  return executable
    ? { executable, why: '' }
    : {
        executable: null,
        why: `Electron's runtime could not be downloaded: ${words ?? 'its files are missing'}`,
      };
}
