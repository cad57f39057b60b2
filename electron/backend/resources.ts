import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder `resources/`: seen alike from the sources (electron/backend/) and from a bundle (dist/…/). */
export const resourcesDirectory: string = fileURLToPath(new URL('../../resources', import.meta.url));

/** The text of a script of ours that runs on boxes. */
export const remoteScript = (name: string): string =>
  readFileSync(path.join(resourcesDirectory, 'remote', name), 'utf8');
