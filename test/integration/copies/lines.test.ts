import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '#test/needs.ts';
import { differences, own, plantTree, type TwoBoxes, twoBoxes } from './lab.ts';

const signal = new AbortController().signal;
const megabyte = 1_048_576;

describe.skipIf(!needs('sshd', 'ssh', 'root', 'linux'))('over a line that fails', () => {
  let lab: TwoBoxes;
  beforeAll(async () => {
    lab = await twoBoxes({ faults: true });
  }, 60_000);
  afterAll(() => lab.stop());

  it.each(['laptop', 'direct'] as const)(
    '%s: cut in the middle, the copy goes on when it is back',
    async (kind) => {
      const { proxy } = lab;
      const source = path.join(lab.one.home, kind);
      mkdirSync(source);
      plantTree(source);
      writeFileSync(path.join(source, 'larger'), Buffer.alloc(48 * megabyte, 'x'));
      own(lab.one, source);
      const session = await lab.copies.open(
        { machineId: 'one', path: source },
        { machineId: 'two', path: `~/${kind}` },
        { path: kind, signal },
      );
      let cut: Promise<void> | null = null;
      await session.send('all', {
        signal,
        onProgress: ({ doneBytes }) => {
          if (doneBytes < megabyte) return;
          cut ??= (async () => {
            proxy?.cut();
            await new Promise((resolve) => setTimeout(resolve, 300));
            await proxy?.restore();
          })();
        },
      });
      expect(cut).not.toBeNull();
      await cut;
      expect(differences(source, path.join(lab.two.home, kind))).toBe('');
      await session.close();
      const keys = path.join(lab.two.home, '.ssh/authorized_keys');
      expect(existsSync(keys) ? readFileSync(keys, 'utf8') : '').not.toContain('trainyard');
    },
  );
});

describe.skipIf(!needs('sshd', 'ssh', 'root', 'linux', 'fish', 'tcsh'))(
  'whatever shell an account has',
  () => {
    it('fish at the source, tcsh at the destination', async () => {
      const lab = await twoBoxes({ shells: ['fish', 'tcsh'] });
      try {
        const source = path.join(lab.one.home, 'it is mine');
        mkdirSync(source);
        plantTree(source);
        own(lab.one, source);
        for (const kind of ['direct', 'laptop'] as const) {
          const session = await lab.copies.open(
            { machineId: 'one', path: source },
            { machineId: 'two', path: `~/${kind} it's` },
            { path: kind, signal },
          );
          await session.send('all', { signal, gentle: kind === 'direct' });
          expect(differences(source, path.join(lab.two.home, `${kind} it's`))).toBe('');
          await session.close();
        }
      } finally {
        await lab.stop();
      }
    });
  },
);
