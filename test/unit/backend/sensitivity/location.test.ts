import { linkSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { locate, overlap } from '#backend/sensitivity/location.ts';
import { tempDirectory } from '#test/temp.ts';

/** `data/patients/2024/scan.bin` is in the data set `data/patients`; `code` and `data/patients-public` are not. */
async function tree() {
  const root = await tempDirectory('places');
  const at = (...parts: string[]) => path.join(root, ...parts);
  for (const directory of ['data/patients/2024', 'data/patients-public', 'code', 'links'])
    mkdirSync(at(directory), { recursive: true });
  writeFileSync(at('data/patients/2024/scan.bin'), 'scan');
  return { root, at, set: at('data/patients') };
}
const meets = (source: string, set: string) => overlap(locate(source), locate(set));

test('below it, above it and itself are recognised; a neighbour with the same beginning is not', async () => {
  const { root, at, set } = await tree();
  for (const source of [set, at('data/patients/2024'), at('data/patients/2024/scan.bin'), at('data'), root])
    expect(meets(source, set), source).toBe(true);
  for (const source of [at('code'), at('data/patients-public'), at('links')])
    expect(meets(source, set), source).toBe(false);
});

test('no spelling leads around it: `..`, doubled slashes, trailing dots of a path', async () => {
  const { at, set } = await tree();
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('/./', '//', '/../patients/', '/2024/../', '/'), { maxLength: 6 }),
      (detours) => {
        expect(meets(`${set}${detours.join('')}`, set)).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
  expect(meets(`${at('code')}/../data/patients`, set)).toBe(true);
});

test('links lead nowhere else: to it, into it, one after the other, and in the middle of a path', async () => {
  const { at, set } = await tree();
  symlinkSync(set, at('links/direct'));
  symlinkSync(at('links/direct/2024'), at('links/into'));
  symlinkSync(at('links/into'), at('links/chain'));
  symlinkSync(at('data'), at('links/above'));
  symlinkSync('../data/patients', at('links/relative'));
  for (const name of [
    'direct',
    'into',
    'chain',
    'above',
    'relative',
    'above/patients/2024',
    'chain/scan.bin',
  ])
    expect(meets(at('links', name), set), name).toBe(true);
  // A link that was labelled itself stands for what it leads to.
  expect(meets(at('data/patients/2024'), at('links/direct'))).toBe(true);
  expect(meets(at('code'), at('links/direct'))).toBe(false);
});

test('another name of the same file is the same file', async () => {
  const { at } = await tree();
  linkSync(at('data/patients/2024/scan.bin'), at('code/other.bin'));
  expect(meets(at('code/other.bin'), at('data/patients/2024/scan.bin'))).toBe(true);
  // A folder that holds the other name is not recognised: this is the known limit, as of any copy.
  expect(meets(at('code'), at('data/patients'))).toBe(false);
});

test('what is not there is compared by its name, whatever its case and its accents', async () => {
  const { at, set } = await tree();
  expect(meets(at('data/patients/gone/later'), set)).toBe(true);
  const gone = at('Unmounted/Patients-\u00e9');
  expect(meets(at('unmounted/patients-e\u0301/2024'), gone)).toBe(true);
  expect(meets(at('unmounted'), gone)).toBe(true);
  renameSync(set, at('data/elsewhere'));
  expect(meets(at('data/PATIENTS'), set)).toBe(true);
});

test('no path makes it throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const { real } = locate(`/${text}`);
      expect(path.isAbsolute(real)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
