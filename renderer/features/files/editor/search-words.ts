import type { Translate } from '#renderer/i18n/index.ts';

/** CodeMirror's own words, in the language of the page. */
export const searchWords = (t: Translate): Record<string, string> => ({
  Find: t('files.find'),
  Replace: t('files.replaceBy'),
  next: t('files.findNext'),
  previous: t('files.findPrevious'),
  all: t('files.findAll'),
  'match case': t('files.matchCase'),
  regexp: t('files.regexp'),
  'by word': t('files.byWord'),
  replace: t('files.replaceOne'),
  'replace all': t('files.replaceAll'),
  close: t('ui.close'),
  'Go to line': t('files.goToLine'),
  go: t('files.go'),
});
