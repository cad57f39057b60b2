import { constants, watch } from 'node:fs';
import { open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Secrets } from '../authentication/secrets.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import { visible } from '../errors.ts';
import type { Prompter, SshTarget } from '../interface.ts';

/**
 * OpenSSH asks its questions through a program, SSH_ASKPASS. Ours is a few lines of sh that put the question into a
 * private directory and wait at a named pipe there for the answer, which so never lies on the disk.
 */
const program = `#!/bin/sh
dir=\${0%/*}
mkfifo -m 600 "$dir/answer.$$" || exit 1
printf '%s\\n%s' "\${SSH_ASKPASS_PROMPT:-text}" "$1" > "$dir/new.$$" && mv "$dir/new.$$" "$dir/question.$$" || exit 1
{ IFS= read -r verdict; answer=$(cat; printf .); } < "$dir/answer.$$"
rm -f "$dir/answer.$$"
[ "$verdict" = yes ] && printf '%s' "\${answer%.}"
[ "$verdict" = yes ]
`;

export interface AskpassPlace {
  target: SshTarget;
  host: ResolvedHost;
  prompter: Prompter;
  secrets: Secrets;
  signal: AbortSignal;
  /** Told when answering failed for a reason of ours. */
  onFailure(error: unknown): void;
}

/** Puts the program into `directory` and answers what it asks until the returned call ends that. */
export async function serveAskpass(
  directory: string,
  place: AskpassPlace,
): Promise<{ file: string; end(): void }> {
  const file = path.join(directory, 'askpass');
  await writeFile(file, program, { mode: 0o700 });
  const answered = new Set<string>();
  const look = async () => {
    for (const name of await readdir(directory)) {
      if (!name.startsWith('question.') || answered.has(name)) continue;
      answered.add(name);
      await serve(directory, name, place);
    }
  };
  const onError = (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') place.onFailure(error); // the directory is gone: it is over
  };
  const watcher = watch(directory, () => void look().catch(onError));
  watcher.on('error', onError);
  return { file, end: () => watcher.close() };
}

async function serve(directory: string, name: string, place: AskpassPlace): Promise<void> {
  const question = path.join(directory, name);
  const text = await readFile(question, 'utf8');
  await rm(question);
  const end = text.indexOf('\n');
  let reply = 'no\n';
  try {
    reply = `yes\n${await answer(text.slice(0, end), text.slice(end + 1), place)}\n`;
  } catch (error) {
    place.onFailure(error);
  }
  await write(path.join(directory, name.replace('question', 'answer')), reply);
}

async function answer(kind: string, text: string, place: AskpassPlace): Promise<string> {
  const { target, prompter, secrets, signal } = place;
  const about = { siteId: target.siteId ?? null, siteName: target.siteName ?? target.host };
  const print = /(\S+) key fingerprint is (SHA256:[A-Za-z0-9+/]+)/.exec(text);
  if (print?.[1] && print[2]) {
    const host = /authenticity of host '([^'\s]+)/.exec(text)?.[1] ?? target.host;
    const hostKey = { host: visible(host), type: print[1], fingerprint: print[2] };
    await prompter.ask(
      { ...about, kind: 'host-key-first-use', hostKey, instruction: '', questions: [] },
      signal,
    );
    return 'yes';
  }
  const keyFile = /passphrase for (?:key )?'?([^']+?)'?:/i.exec(text)?.[1];
  if (keyFile !== undefined) return secrets.passphrase(keyFile);
  if (/'s password:/.test(text)) return secrets.password();
  // A security key that wants to be touched, its PIN, a one-time code, a yes or no.
  const questions = kind === 'none' ? [] : [{ text: visible(text), echo: kind === 'confirm' }];
  const answers = await secrets.answers(kind === 'none' ? visible(text) : '', questions);
  return kind === 'confirm' ? 'yes' : (answers[0] ?? '');
}

/** Never waits for a reader: one that is gone needs no answer. */
async function write(pipe: string, text: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      const handle = await open(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
      try {
        await handle.writeFile(text);
      } finally {
        await handle.close();
      }
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code !== 'ENXIO') throw error;
      await new Promise((resolve) => setTimeout(resolve, 20)); // it has asked and is about to listen
    }
  }
}
