import { create } from 'zustand';
import type { Prompt } from '#shared/domain/site.ts';
import type { LivePart } from './live-part.ts';

/** What connections wait for from the user, oldest first. */
export const usePrompts = create<{ prompts: readonly Prompt[] }>()(() => ({ prompts: [] }));

export const dropPrompt = (id: string): void =>
  usePrompts.setState(({ prompts }) => ({ prompts: prompts.filter((prompt) => prompt.id !== id) }));

export const promptsPart: LivePart = {
  async reload(client) {
    const prompts = await client.sites.prompts();
    usePrompts.setState({ prompts: [...prompts].sort((a, b) => a.askedAt - b.askedAt) });
  },
  apply(event) {
    if (event.type === 'prompt.opened') {
      dropPrompt(event.prompt.id);
      usePrompts.setState(({ prompts }) => ({ prompts: [...prompts, event.prompt] }));
    } else if (event.type === 'prompt.closed') dropPrompt(event.promptId);
  },
};
