import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** A new directory under the system's temporary one; the caller removes it. */
export const makeTempDirectory = (label = 'test'): Promise<string> =>
  mkdtemp(path.join(tmpdir(), `trainyard-${label}-`));

/** A new directory that is gone when the running test is. */
export async function tempDirectory(label = 'test'): Promise<string> {
  const directory = await makeTempDirectory(label);
  onTestFinished(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }));
  return directory;
}
