import { open, readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { because, type Told, toldWithin } from '#shared/domain/because.ts';
import { broken } from '#shared/domain/broken-sentences.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { systemTold } from '#shared/domain/system-sentences.ts';
import type { ModelShape } from '#shared/domain/workload.ts';
import { modelFromConfig, modelFromSafetensorsHeader, modelFromText } from '#shared/planner/models/index.ts';
import { previewOf } from '../browse/index.ts';

/** The safetensors format itself allows 100 MB. */
const largestHeader = 100_000_000;
const largestJson = 64 * 1024 * 1024;
/** The largest models come in some hundred files. */
const mostFiles = 2000;
/** What previews read of a file first. */
const headBytes = 64 * 1024;

const torchName = /\.(pt|pth|bin|ckpt)$/i;

/**
 * A model's shape from a path on this computer: a config.json, a safetensors file or its index, a file of torch.save, or a folder
 * of them. Only headers are read. Throws MODEL_FILE_NOT_FOUND, MODEL_FILE_UNREADABLE, MODEL_FILE_UNKNOWN_KIND,
 * MODEL_FILE_EMPTY_FOLDER, MODEL_FILE_TOO_LARGE, MODEL_FILE_DAMAGED, and what shared/planner/models throws.
 */
export async function readModelAt(given: string, signal?: AbortSignal): Promise<ModelShape> {
  const file = path.resolve(given.replace(/^~(?=$|[\\/])/, homedir()));
  const found = await reading(file, () => stat(file));
  signal?.throwIfAborted();
  if (found.isDirectory()) return ofFolder(file, signal);
  if (!found.isFile()) throw unknownKind(file);
  // An index has names only; what lies beside it has shapes.
  if (/\.index\.json$/i.test(file) && (await hasBetter(path.dirname(file))))
    return ofFolder(path.dirname(file), signal);
  if (/\.json$/i.test(file)) return modelFromText(await jsonText(file, found.size), nameOf(file));
  const tensors = await tensorsOf(file, found.size);
  return modelFromSafetensorsHeader(tensors, path.basename(file));
}

/** "config.json" says nothing: the folder that it lies in does. */
const nameOf = (file: string): string =>
  /^(config|params|model\.safetensors\.index|pytorch_model\.bin\.index)\.json$/i.test(path.basename(file))
    ? path.basename(path.dirname(file)) || path.basename(file)
    : path.basename(file);

const hasBetter = async (folder: string): Promise<boolean> =>
  (await reading(folder, () => readdir(folder))).some((name) => /^config\.json$|\.safetensors$/i.test(name));

async function ofFolder(folder: string, signal: AbortSignal | undefined): Promise<ModelShape> {
  const names = await reading(folder, () => readdir(folder));
  const config = names.find((name) => name === 'config.json');
  if (config !== undefined) {
    const file = path.join(folder, config);
    const { size } = await reading(file, () => stat(file));
    return modelFromConfig(await jsonText(file, size), path.basename(folder));
  }
  const safe = names.filter((name) => /\.safetensors$/i.test(name));
  // Weights of Transformers before others: optimisers and schedulers are kept as .pt beside them.
  const torch = names.filter((name) => torchName.test(name));
  const weights = torch.filter((name) => /^(pytorch_model|model|consolidated)/i.test(name));
  const files = (safe.length > 0 ? safe : weights.length > 0 ? weights : torch).sort().slice(0, mostFiles);
  if (files.length === 0)
    throw new TrainyardError(
      'MODEL_FILE_EMPTY_FOLDER',
      `${folder} has no config.json and no file of weights.`,
      {
        params: { path: folder },
      },
    );
  const all: Record<string, unknown> = {};
  for (const name of files) {
    signal?.throwIfAborted();
    const file = path.join(folder, name);
    const { size } = await reading(file, () => stat(file));
    Object.assign(all, await tensorsOf(file, size));
  }
  return modelFromSafetensorsHeader(all, path.basename(folder));
}

/** Names, types and shapes of the tensors in a file, as the header of a safetensors file says them. */
async function tensorsOf(file: string, bytes: number): Promise<Record<string, unknown>> {
  if (/\.safetensors$/i.test(file)) return safetensorsHeader(file, bytes);
  if (torchName.test(file)) return torchTensors(file, bytes);
  throw unknownKind(file);
}

async function safetensorsHeader(file: string, bytes: number): Promise<Record<string, unknown>> {
  return withFile(file, async (read) => {
    const first = await read(0, 8);
    const length = first.length === 8 ? first.readBigUInt64LE(0) : 0n;
    if (length < 2n || length + 8n > BigInt(bytes)) throw damaged(file, broken('BROKEN_HEADER_CUT'));
    if (length > BigInt(largestHeader)) throw tooLarge(file, Number(length), largestHeader);
    const text = (await read(8, Number(length))).toString('utf8');
    try {
      return JSON.parse(text) as Record<string, unknown>;
    } catch {
      throw damaged(file, broken('BROKEN_HEADER_JSON'));
    }
  });
}

async function torchTensors(file: string, bytes: number): Promise<Record<string, unknown>> {
  const preview = await withFile(file, async (read) =>
    previewOf({ name: path.basename(file), bytes, head: await read(0, Math.min(headBytes, bytes)), read }),
  );
  if (preview.kind === 'none') throw damaged(file, whyNone(preview));
  if (preview.kind !== 'tensors') throw unknownKind(file);
  return Object.fromEntries(preview.tensors.map(({ name, dtype, shape }) => [name, { dtype, shape }]));
}

async function jsonText(file: string, bytes: number): Promise<string> {
  if (bytes > largestJson) throw tooLarge(file, bytes, largestJson);
  return withFile(file, async (read) => (await read(0, bytes)).toString('utf8'));
}

type Read = (offset: number, length: number) => Promise<Buffer>;

async function withFile<T>(file: string, use: (read: Read) => Promise<T>): Promise<T> {
  const handle = await reading(file, () => open(file, 'r'));
  try {
    return await use(async (offset, length) => {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await reading(file, () => handle.read(buffer, 0, length, offset));
      return buffer.subarray(0, bytesRead);
    });
  } finally {
    await handle.close();
  }
}

async function reading<T>(file: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = systemTold(error);
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new TrainyardError(
        'MODEL_FILE_NOT_FOUND',
        `There is no file or folder ${file} on this computer.`,
        {
          params: { path: file },
        },
      );
    throw new TrainyardError('MODEL_FILE_UNREADABLE', `${file} cannot be read: ${why.message}`, {
      params: { path: file, ...because('why', why) },
      cause: error,
    });
  }
}

/** What the preview found wrong: its own words are the end of a sentence that begins with "it". */
function whyNone(preview: { why: string; params: Told['params'] }): Told {
  const what = toldWithin(preview.params).find(([name]) => name === 'what')?.[1];
  return what ?? { code: preview.why, params: preview.params, message: preview.why };
}

const damaged = (file: string, why: Told): TrainyardError =>
  new TrainyardError('MODEL_FILE_DAMAGED', `${file} is damaged or cut off: ${why.message}`, {
    params: { path: file, ...because('why', why) },
  });
const tooLarge = (file: string, bytes: number, most: number): TrainyardError =>
  new TrainyardError(
    'MODEL_FILE_TOO_LARGE',
    `The description in ${file} is ${bytes} bytes long; at most ${most} are read.`,
    { params: { path: file, bytes, most } },
  );
const unknownKind = (file: string): TrainyardError =>
  new TrainyardError(
    'MODEL_FILE_UNKNOWN_KIND',
    `${file} is no description of a model. Give a config.json, a *.safetensors or *.pt file, or the folder that has them.`,
    { params: { path: file } },
  );
