import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import type { ModelShape } from '#shared/domain/workload.ts';
import { modelFromConfig, modelFromSafetensorsHeader } from '#shared/planner/models/index.ts';

/** A config.json is some kilobytes; an index of tensors a few megabytes. */
const largestJsonBytes = 64 * 1024 * 1024;
/** As the format's own readers limit it. */
const largestHeaderBytes = 100_000_000;

/**
 * The shape of a model from a file that the user chose. Of a safetensors file only its header is read, however large it is. Throws
 * what the readers throw; MODEL_FILE_TOO_LARGE, MODEL_HEADER_BROKEN.
 */
export async function modelFromFile(file: File): Promise<ModelShape> {
  if (/\.safetensors$/i.test(file.name)) return modelFromSafetensorsHeader(await headerOf(file), file.name);
  if (file.size > largestJsonBytes)
    throw new TrainyardError('MODEL_FILE_TOO_LARGE', `${file.name} is larger than any config.json.`, {
      params: { path: file.name, bytes: file.size, most: largestJsonBytes },
    });
  const text = await file.text();
  return /index\.json$/i.test(file.name)
    ? modelFromSafetensorsHeader(text, file.name)
    : modelFromConfig(text, file.name);
}

/** The first eight bytes tell how long the JSON after them is. */
async function headerOf(file: File): Promise<string> {
  const broken = () =>
    new TrainyardError('MODEL_HEADER_BROKEN', `${file.name} does not begin as a safetensors file does.`, {
      params: { name: file.name },
    });
  if (file.size < 8) throw broken();
  const length = new DataView(await file.slice(0, 8).arrayBuffer()).getBigUint64(0, true);
  if (length < 2n || length > BigInt(largestHeaderBytes) || 8n + length > BigInt(file.size)) throw broken();
  const bytes = await file.slice(8, 8 + Number(length)).arrayBuffer();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw broken();
  }
}
