import type { BackendConnection } from '#renderer/rpc/client.ts';
import { followEvents } from '#renderer/rpc/events.ts';
import type { Prompt } from '#shared/domain/site.ts';
import { ask, isYes } from './ask.ts';
import { printable } from './output.ts';

/**
 * Puts what a connection needs from the user (an unknown host key, a password) on the terminal, and sends the answer,
 * until it is ended. Without a terminal it says what is waiting, for the app's window to answer; where there is no app
 * (`own`) nobody ever will, and the question is declined.
 */
export function answerPrompts(connection: BackendConnection, own: boolean): () => void {
  const open = new Map<string, AbortController>();
  let turn = Promise.resolve();
  const take = (prompt: Prompt) => {
    if (open.has(prompt.id)) return;
    const abort = new AbortController();
    open.set(prompt.id, abort);
    if (!process.stdin.isTTY) {
      process.stderr.write(`trainyard: ${printable(prompt.siteName)} needs you: ${describe(prompt)}\n`);
      if (own) turn = turn.then(() => decline(connection, prompt));
      return;
    }
    // One after the other: there is one terminal.
    turn = turn.then(() => answer(connection, prompt, abort.signal));
  };
  const load = async () => {
    for (const prompt of await connection.rpc.sites.prompts()) take(prompt);
  };
  const stop = followEvents(connection, {
    // Where it fails the connection is lost: the events begin anew when it is back, and this with them.
    onOpen: () => void load().catch(() => undefined),
    onEvent: (event) => {
      if (event.type === 'prompt.opened') take(event.prompt);
      if (event.type === 'prompt.closed') open.get(event.promptId)?.abort();
    },
  });
  return () => {
    stop();
    for (const abort of open.values()) abort.abort();
  };
}

async function decline(connection: BackendConnection, prompt: Prompt): Promise<void> {
  try {
    await connection.rpc.sites.answerPrompt({ promptId: prompt.id, accept: false });
  } catch (thrown) {
    process.stderr.write(`trainyard: ${(thrown as Error).message}\n`);
  }
}

async function answer(connection: BackendConnection, prompt: Prompt, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  try {
    process.stderr.write(`${printable(prompt.siteName)}: ${describe(prompt)}\n`);
    if (prompt.kind === 'host-key-first-use') {
      const typed = await ask('Connect and remember this key? [yes/no] ', { signal });
      const accept = isYes(typed);
      await connection.rpc.sites.answerPrompt({ promptId: prompt.id, accept });
      return;
    }
    const answers: string[] = [];
    for (const { text, echo } of prompt.questions.length > 0
      ? prompt.questions
      : [{ text: 'Password: ', echo: false }])
      answers.push(await ask(printable(text), { hidden: !echo, signal }));
    await connection.rpc.sites.answerPrompt({ promptId: prompt.id, accept: true, answers });
  } catch (thrown) {
    // Answered elsewhere, in the app's window, or no longer needed.
    if (!signal.aborted) process.stderr.write(`trainyard: ${(thrown as Error).message}\n`);
  }
}

function describe(prompt: Prompt): string {
  if (prompt.hostKey) {
    const { host, type, fingerprint } = prompt.hostKey;
    return printable(`${host} is new. Its ${type} key has the fingerprint ${fingerprint}.`);
  }
  return printable(prompt.instruction || 'it asks for a password.');
}
