import { createHash, type Hash } from 'node:crypto';
import type { BytePiece, BytesContext } from '#backend/bytes/index.ts';
import { cancelled, type RunningProgram } from '#backend/processes/index.ts';
import type { OpenStreamOf } from '#shared/contract/bytes.ts';
import type { Actor } from '#shared/domain/role.ts';
import { boxOf, type FileAccess } from './access.ts';
import type { BrowseBox, Described } from './box.ts';
import { answerInvalid, changed, downloadDamaged, downloadStalled } from './errors.ts';
import { modifiedAtOf } from './facts.ts';
import { opened } from './opened.ts';
import { within } from './patience.ts';

type Request = OpenStreamOf<'file'>;
type Piece = BytePiece<'file'>;

export interface DownloadsOptions extends FileAccess {
  /** Throws where what lies there may not come to this computer; see `CopyPolicy`. */
  admitHere(download: { machineId: string; path: string; name: string; actor: Actor }): void;
}

const mib = 1024 * 1024;
/** A line that went silent says nothing; a disk that is woken up may take a while. */
const stalledMs = 90_000;
const hourMs = 3_600_000;

/** Files of machines to the page: as they are there, verified at the end, FILE_CHANGED where they do not stay as they are. */
export class Downloads {
  readonly #options: DownloadsOptions;

  constructor(options: DownloadsOptions) {
    this.#options = options;
  }

  async *send({ machineId, path, offset, version }: Request, context: BytesContext): AsyncGenerator<Piece> {
    const { signal, actor } = context;
    const box = await boxOf(this.#options, machineId, signal);
    const described = await box.stat(path, signal);
    this.#options.admitHere({
      machineId,
      path: described.path,
      name: `${box.name}:${described.path} → this computer`,
      actor,
    });
    const there = opened(described, box.name);
    if (version !== null && version !== there.version) throw changed(path, box.name, there.entry.modifiedAt);
    const { bytes } = there.entry;
    const info = { kind: 'file' as const, bytes, version: there.version };
    yield { info: { ...info, offset: Math.min(offset, bytes), sha256: null } };
    // Hashed over there at the same time: little is left to wait for at the end. Of a part there is no whole to compare with.
    const hashing = new AbortController();
    const either = AbortSignal.any([signal, hashing.signal]);
    const hashed = offset === 0 ? hashThere(box, described, either) : null;
    hashed?.catch(() => undefined); // told below, where it is waited for
    try {
      const hash = createHash('sha256');
      if (offset < bytes) yield* sent(box, path, described, offset, hash, signal);
      const said = hashed === null ? await stateThere(box, described, signal) : await hashed;
      if (said.before !== there.version || said.after !== there.version)
        throw changed(path, box.name, modifiedAtOf(said.after));
      const { sha256 } = said;
      if (sha256 !== null && sha256 !== hash.digest('hex')) {
        // It may have been hashed before it changed.
        const { after } = await stateThere(box, described, signal);
        if (after !== there.version) throw changed(path, box.name, modifiedAtOf(after));
        throw downloadDamaged(path, box.name);
      }
      yield { info: { ...info, offset: bytes, sha256 } };
    } finally {
      hashing.abort();
    }
  }
}

/** The bytes of a file from `offset` on, as many as it is said to have. */
async function* sent(
  box: BrowseBox,
  path: string,
  { path: full, there }: Described,
  offset: number,
  hash: Hash,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  const program = await box.spawn(box.command('send', full, [String(Math.floor(offset / mib))]), signal);
  const said = complaintOf(program);
  let skip = offset % mib;
  let left = there.entry.bytes - offset;
  try {
    program.stdin.end();
    const chunks = (program.stdout as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    const next = () => within(chunks.next(), stalledMs, () => downloadStalled(stalledMs / 1000, box.name));
    for (let step = await next(); !step.done; step = await next()) {
      const chunk = step.value;
      if (signal.aborted) throw cancelled(signal);
      const bytes = chunk.subarray(skip, skip + left);
      skip = Math.max(0, skip - chunk.length);
      left -= bytes.length;
      hash.update(bytes);
      if (bytes.length > 0) yield { bytes };
      if (left === 0) return;
    }
    if (signal.aborted) throw cancelled(signal);
    const { exitCode, signal: by } = await program.exited;
    if (exitCode !== 0) throw box.complaint(said.text, path, `exit ${exitCode ?? by}`);
    throw changed(path, box.name, there.entry.modifiedAt); // it has become shorter
  } finally {
    program.kill();
    program.exited.catch(() => undefined);
    program.stdout.resume();
  }
}

function complaintOf(program: RunningProgram): { text: string } {
  const said = { text: '' };
  program.stderr.on('data', (chunk: Buffer) => {
    if (said.text.length < 65_536) said.text += chunk.toString('utf8');
  });
  program.stdin.on('error', () => undefined); // its exit code says what it thought of it
  return said;
}

async function stateThere(box: BrowseBox, { path }: Described, signal: AbortSignal) {
  const { version } = (await box.stat(path, signal)).there;
  return { before: version, sha256: null, after: version };
}

/** `sha256` null: nothing over there can hash. */
async function hashThere(box: BrowseBox, { path }: Described, signal: AbortSignal) {
  const answer = await box.ask('hash', path, [], { signal, timeoutMs: 4 * hourMs });
  const [before, hash, after] = answer.toString('latin1').split('\n');
  if (before === undefined || hash === undefined || after === undefined)
    throw answerInvalid(box.name, answer.toString('latin1', 0, 200));
  return { before, sha256: /^[0-9a-f]{64}$/.test(hash) ? hash : null, after };
}
