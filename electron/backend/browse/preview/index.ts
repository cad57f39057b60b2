import { because } from '#shared/domain/because.ts';
import type { FilePreview } from '#shared/domain/box-file.ts';
import { gzipPreview, looksLikeTar, mostNames, tarPreview } from './archive.ts';
import { Damaged, TooLarge } from './damaged.ts';
import type { PreviewFile } from './file.ts';
import { ggufPreview } from './gguf.ts';
import { imageMime, imagePreview } from './image.ts';
import { largestNotebookBytes, notebookPreview } from './notebook.ts';
import { numpyHeadBytes, numpyStart, readNumpyHeader } from './numpy.ts';
import { looksLikeSafetensors, safetensorsPreview } from './safetensors.ts';
import { tablePreview } from './table.ts';
import { type Tensor, tensorsPreview } from './tensors.ts';
import { decodeText, editableBytes, shownTextBytes, textPreview } from './text.ts';
import { torchPickle, torchPreview } from './torch.ts';
import { memberHead, readZip } from './zip.ts';

export type { PreviewFile } from './file.ts';

/** What is read of every file first. */
export const firstBytes = shownTextBytes;
const shownBinaryBytes = 16 * 1024;
/** Each costs questions to the machine. */
const mostArrays = 32;

/** What a file looks like inside, from as few of its bytes as that takes. What is damaged is said, never thrown. */
export async function previewOf(file: PreviewFile): Promise<FilePreview> {
  if (file.bytes === 0) return { kind: 'empty' };
  const { format, look } = formatOf(file);
  try {
    return await look();
  } catch (thrown) {
    if (thrown instanceof Damaged)
      return { kind: 'none', why: 'PREVIEW_DAMAGED', params: { format, ...because('what', thrown.what) } };
    if (thrown instanceof TooLarge) {
      const limitMiB = Math.round(thrown.limitBytes / 1024 / 1024);
      return { kind: 'none', why: 'PREVIEW_TOO_LARGE', params: { format, limitMiB } };
    }
    throw thrown;
  }
}

/** By how it begins, and only where that says nothing by its name. */
function formatOf(file: PreviewFile): { format: string; look(): Promise<FilePreview> } {
  const { head, name } = file;
  const start = head.toString('latin1', 0, 8);
  const mime = imageMime(head);
  if (mime !== null) return { format: mime, look: () => imagePreview(file, mime) };
  if (start.startsWith('PK\x03\x04') || start.startsWith('PK\x05\x06'))
    return { format: 'zip', look: () => zipPreview(file) };
  if (start.startsWith('GGUF')) return { format: 'gguf', look: () => ggufPreview(file) };
  if (head.subarray(0, 6).equals(numpyStart)) return { format: 'npy', look: async () => arrayPreview(file) };
  if (start.startsWith('\x1f\x8b')) return { format: 'gzip', look: () => gzipPreview(file) };
  if (looksLikeTar(head)) return { format: 'tar', look: () => tarPreview(file) };
  if (/\.safetensors$/i.test(name) || looksLikeSafetensors(head, file.bytes))
    return { format: 'safetensors', look: () => safetensorsPreview(file) };
  if (/\.ipynb$/i.test(name)) return { format: 'ipynb', look: () => bookPreview(file) };
  return { format: 'text', look: () => textOrBytes(file) };
}

async function textOrBytes(file: PreviewFile): Promise<FilePreview> {
  const isCut = file.head.length < file.bytes;
  const looked = decodeText(file.head, isCut);
  if (looked === null) {
    return { kind: 'binary', base64: file.head.subarray(0, shownBinaryBytes).toString('base64') };
  }
  if (/\.(?:csv|tsv|tab)$/i.test(file.name)) return tablePreview(file.name, looked.text, isCut);
  if (!isCut || file.bytes > editableBytes)
    return textPreview(file.name, looked, { cut: isCut, bytes: file.bytes });
  const bytes = await file.read(0, file.bytes);
  const cut = bytes.length < file.bytes;
  const whole = decodeText(bytes, cut) ?? { text: looked.text, isExact: false };
  return textPreview(file.name, whole, { cut, bytes: file.bytes });
}

async function bookPreview(file: PreviewFile): Promise<FilePreview> {
  if (file.bytes > largestNotebookBytes) throw new TooLarge(largestNotebookBytes);
  const parts: Buffer[] = [];
  const portion = 4 * 1024 * 1024;
  for (let at = 0; at < file.bytes; at += portion)
    parts.push(await file.read(at, Math.min(portion, file.bytes - at)));
  return notebookPreview(Buffer.concat(parts).toString('utf8'));
}

function arrayPreview({ head, bytes, name }: PreviewFile): FilePreview {
  const { dataAt, ...tensor } = readNumpyHeader(head, name.replace(/\.npy$/i, ''));
  if (tensor.bytes > 0 && dataAt + tensor.bytes > bytes)
    throw new Damaged('DAMAGED_LENGTH', { bytes, said: dataAt + tensor.bytes });
  return tensorsPreview('numpy', [tensor], []);
}

async function zipPreview(file: PreviewFile): Promise<FilePreview> {
  const members = await readZip(file);
  const pickle = torchPickle(members);
  if (pickle !== undefined) return torchPreview(file, pickle);
  const arrays = members.filter(({ name }) => name.endsWith('.npy'));
  if (arrays.length > 0 && arrays.length === members.length && arrays.length <= mostArrays) {
    const tensors: Tensor[] = [];
    for (const member of arrays) {
      const head = await memberHead(file, member, numpyHeadBytes);
      const { dataAt: _, ...tensor } = readNumpyHeader(head, member.name.replace(/\.npy$/, ''));
      tensors.push(tensor);
    }
    return tensorsPreview('numpy', tensors, []);
  }
  const names = members.slice(0, mostNames).map(({ name }) => name);
  return { kind: 'archive', format: 'zip', names, cut: members.length > mostNames };
}
