import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { tempDirectory } from '#test/temp.ts';
import { userEnvironment } from './trainyard.ts';

const root = path.dirname(path.dirname(path.dirname(import.meta.dirname)));

/** The Node that the system has, where it is not the project's own: an older one must do. */
const systemNode = ['/usr/bin/node', '/usr/local/bin/node'].find((file) => existsSync(file));

test.each([process.execPath, systemNode ?? process.execPath])(
  'npx trainyard under %s: finds a Node 24 and the command line',
  async (node) => {
    const env = userEnvironment(await tempDirectory('clone'));
    const { status, stdout, stderr } = spawnSync(
      node,
      [path.join(root, 'bin', 'trainyard.mjs'), 'config', 'path', '--json'],
      // Not the flags of the tests' own Node: an older one does not know them all.
      { env: { ...env, NODE_OPTIONS: '' }, encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      dataDirectory: env.TRAINYARD_DATA,
      settingsFile: `${env.TRAINYARD_DATA}/settings.json`,
    });
  },
);

test('its exit code and its complaints come through', async () => {
  const env = userEnvironment(await tempDirectory('clone'));
  const { status, stderr } = spawnSync(
    systemNode ?? process.execPath,
    [path.join(root, 'bin', 'trainyard.mjs'), 'nothing'],
    { env: { ...env, NODE_OPTIONS: '' }, encoding: 'utf8' },
  );
  expect(status).toBe(2);
  expect(stderr).toContain("unknown command 'nothing'");
});
