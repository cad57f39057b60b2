import type { FilePreview } from '#shared/domain/box-file.ts';
import type { PreviewFile } from './file.ts';

type ImagePreview = Extract<FilePreview, { kind: 'image' }>;
type Mime = ImagePreview['mime'];
interface Size {
  width: number;
  height: number;
}

/** A larger one is downloaded to be looked at. */
export const largestImageBytes = 10 * 1024 * 1024;
const portionBytes = 4 * 1024 * 1024;

/** What kind of image begins so; null: none. An SVG is a text here and never drawn. */
export function imageMime(head: Buffer): Mime | null {
  const text = head.toString('latin1', 0, 16);
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'image/gif';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'image/webp';
  if (text.slice(4, 8) === 'ftyp' && /^avi[fs]/.test(text.slice(8, 12))) return 'image/avif';
  // Two letters are little: the size of its header must be one that there is, too.
  if (
    text.startsWith('BM') &&
    head.length >= 26 &&
    [12, 40, 52, 56, 64, 108, 124].includes(head.readUInt32LE(14))
  )
    return 'image/bmp';
  return null;
}

export async function imagePreview(file: PreviewFile, mime: Mime): Promise<FilePreview> {
  if (file.bytes > largestImageBytes) {
    const limitMiB = largestImageBytes / 1024 / 1024;
    return { kind: 'none', why: 'PREVIEW_TOO_LARGE', params: { format: mime, limitMiB } };
  }
  const parts: Buffer[] = [];
  for (let at = 0; at < file.bytes; at += portionBytes)
    parts.push(await file.read(at, Math.min(portionBytes, file.bytes - at)));
  const bytes = Buffer.concat(parts);
  const size = imageSize(bytes, mime);
  return {
    kind: 'image',
    mime,
    base64: bytes.toString('base64'),
    width: size?.width ?? null,
    height: size?.height ?? null,
  };
}

/** In pixels, as its header says; null: it does not. Never throws. */
export function imageSize(bytes: Buffer, mime: Mime): Size | null {
  try {
    const size = sizeReaders[mime](bytes);
    return size !== null && size.width > 0 && size.height > 0 ? size : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const sizeReaders: Record<Mime, (bytes: Buffer) => Size | null> = {
  'image/png': (bytes) => ({ width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }),
  'image/gif': (bytes) => ({ width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }),
  'image/bmp': (bytes) =>
    bytes.readUInt32LE(14) === 12
      ? { width: bytes.readUInt16LE(18), height: bytes.readUInt16LE(20) }
      : { width: bytes.readInt32LE(18), height: Math.abs(bytes.readInt32LE(22)) },
  'image/jpeg': jpegSize,
  'image/webp': webpSize,
  'image/avif': avifSize,
};

/** From segment to segment until one that begins a frame. */
function jpegSize(bytes: Buffer): Size | null {
  for (let at = 2; ; ) {
    if (bytes.readUInt8(at) !== 0xff) return null;
    const marker = bytes.readUInt8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    if (marker === 0xda || marker === 0xd9) return null;
    at += 2 + bytes.readUInt16BE(at + 2);
  }
}

function webpSize(bytes: Buffer): Size | null {
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    default:
      return null;
  }
}

/** The property that says how large the image is. */
function avifSize(bytes: Buffer): Size | null {
  const at = bytes.subarray(0, 65_536).indexOf('ispe');
  return at < 0 ? null : { width: bytes.readUInt32BE(at + 8), height: bytes.readUInt32BE(at + 12) };
}
