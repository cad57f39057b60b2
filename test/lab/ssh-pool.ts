import { onTestFinished } from 'vitest';
import {
  createSshPool,
  type Prompter,
  type Question,
  type SshPool,
  type SshPoolOptions,
} from '#backend/ssh/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { type Box, type BoxOptions, startBox, writeSshConfig } from './sshd.ts';

/** A box that is gone when the running test is. */
export async function testBox(options: BoxOptions = {}): Promise<Box> {
  const box = await startBox(options);
  onTestFinished(() => box.stop());
  return box;
}

export interface ScriptedPrompter extends Prompter {
  /** What was asked so far. */
  asked: Question[];
}

/** Answers each question by `answer`; what that throws declines. */
export function scriptedPrompter(
  answer: (question: Question) => string[] | Promise<string[]> = () => {
    throw new TrainyardError('PROMPT_DECLINED', 'Nobody is there to answer.');
  },
): ScriptedPrompter {
  const asked: Question[] = [];
  return {
    asked,
    ask: async (question) => {
      asked.push(question);
      return { answers: await answer(question) };
    },
  };
}

/** A pool that is closed when the running test is finished; it asks nobody unless told whom. */
export function testPool(options: Partial<SshPoolOptions> = {}): SshPool {
  const pool = createSshPool({ prompter: scriptedPrompter(), ...options });
  onTestFinished(() => pool.close());
  return pool;
}

/** An open connection to a new box, and what belongs to it; all gone when the running test is. */
export async function connectedBox(options: BoxOptions = {}) {
  const box = await testBox(options);
  const configFile = await writeSshConfig(box.directory, [box]);
  const pool = testPool();
  const target = { host: box.name, configFile };
  return { box, pool, target, configFile, connection: await pool.connection(target) };
}
