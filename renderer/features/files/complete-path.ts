import { rpc } from '#renderer/app/backend.ts';
import { commonStart } from './box-path.ts';
import { leadsTo } from './entry-words.ts';
import type { FilesClient } from './listing-model.ts';

export interface Completion {
  text: string;
  /** Names that begin so, folders with a slash; of a text that is complete: itself. */
  choices: readonly string[];
  failed: boolean;
}

const most = 200;

/** What a shell does at Tab: fills in what all names that begin so have in common. */
export async function completePath(
  machineId: string,
  text: string,
  client: Pick<FilesClient, 'list'> = rpc().files,
): Promise<Completion> {
  const at = text.lastIndexOf('/');
  if (at < 0) return { text: text === '~' ? '~/' : text, choices: [], failed: false };
  const [directory, begun] = [text.slice(0, at) || '/', text.slice(at + 1)];
  try {
    const { entries } = await client.list({
      machineId,
      path: directory,
      search: begun,
      hidden: begun.startsWith('.'),
      limit: most,
    });
    const fitting = entries.filter(({ name }) => name.startsWith(begun));
    if (fitting.length === 0) return { text, choices: [], failed: false };
    const whole = fitting.map((entry) => entry.name + (leadsTo(entry) === 'directory' ? '/' : ''));
    const start = fitting.length === 1 ? (whole[0] ?? '') : commonStart(fitting.map(({ name }) => name));
    return { text: `${text.slice(0, at + 1)}${start}`, choices: whole, failed: false };
  } catch {
    // Typing goes on; what is wrong with the path is said when one goes there.
    return { text, choices: [], failed: true };
  }
}
