import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { makeTempDirectory } from '#test/temp.ts';
import { type BoxKind, type LocalBox, localBox, script } from './local-box.ts';

export interface ClockedBox extends LocalBox {
  /** Sets the box's wall clock ahead (or back): its `date +%s` adds this. The monotonic clock goes on as it does. */
  setClock(secondsAhead: number): void;
}

/** A box whose wall clock can be set. */
export async function clockedBox(kind: BoxKind): Promise<ClockedBox> {
  const directory = await makeTempDirectory('clock');
  const bin = path.join(directory, 'bin');
  const offset = path.join(directory, 'offset');
  mkdirSync(bin);
  const setClock = (seconds: number) => writeFileSync(offset, `${seconds}\n`);
  setClock(0);
  script(
    `${bin}/date`,
    `#!/bin/sh\n[ "$1" = +%s ] || exec /bin/date "$@"\nread -r more <'${offset}'\necho $(($(/bin/date +%s) + more))\n`,
  );
  const plain = await localBox({ kind });
  const { stdout } = await plain.programs.exec({ script: 'printf %s "$PATH"' });
  const box = await localBox({ kind, home: plain.home, env: { PATH: `${bin}:${stdout}` } });
  return {
    ...box,
    setClock,
    async close() {
      await box.close();
      await plain.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
