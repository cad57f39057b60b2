import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { syncToDisk, writeDurably } from './durable.ts';

/**
 * How another file takes the database's place. First the new one lies whole beside it (`.incoming`); then a note of what
 * is about to happen is written: from there on it will happen, now or at the next start. Each step can be done twice.
 *
 *   incoming ready → note → -wal, -shm and database moved aside → incoming becomes the database → note removed
 */
const noteSchema = z.object({
  /** The name, beside the database, under which it is kept. */
  keepAs: z.string().min(1),
});
type Note = z.infer<typeof noteSchema>;

/** Told before each step; tests end the process there. */
export type OnStep = (step: 'note' | 'aside-wal' | 'aside-shm' | 'aside' | 'swap' | 'done') => void;

export const incomingFile = (file: string): string => `${file}.incoming`;
const noteFile = (file: string): string => `${file}.replacing`;

/** Moves the database aside as `keepAs`, a name in the same directory, and puts the prepared file in its place. It must be closed. */
export function replaceDatabase(file: string, keepAs: string, onStep: OnStep = () => {}): void {
  const note = { keepAs: path.basename(keepAs) };
  onStep('note');
  writeDurably(noteFile(file), JSON.stringify(note));
  carryOut(file, note, onStep);
}

/** Finishes what a killed process had begun; removes what it had only prepared. */
export function finishReplacing(file: string): void {
  const note = readNote(file);
  if (note) carryOut(file, note, () => {});
  rmSync(incomingFile(file), { force: true });
  for (const ending of ['-journal', '-wal', '-shm']) rmSync(incomingFile(file) + ending, { force: true });
}

function carryOut(file: string, note: Note, onStep: OnStep): void {
  const directory = path.dirname(file);
  const kept = path.join(directory, path.basename(note.keepAs));
  // With the incoming file gone, the database is already the new one and must stay.
  if (existsSync(incomingFile(file))) {
    onStep('aside-wal');
    moveAside(`${file}-wal`, `${kept}-wal`);
    onStep('aside-shm');
    moveAside(`${file}-shm`, `${kept}-shm`);
    onStep('aside');
    moveAside(file, kept);
    syncToDisk(directory);
    onStep('swap');
    renameSync(incomingFile(file), file);
    syncToDisk(directory);
  }
  onStep('done');
  rmSync(noteFile(file), { force: true });
  syncToDisk(directory);
}

function moveAside(from: string, to: string): void {
  if (existsSync(from) && !existsSync(to)) renameSync(from, to);
}

function readNote(file: string): Note | undefined {
  if (!existsSync(noteFile(file))) return undefined;
  return noteSchema.parse(JSON.parse(readFileSync(noteFile(file), 'utf8')));
}
