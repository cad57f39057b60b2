import { t } from '#renderer/i18n/index.ts';
import { type FormulaWordKey, formulaWords } from '#shared/planner/formula-words.ts';

const keys = new Map<string, FormulaWordKey>(Object.entries(formulaWords));
/** Not as a part of a symbol: `P_layer` stays as it is. */
const words = new RegExp(`(?<![\\w-])(?:${[...keys.keys()].join('|')})(?![\\w-])`, 'g');

/** A formula with its words in the language of the page. */
export const formulaText = (formula: string): string =>
  formula.replace(words, (word) => {
    const key = keys.get(word);
    return key === undefined ? word : t(`figures.word.${key}`);
  });
