import { TrainyardError } from '#shared/domain/error.ts';
import { newId } from '#shared/domain/id.ts';
import type { BrowseBox } from './box.ts';
import { answerInvalid, exists } from './errors.ts';
import { baseOf, bytesOf, parentOf, textOf } from './names.ts';
import { longestTarName, tarOfFiles } from './tar-of-files.ts';
import { timeWords } from './times.ts';

/** A file that has arrived here whole. */
export interface SmallFile {
  uploadId: string;
  path: string;
  content: Buffer;
  sha256: string;
  /** Epoch ms. */
  modifiedAt: number;
  replace: boolean;
}

interface Waiting {
  file: SmallFile;
  box: BrowseBox;
  signal: AbortSignal;
  done(path: string): void;
  failed(error: unknown): void;
}

/** How many programs bring small files to one machine at a time. */
const mostAtOnce = 3;
const mostInBatch = 128;
const mostBatchBytes = 8 * 1024 * 1024;
const timeoutMs = 300_000;

/**
 * Small files on their way to machines: those for one directory that wait together travel together, as one program over there
 * costs more than they do.
 */
export class SmallFiles {
  readonly #queues = new Map<string, { waiting: Waiting[]; going: number; noTar: boolean }>();

  /** Resolves with its whole name once it is in its place. */
  send(machineId: string, box: BrowseBox, file: SmallFile, signal: AbortSignal): Promise<string> {
    const queue = this.#queues.get(machineId) ?? { waiting: [], going: 0, noTar: false };
    this.#queues.set(machineId, queue);
    return new Promise((done, failed) => {
      queue.waiting.push({ file, box, signal, done, failed });
      this.#pump(machineId);
    });
  }

  #pump(machineId: string): void {
    const queue = this.#queues.get(machineId);
    if (queue === undefined) return;
    while (queue.going < mostAtOnce && queue.waiting.length > 0) {
      const batch = nextBatch(queue.waiting, queue.noTar);
      queue.going += 1;
      // A turn later: those that have arrived together go together.
      void bring(batch, queue).finally(() => {
        queue.going -= 1;
        this.#pump(machineId);
      });
    }
    if (queue.going === 0 && queue.waiting.length === 0) this.#queues.delete(machineId);
  }
}

function nextBatch(waiting: Waiting[], noTar: boolean): Waiting[] {
  const [first] = waiting;
  if (first === undefined) return [];
  if (noTar || !isPlain(first.file)) return waiting.splice(0, 1);
  const directory = parentOf(first.file.path);
  const batch: Waiting[] = [];
  const names = new Set<string>();
  let bytes = 0;
  for (let at = 0; at < waiting.length && batch.length < mostInBatch; ) {
    const one = waiting[at];
    const fits =
      one !== undefined &&
      isPlain(one.file) &&
      !one.signal.aborted &&
      parentOf(one.file.path) === directory &&
      !names.has(one.file.path) &&
      bytes + one.file.content.length <= mostBatchBytes;
    if (!fits) at += 1;
    else {
      batch.push(one);
      names.add(one.file.path);
      bytes += one.file.content.length;
      waiting.splice(at, 1);
    }
  }
  return batch.length > 0 ? batch : waiting.splice(0, 1);
}

/** Whether its name can be in a plain tar, and in what a program that hashes prints. */
function isPlain({ path }: SmallFile): boolean {
  const name = bytesOf(baseOf(path));
  return name.length <= longestTarName && !name.some((byte) => byte < 0x20 || byte === 0x5c || byte === 0x7f);
}

async function bring(batch: Waiting[], queue: { noTar: boolean }): Promise<void> {
  const [first] = batch;
  if (first === undefined) return;
  if (batch.length === 1) return alone(first);
  let left: Set<string>;
  try {
    left = await together(batch);
  } catch (thrown) {
    const { code } = TrainyardError.from(thrown);
    if (code === 'FILE_TOOL_MISSING') queue.noTar = true;
    // What is wrong with one of them is told of that one only; a connection that is gone is gone for all.
    if (code.startsWith('FILE_') && code !== 'FILE_CUT_SHORT') for (const one of batch) await alone(one);
    else for (const one of batch) one.failed(thrown);
    return;
  }
  for (const one of batch) {
    const { path, replace } = one.file;
    const name = textOf(bytesOf(baseOf(path)));
    if (!left.has(name)) one.done(path);
    else if (replace) await alone(one);
    else one.failed(exists(path, one.box.name));
  }
}

/** Returns the names of those that were not put over what is there. */
async function together(batch: readonly Waiting[]): Promise<Set<string>> {
  const [first] = batch;
  if (first === undefined) return new Set();
  const { box, file } = first;
  const named = batch.map(({ file: one }) => ({ ...one, name: bytesOf(baseOf(one.path)) }));
  // As the script lists them: those without a dot first, with two dots last.
  named.sort((a, b) => dotsOf(a.name) - dotsOf(b.name) || Buffer.compare(a.name, b.name));
  const hashes = named.map(({ sha256 }) => sha256).join('\n');
  const answer = await box.upload('batch', parentOf(file.path), newId(), [hashes], {
    // One page that goes away does not take the others' files with it.
    signal: AbortSignal.timeout(timeoutMs),
    stdin: tarOfFiles(named),
    timeoutMs,
  });
  const end = answer.lastIndexOf('\0') + 1;
  if (answer[end] !== 0x2f) throw answerInvalid(box.name, answer.toString('latin1', 0, 200));
  const names = end === 0 ? [] : answer.toString('latin1', 0, end - 1).split('\0');
  return new Set(names.map((name) => textOf(Buffer.from(name, 'latin1'))));
}

const dotsOf = (name: Buffer): number => (name[0] !== 0x2e ? 0 : name[1] !== 0x2e ? 1 : 2);

async function alone({ file, box, signal, done, failed }: Waiting): Promise<void> {
  try {
    const { path, content, sha256, modifiedAt, replace, uploadId } = file;
    const args = [String(content.length), sha256, ...timeWords(modifiedAt), replace ? '1' : '0'];
    done(textOf(await box.upload('small', path, uploadId, args, { signal, stdin: content, timeoutMs })));
  } catch (error) {
    failed(error);
  }
}
