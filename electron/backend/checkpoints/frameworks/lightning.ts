import type { CheckpointVerdict } from '#shared/domain/checkpoint.ts';
import { startOf, torchFile } from '../formats/torch-file.ts';
import type { Recognised } from '../recogniser.ts';
import { type NamedStep, stepOfName } from '../steps.ts';
import { join, nameOf, type TreeIndex } from '../tree-index.ts';
import { complete, completeByStability, fileMissing } from '../verdicts.ts';
import { isDeepspeed, judgeDeepspeed } from './deepspeed.ts';
import { stepWithin } from './torch.ts';
import { isDcp, judgeDcp } from './torch-dcp.ts';

const suffix = /\.ckpt$/;

/** Lightning: `.ckpt`, a file that takes its name when it is whole, or a directory of parts. `last.ckpt` may be a link to one. */
export async function lightning(index: TreeIndex): Promise<Recognised[]> {
  const entries = index.tree.entries.filter(({ path }) => suffix.test(path));
  const found = await Promise.all(
    entries.map(({ path, kind }) => {
      if (kind === 'directory') return parted(index, path);
      return kind === 'file' ? whole(index, path) : null;
    }),
  );
  return found.filter((one) => one !== null);
}

async function whole(index: TreeIndex, path: string): Promise<Recognised> {
  const [{ problem, endless }, named] = await Promise.all([torchFile(index, path), stepOfFile(index, path)]);
  const verdict = endless ? completeByStability() : complete();
  return { framework: 'lightning', path, ...named, files: [path], problem, verdict };
}

/** As the name tells, else as the file's first words do ("global_step" is the second of them). */
export async function stepOfFile(index: TreeIndex, path: string): Promise<NamedStep> {
  const named = stepOfName(nameOf(path));
  const entry = index.file(path);
  if (named.step !== null || entry === null || entry.bytes === 0) return named;
  const head = await startOf(index, entry, 4096);
  const step = head === null ? null : stepWithin(head);
  return step === null ? named : { step, order: step };
}

/** FSDP writes `meta.pt` beside DCP's parts; DeepSpeed a tag called `checkpoint`. */
async function parted(index: TreeIndex, path: string): Promise<Recognised | null> {
  const tag = join(path, 'checkpoint');
  const meta = join(path, 'meta.pt');
  if (isDeepspeed(index, tag)) {
    const { problem } = await judgeDeepspeed(index, tag);
    return found(index, path, problem);
  }
  const named = index.names(path).some((name) => name === 'meta.pt');
  if (!named && !isDcp(index, path)) return null;
  if (!named) return found(index, path, fileMissing(meta));
  const [dcp, file] = await Promise.all([judgeDcp(index, path), torchFile(index, meta)]);
  return found(index, path, dcp.problem ?? file.problem);
}

function found(index: TreeIndex, path: string, problem: CheckpointVerdict | null): Recognised {
  const last = ['.metadata', 'meta.pt', 'latest'].map((name) => join(path, name));
  const all = index.below(path);
  const files = [...all.filter((file) => !last.includes(file)), ...all.filter((file) => last.includes(file))];
  return { framework: 'lightning', path, ...stepOfName(nameOf(path)), files, problem, verdict: complete() };
}
