import { type CliBackend, withBackend } from '../backend.ts';
import { answerPrompts } from '../prompts.ts';

/** Work on a machine, with questions of its login answered at the terminal, where the backend is this process's own. */
export function withPrompts<T>(work: (backend: CliBackend) => Promise<T>): Promise<T> {
  return withBackend(async (backend) => {
    const stopAsking = answerPrompts(await backend.connection(), backend.own);
    try {
      return await work(backend);
    } finally {
      stopAsking();
    }
  });
}
