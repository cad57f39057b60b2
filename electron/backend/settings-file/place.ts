import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Puts a text in the place of a file: whole, on the disk, or not at all. For the user only. */
export function replaceFile(file: string, text: string): void {
  const beside = `${file}.${process.pid}.new`;
  try {
    const handle = openSync(beside, 'w', 0o600);
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** What could not be read is kept beside, as `settings.json.unreadable`: nothing that somebody wrote is lost. */
export function keepAside(file: string): void {
  renameSync(file, `${file}.unreadable`);
}
