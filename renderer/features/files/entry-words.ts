import type { Translate } from '#renderer/i18n/index.ts';
import type { FileEntry } from '#shared/domain/box-file.ts';

/** What opening an entry leads to: of a link, what it points at. */
export function leadsTo(entry: FileEntry): 'directory' | 'file' | 'nothing' {
  const kind = entry.kind === 'link' ? (entry.target?.kind ?? null) : entry.kind;
  if (kind === 'directory' || kind === 'file') return kind;
  return 'nothing';
}

const kinds: readonly [RegExp, Parameters<Translate>[0]][] = [
  [/(\.(safetensors|pt|pth|ckpt|gguf|npz|npy|h5|onnx)|model[\w.-]*\.bin)$/i, 'files.kindTensors'],
  [/\.(png|jpe?g|gif|webp|avif|bmp|svg|tiff?)$/i, 'files.kindImage'],
  [/\.(csv|tsv|parquet|arrow|xlsx)$/i, 'files.kindTable'],
  [/\.ipynb$/i, 'files.kindNotebook'],
  [/\.(zip|tar|tgz|gz|bz2|xz|zst|7z)$/i, 'files.kindArchive'],
  [/\.(log|out|err)$/i, 'files.kindLog'],
  [/\.(py|sh|bash|js|ts|c|cc|cpp|cu|h|hpp|rs|go|java|jl|lua|r)$/i, 'files.kindCode'],
  [/\.(ya?ml|json|jsonl|toml|ini|cfg|conf|xml)$/i, 'files.kindData'],
  [/\.(md|txt|rst)$/i, 'files.kindText'],
];

/** What an entry is, in a word: by its kind, of a file by its name. */
export function kindWord(entry: FileEntry, t: Translate): string {
  if (entry.kind === 'directory') return t('files.kindFolder');
  if (entry.kind === 'other') return t('files.kindOther');
  if (entry.kind === 'link') {
    if (entry.target === null || entry.target.kind === null) return t('files.kindBroken');
    return entry.target.kind === 'directory' ? t('files.kindFolderLink') : t('files.kindLink');
  }
  const found = kinds.find(([pattern]) => pattern.test(entry.name));
  return t(found ? found[1] : 'files.kindFile');
}
