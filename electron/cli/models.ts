import { existsSync } from 'node:fs';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import type { ModelShape } from '#shared/domain/workload.ts';
import { findPreset, presets } from '#shared/planner/models/index.ts';
import { didYouMean } from './did-you-mean.ts';

/** What is there as a file, else what is known by that name. Throws MODEL_UNKNOWN and what reading throws. */
export async function modelOf(given: string): Promise<ModelShape> {
  const looksLikePath = /^[.~/\\]|\.(json|safetensors|pt|pth|bin|ckpt)$/i.test(given);
  if (looksLikePath || existsSync(given)) {
    const { readModelAt } = await import('#backend/planner/index.ts');
    return readModelAt(given);
  }
  const preset = findPreset(given);
  if (preset !== null) return preset;
  const names = presets.map(({ name }) => name);
  throw new TrainyardError(
    'MODEL_UNKNOWN',
    `"${given}" is neither a file nor a known model. ${didYouMean(given, names)}Known are ${names.join(', ')}.`,
    { params: { name: given } },
  );
}
