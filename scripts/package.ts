/**
 * `npm run package [-- --dir | electron-builder's own arguments]`: the installers of this platform (AppImage and deb, dmg, or
 * nsis) in out/. Without Electron's runtime, and without a way to download it, says so and makes nothing.
 */
import { spawnSync } from 'node:child_process';
import { globSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { buildAll } from './build.ts';
import { fetchElectron, findElectron } from './electron-runtime.ts';
import { fuseProblems } from './fuses.ts';
import { root, runTool } from './tools.ts';

// What earlier builds left must not be packed.
rmSync(path.join(root, 'dist'), { recursive: true, force: true });
await buildAll({ force: true });
spawnSync(process.execPath, [path.join(root, 'scripts', 'notices.ts')], { stdio: 'inherit' });
if (!findElectron()) {
  const { executable, why } = await fetchElectron({ forWindow: false });
  if (!executable) {
    console.error(
      `trainyard: no package was made: ${why}. Point ELECTRON_OVERRIDE_DIST_PATH at a runtime of Electron 45, or run this where github.com can be reached.`,
    );
    process.exit(1);
  }
}
const failed = await runTool('electron-builder', [
  '--config',
  'electron-builder.config.cjs',
  '--publish',
  'never',
  ...process.argv.slice(2),
]);
if (failed !== 0) process.exit(failed);

const { electronFuses } = createRequire(import.meta.url)('../electron-builder.config.cjs') as {
  electronFuses: Record<string, boolean>;
};
const programs = globSync(
  [
    'linux*-unpacked/trainyard',
    'win*-unpacked/Trainyard.exe',
    'mac*/Trainyard.app/Contents/Frameworks/Electron Framework.framework/Electron Framework',
  ],
  { cwd: path.join(root, 'out') },
);
if (programs.length === 0) console.error('trainyard: no program was found in out/ to read the fuses of.');
const problems = programs.flatMap((program) =>
  fuseProblems(path.join(root, 'out', program), electronFuses).map((problem) => `${program}: ${problem}`),
);
for (const problem of problems) console.error(`trainyard: ${problem}.`);
process.exit(problems.length > 0 || programs.length === 0 ? 1 : 0);
