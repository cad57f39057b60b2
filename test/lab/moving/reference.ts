import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { readLedger } from '#test/lab/invariants.ts';
import { trainersDirectory } from '#test/lab/trainers/index.ts';
import { makeTempDirectory } from '#test/temp.ts';

const run = promisify(execFile);

/** The losses of test/lab/trainers/train.py with this seed, as a run has them that is never moved: one is trained here. */
export async function torchLosses(
  seed: number,
  steps: number,
  command: readonly string[] = ['/usr/bin/python3'],
): Promise<(step: number) => number | null> {
  const directory = await makeTempDirectory('unmoved');
  try {
    for (const name of ['train.py', 'ledger.py'])
      copyFileSync(path.join(trainersDirectory, name), path.join(directory, name));
    mkdirSync(path.join(directory, 'gate'));
    const ledger = path.join(directory, 'ledger');
    const [program = '', ...before] = command;
    await run(
      program,
      [...before, 'train.py', '--steps', String(steps), '--every', '0', '--seed', String(seed)],
      {
        cwd: directory,
        timeout: 300_000,
        maxBuffer: 256 * 1024 * 1024,
        env: {
          ...process.env,
          LAB_LEDGER: ledger,
          LAB_GATE: path.join(directory, 'gate'),
          TRAINYARD_RUN_ID: 'unmoved',
          TRAINYARD_EPOCH: '1',
        },
      },
    );
    const done = readLedger(readFileSync(ledger, 'utf8')).filter(({ event }) => event === 'step');
    const losses = new Map(done.map(({ step, loss }) => [step, loss]));
    return (step) => losses.get(step) ?? null;
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}
