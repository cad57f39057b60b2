import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { because } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { systemTold } from '#shared/domain/system-sentences.ts';

/** Where everything of the user's is kept on this computer; `TRAINYARD_DATA` overrides. Desktop, browser host and CLI share it. */
export function dataDirectory(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (env.TRAINYARD_DATA) return path.resolve(env.TRAINYARD_DATA);
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Trainyard');
  if (platform === 'win32')
    return path.join(env.APPDATA ?? path.join(home, 'AppData', 'Roaming'), 'Trainyard');
  const xdg = env.XDG_DATA_HOME;
  // The XDG rules: a relative path there is invalid and ignored.
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(home, '.local', 'share'), 'trainyard');
}

/** Makes it, for the user's eyes only. Throws DATA_UNUSABLE. */
export function makeDataDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    const why = systemTold(error);
    throw new TrainyardError(
      'DATA_UNUSABLE',
      `The data directory ${directory} cannot be used: ${why.message}.`,
      {
        params: { directory, ...because('why', why) },
        cause: error,
      },
    );
  }
}
