import { create } from 'zustand';
import type { Clash, ClashAnswer } from './clashes.ts';

interface Asked {
  clashes: readonly Clash[];
  directory: string;
  machineName: string;
  /** null: the whole is called off. */
  answer(answers: ReadonlyMap<string, ClashAnswer> | null): void;
}

/** Questions about names that are taken; one dialog asks them one after the other. */
export const useClashes = create<{ asked: readonly Asked[] }>()(() => ({ asked: [] }));

export function askClashes(
  question: Omit<Asked, 'answer'>,
): Promise<ReadonlyMap<string, ClashAnswer> | null> {
  if (question.clashes.length === 0) return Promise.resolve(new Map());
  return new Promise((resolve) => {
    const asked: Asked = {
      ...question,
      answer(answers) {
        useClashes.setState((state) => ({ asked: state.asked.filter((each) => each !== asked) }));
        resolve(answers);
      },
    };
    useClashes.setState((state) => ({ asked: [...state.asked, asked] }));
  });
}
