import { translated } from '#renderer/i18n/index.ts';
import { englishFigureName } from '#shared/planner/figure-names.ts';

/** What a figure is called in the language of the page. */
export const figureName = (key: string): string => translated(`figures.${key}`, englishFigureName(key));
