import type { Extension } from '@codemirror/state';
import type { FilePreview } from '#shared/domain/box-file.ts';

type Language = Extract<FilePreview, { kind: 'text' }>['language'];

/** The language's colours, fetched when a file of it is opened. */
export async function languageOf(language: Language): Promise<Extension> {
  switch (language) {
    case 'yaml':
      return (await import('@codemirror/lang-yaml')).yaml();
    case 'json':
    case 'jsonl':
      return (await import('@codemirror/lang-json')).json();
    case 'python':
      return (await import('@codemirror/lang-python')).python();
    case 'markdown':
      return (await import('@codemirror/lang-markdown')).markdown();
    default:
      return [];
  }
}

/** By a file's name, where no backend has said it. */
export function languageOfName(name: string): Language {
  if (/\.ya?ml$/i.test(name)) return 'yaml';
  if (/\.jsonl?$/i.test(name)) return 'json';
  if (/\.py$/i.test(name)) return 'python';
  if (/\.(md|markdown)$/i.test(name)) return 'markdown';
  return 'plain';
}
