/**
 * `npm run package [-- --dir | electron-builder's own arguments]`: the installers of this platform (AppImage and deb, dmg, or
 * nsis) in out/. Without Electron's runtime, and without a way to download it, says so and makes nothing.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { buildAll } from './build.ts';
import { fetchElectron, findElectron } from './electron-runtime.ts';
import { root, runTool } from './tools.ts';

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
process.exit(
  await runTool('electron-builder', [
    '--config',
    'electron-builder.config.cjs',
    '--publish',
    'never',
    ...process.argv.slice(2),
  ]),
);
