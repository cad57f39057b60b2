import { translated } from '#renderer/i18n/index.ts';

/** A source of prices in the language of the page; as it is called where it did not come with the app. */
export const sourceTitle = ({ id, title }: { id: string; title: string }): string =>
  translated(`catalog.source.${id}`, title);
