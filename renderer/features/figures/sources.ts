import { t } from '#renderer/i18n/index.ts';
import {
  type FigureSourceKey,
  figureSourceBeginnings,
  figureSourceWords,
} from '#shared/planner/figure-sources.ts';

const words = new Map<string, FigureSourceKey>(Object.entries(figureSourceWords));

/** Who says so: a word of ours in the language of the page, a title as it is. */
export function sourceName(source: string): string {
  const word = words.get(source);
  if (word !== undefined) return t(`figures.by.${word}`);
  for (const [beginning, key] of Object.entries(figureSourceBeginnings))
    if (source.startsWith(beginning)) return t(`figures.by.${key}`, { name: source.slice(beginning.length) });
  return source;
}
