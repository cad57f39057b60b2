import type { FilePreview } from '#shared/domain/box-file.ts';
import type { PreviewFile } from './file.ts';
import { decodeText, editableBytes, shownTextBytes, textPreview } from './text.ts';

export type { PreviewFile } from './file.ts';

/** What is read of every file first. */
export const firstBytes = shownTextBytes;

/** What a file looks like inside, from as few of its bytes as that takes. What is damaged is said, never thrown. */
export async function previewOf(file: PreviewFile): Promise<FilePreview> {
  if (file.bytes === 0) return { kind: 'empty' };
  return textOr(file, () => ({ kind: 'binary', base64: file.head.subarray(0, 4096).toString('base64') }));
}

async function textOr(file: PreviewFile, otherwise: () => FilePreview): Promise<FilePreview> {
  const isShort = file.bytes <= editableBytes;
  const looked = decodeText(file.head, file.head.length < file.bytes);
  if (looked === null) return otherwise();
  const bytes = isShort ? await file.read(0, file.bytes) : file.head;
  const cut = bytes.length < file.bytes;
  const decoded = decodeText(bytes, cut);
  return decoded === null ? otherwise() : textPreview(file.name, decoded, { cut, bytes: file.bytes });
}
