import { currentLanguage } from '#renderer/i18n/index.ts';

/** A day of UTC as it is written in the language of the page. */
export const dayName = (at: number): string =>
  new Intl.DateTimeFormat(currentLanguage(), { dateStyle: 'medium', timeZone: 'UTC' }).format(at);
