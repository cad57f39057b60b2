import { spawnSync } from 'node:child_process';
import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModelAt } from '#backend/planner/index.ts';
import { tempDirectory } from '#test/temp.ts';

const fixtures = path.join(import.meta.dirname, '../../../fixtures/checkpoints');

/** What Transformers itself saved: GPT-2 of 8 wide. */
async function saved(name: string): Promise<string> {
  const directory = await tempDirectory('model');
  const { status } = spawnSync('tar', ['xzf', path.join(fixtures, `${name}.tar.gz`), '-C', directory]);
  expect(status).toBe(0);
  return path.join(directory, name, 'checkpoint-2');
}

/** A safetensors file whose data is not there: only its header counts. */
async function safetensors(
  file: string,
  header: string,
  length = BigInt(Buffer.byteLength(header)),
): Promise<string> {
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(length);
  await writeFile(file, Buffer.concat([start, Buffer.from(header), Buffer.alloc(64)]));
  return file;
}

describe('a model on this computer', () => {
  it('is read from a folder by its config.json, and from that file', async () => {
    const folder = await saved('huggingface');
    const model = await readModelAt(folder);
    expect(model).toMatchObject({
      name: 'checkpoint-2',
      layers: 1,
      hidden: 8,
      heads: 1,
      vocabulary: 32,
      context: 16,
    });
    expect(await readModelAt(path.join(folder, 'config.json'))).toEqual(model);
  });

  it('is read from safetensors, and from several of them with their index', async () => {
    const one = await readModelAt(path.join(await saved('huggingface'), 'model.safetensors'));
    expect(one).toMatchObject({
      parameters: 1272,
      layers: 1,
      hidden: 8,
      vocabulary: 32,
      weightType: 'float32',
    });
    const folder = await saved('huggingface-sharded');
    await rm(path.join(folder, 'config.json'));
    const all = await readModelAt(folder);
    expect(all).toMatchObject({ parameters: 2144, layers: 2 });
    expect(await readModelAt(path.join(folder, 'model.safetensors.index.json'))).toEqual(all);
  });

  it('is read from what torch.save wrote, which is never run', async () => {
    const folder = await saved('huggingface-bin');
    const model = await readModelAt(path.join(folder, 'pytorch_model.bin'));
    expect(model).toMatchObject({ layers: 2, hidden: 8, vocabulary: 32, feedForward: 32 });
    await rm(path.join(folder, 'config.json'));
    // Optimiser and scheduler lie beside it as .pt.
    expect((await readModelAt(folder)).parameters).toBe(model.parameters);
  });

  it('is refused in words where it cannot be read', async () => {
    const directory = await tempDirectory('model');
    const at = (name: string) => path.join(directory, name);
    await mkdir(at('empty'));
    await writeFile(at('notes.txt'), 'hello');
    await writeFile(at('config.json'), '{"hidden_size": 8');
    await writeFile(at('a.pt'), 'not a pickle');
    await writeFile(at('empty.safetensors'), '');
    await safetensors(at('cut.safetensors'), '{}', 1_000_000n);
    await safetensors(at('noise.safetensors'), '{"a": [');
    await safetensors(at('huge.safetensors'), '{}', 200_000_000n);
    // Sparse: as long as its header claims, without taking the room.
    await truncate(at('huge.safetensors'), 200_000_100);
    const codeOf = async (name: string) =>
      (
        await readModelAt(at(name)).then(
          () => ({ code: 'none' }),
          (error) => error,
        )
      ).code;
    expect(await codeOf('missing.json')).toBe('MODEL_FILE_NOT_FOUND');
    expect(await codeOf('empty')).toBe('MODEL_FILE_EMPTY_FOLDER');
    expect(await codeOf('notes.txt')).toBe('MODEL_FILE_UNKNOWN_KIND');
    expect(await codeOf('config.json')).toBe('MODEL_NOT_JSON');
    expect(await codeOf('a.pt')).toBe('MODEL_FILE_UNKNOWN_KIND');
    expect(await codeOf('empty.safetensors')).toBe('MODEL_FILE_DAMAGED');
    expect(await codeOf('cut.safetensors')).toBe('MODEL_FILE_DAMAGED');
    expect(await codeOf('noise.safetensors')).toBe('MODEL_FILE_DAMAGED');
    expect(await codeOf('huge.safetensors')).toBe('MODEL_FILE_TOO_LARGE');
  });

  it('of an aborted question is not read', async () => {
    const folder = await saved('huggingface');
    await expect(readModelAt(folder, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });
});
