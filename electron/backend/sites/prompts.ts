import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import { cancelled } from '#backend/processes/index.ts';
import type { Prompter, Question } from '#backend/ssh/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { newId } from '#shared/domain/id.ts';
import type { Prompt } from '#shared/domain/site.ts';
import { clean } from './probe/text.ts';

type Answer = { answers: string[]; remember?: boolean };
interface OpenPrompt {
  prompt: Prompt;
  key: string;
  /** Everybody who waits for the same question. */
  waiters: Set<PromiseWithResolvers<Answer>>;
}

/**
 * Questions to the user that connecting has. They stay open here, whatever pages come and go, until they are answered or
 * nobody waits for them any more. The same question twice is shown once.
 */
export class Prompts implements Prompter {
  readonly #events: EventBus;
  readonly #clock: Clock;
  readonly #open = new Map<string, OpenPrompt>();
  #onChange: (siteId: string | null) => void = () => undefined;

  constructor(events: EventBus, clock: Clock) {
    this.#events = events;
    this.#clock = clock;
  }

  /** Told with the site whose number of open prompts has changed. */
  onChange(listener: (siteId: string | null) => void): void {
    this.#onChange = listener;
  }

  list(): Prompt[] {
    return [...this.#open.values()].map(({ prompt }) => prompt);
  }

  isWaiting(siteId: string): boolean {
    return this.list().some((prompt) => prompt.siteId === siteId);
  }

  async ask(question: Question, signal: AbortSignal): Promise<Answer> {
    if (signal.aborted) throw cancelled(signal);
    const entry = this.#entryFor(question);
    const waiter = Promise.withResolvers<Answer>();
    entry.waiters.add(waiter);
    const giveUp = () => {
      entry.waiters.delete(waiter);
      if (entry.waiters.size === 0) this.#close(entry);
      waiter.reject(cancelled(signal));
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await waiter.promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Throws PROMPT_GONE when nobody waits for it any more, PROMPT_ANSWERS_WRONG (it stays open) when their number is not that of the questions. */
  answer(promptId: string, given: { accept: boolean; answers: string[]; remember: boolean }): Prompt {
    const entry = this.#open.get(promptId);
    if (!entry) {
      throw new TrainyardError('PROMPT_GONE', 'This question is not waiting for an answer any more.', {
        params: { promptId },
      });
    }
    const { prompt, waiters } = entry;
    if (
      given.accept &&
      prompt.kind !== 'host-key-first-use' &&
      given.answers.length !== prompt.questions.length
    ) {
      throw new TrainyardError(
        'PROMPT_ANSWERS_WRONG',
        `This asks ${prompt.questions.length} question(s); ${given.answers.length} answer(s) came.`,
        { params: { questions: prompt.questions.length, answers: given.answers.length } },
      );
    }
    this.#close(entry);
    for (const waiter of waiters) {
      if (given.accept) waiter.resolve({ answers: given.answers, remember: given.remember });
      else waiter.reject(declined(prompt.siteName));
    }
    return prompt;
  }

  /** The backend closes: whoever waits is told. */
  close(): void {
    for (const entry of this.#open.values()) {
      this.#close(entry);
      for (const waiter of entry.waiters)
        waiter.reject(new TrainyardError('CANCELLED', 'Trainyard is closing.'));
    }
  }

  #entryFor(question: Question): OpenPrompt {
    // A jump host's key is one question, however many sites lie behind it; a password is for one site.
    const { hostKey, siteId, kind, instruction, questions } = question;
    const key = JSON.stringify(hostKey ? [kind, hostKey] : [kind, siteId, instruction, questions]);
    const known = [...this.#open.values()].find((entry) => entry.key === key);
    if (known) return known;
    const prompt: Prompt = {
      ...question,
      siteName: clean(question.siteName),
      instruction: clean(instruction, 1_000),
      questions: questions.map(({ text, echo }) => ({ text: clean(text, 500), echo })),
      id: newId(),
      askedAt: this.#clock.now(),
    };
    const entry = { prompt, key, waiters: new Set<PromiseWithResolvers<Answer>>() };
    this.#open.set(prompt.id, entry);
    this.#events.publish({ type: 'prompt.opened', prompt });
    this.#onChange(prompt.siteId);
    return entry;
  }

  #close({ prompt }: OpenPrompt): void {
    if (!this.#open.delete(prompt.id)) return;
    this.#events.publish({ type: 'prompt.closed', promptId: prompt.id });
    this.#onChange(prompt.siteId);
  }
}

const declined = (siteName: string): TrainyardError =>
  new TrainyardError('PROMPT_DECLINED', `You declined the question of ${siteName}, so it is not connected.`, {
    params: { siteName },
  });
