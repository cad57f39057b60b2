import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fuseProblems, readFuses } from '#scripts/fuses.ts';
import { electronRuntime, needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';

const { electronFuses } = createRequire(import.meta.url)('../../../electron-builder.config.cjs') as {
  electronFuses: Record<string, boolean>;
};
const binary = (states: string, version = 1) =>
  Buffer.concat([
    Buffer.from('\u007fELF, much else, '),
    Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', 'latin1'),
    Buffer.from([version, states.length]),
    Buffer.from(states, 'latin1'),
    Buffer.from(', and more'),
  ]);

test('the app is packaged with every fuse on its safe side', () => {
  expect(electronFuses).toEqual({
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  });
});

test('what a program was packaged with is read back from it', async () => {
  const file = path.join(await tempDirectory('fuses'), 'app');
  writeFileSync(file, binary('01001100'));
  expect(fuseProblems(file, electronFuses)).toEqual([]);
  writeFileSync(file, binary('11001r0'));
  expect(fuseProblems(file, electronFuses)).toEqual([
    'runAsNode is true, not false',
    'onlyLoadAppFromAsar is not there, not true',
    'grantFileProtocolExtraPrivileges is not there, not false',
  ]);
  expect(() => readFuses(Buffer.from('something else'))).toThrow('no fuses');
  expect(() => readFuses(binary('01001100', 2))).toThrow('version 2');
});

describe.skipIf(!needs('electron'))('a real runtime', () => {
  test('has the fuses where they are looked for', () => {
    const runtime = electronRuntime() ?? '';
    const file = [
      'electron',
      'electron.exe',
      'Electron.app/Contents/Frameworks/Electron Framework.framework/Electron Framework',
    ]
      .map((name) => path.join(runtime, name))
      .find((name) => existsSync(name));
    expect(Object.values(readFuses(readFileSync(file ?? '')))).not.toContain(null);
  });
});
