import { z } from 'zod';
import { boxPath, fileVersion } from '../domain/box-file.ts';
import { errorShape } from '../domain/error.ts';
import { idSchema } from '../domain/id.ts';
import type { Role } from '../domain/role.ts';
import { terminalSize } from '../domain/terminal.ts';

// Frames are apart: the page reads them without loading what checks the rest.
export * from './frames.ts';

export const openStream = z.discriminatedUnion('kind', [
  /** A run's log from byte `offset` (negative: that many bytes before the end) and on as it grows; ends when the attempt has ended and all was sent. */
  z.object({
    kind: z.literal('log'),
    runId: idSchema,
    epoch: z.number().int().min(1).optional(),
    offset: z.number().int(),
    follow: z.boolean(),
    credit: z.number().int().min(0),
  }),
  /**
   * A terminal: what it shows from byte `offset` of its output on where that is still kept, else its screen as a snapshot and
   * what follows it. `offset` -1: the snapshot. DATA from the page is typed into it. It ends when the terminal is closed.
   * A new size comes as INFO at its place between the bytes: a viewer whose emulator takes it right there, and not before, shows
   * what everybody sees. What programs ask of the emulator (where is the cursor, what are you, which colours) the backend
   * answers, once: a viewer's emulator must not (`silenceAnswers` of shared/domain/terminal-answers.ts).
   */
  z.object({
    kind: z.literal('terminal'),
    terminalId: idSchema,
    offset: z.number().int().min(-1),
    /** Of a snapshot that it begins with, at most about so many lines above the screen: quicker there. Absent: all. */
    above: z.number().int().min(0).optional(),
    credit: z.number().int().min(0),
  }),
  /**
   * A file from the page to a machine, below a temporary name until its hash is right. INFO says from which byte on it is wanted
   * (what arrived of the same upload before a cut is kept); the backend gives credit; the page ends with END. INFO `done` is the last.
   */
  z.object({
    kind: z.literal('upload'),
    /** Chosen by the page; the same again goes on. */
    uploadId: idSchema,
    machineId: idSchema,
    path: boxPath,
    bytes: z.number().int().min(0),
    /** Epoch ms; kept. */
    modifiedAt: z.number(),
    /** False: FILE_EXISTS where there is one of that name. */
    replace: z.boolean(),
    credit: z.number().int().min(0),
  }),
  /** A file of a machine from byte `offset` on to its end; FILE_CHANGED when it changes meanwhile. */
  z.object({
    kind: z.literal('file'),
    machineId: idSchema,
    path: boxPath,
    offset: z.number().int().min(0),
    /** What it must still be; null: whatever it is. */
    version: fileVersion.nullable(),
    credit: z.number().int().min(0),
  }),
]);
export type OpenStream = z.infer<typeof openStream>;

const logInfo = z.object({
  /** The offset in the log of the next DATA byte. */
  offset: z.number(),
  /** Its length now. */
  bytes: z.number(),
  epoch: z.number(),
  live: z.boolean(),
  /** False while the box is out of sight: the stream stays open and goes on by itself. */
  reachable: z.boolean(),
});
export type LogInfo = z.infer<typeof logInfo>;
const terminalInfo = z.object({
  kind: z.literal('terminal'),
  /** Offset in its output of the next DATA byte that is not of a snapshot. */
  offset: z.number(),
  /** The next so many DATA bytes are a snapshot: the viewer clears all it has, sets the size, and writes them. 0: there is none. */
  snapshotBytes: z.number(),
  size: terminalSize,
  /**
   * A program asks for this to be put on the clipboard (OSC 52); told once, to the viewer that typed last. Never sent while the
   * setting `terminalClipboard` is `deny`; with `ask` the page asks the user first.
   */
  clipboard: z.string().max(1_000_000).optional(),
});
export type TerminalInfo = z.infer<typeof terminalInfo>;
const uploadInfo = z.object({
  kind: z.literal('upload'),
  /** From here on bytes are wanted; with `done`, its length. */
  offset: z.number(),
  /** SHA-256 of what is there before `offset`, where that is not 0: a page that has its file anew goes on only where it has the same. */
  begunSha256: z.string().optional(),
  /** It came to an earlier process of the backend: it is compared also by the page that has sent it. */
  toCompare: z.boolean().optional(),
  /** It is there under its name, and its hash over there is that of what was sent. */
  done: z.object({ path: z.string(), sha256: z.string() }).nullable(),
});
export type UploadInfo = z.infer<typeof uploadInfo>;
const fileInfo = z.object({
  kind: z.literal('file'),
  offset: z.number(),
  bytes: z.number(),
  version: fileVersion,
  /** After the last byte: the hash of the whole file over there, where the stream began at 0. */
  sha256: z.string().nullable(),
});
export type FileInfo = z.infer<typeof fileInfo>;

export const streamInfo = z.union([terminalInfo, uploadInfo, fileInfo, logInfo]);
export type StreamInfo = z.infer<typeof streamInfo>;

export type StreamKind = OpenStream['kind'];
export type OpenStreamOf<Kind extends StreamKind> = Extract<OpenStream, { kind: Kind }>;
interface StreamInfos {
  log: LogInfo;
  terminal: TerminalInfo;
  upload: UploadInfo;
  file: FileInfo;
}
export type InfoOf<Kind extends StreamKind> = StreamInfos[Kind];

/** Who may open what: a log is looked at, the rest acts on a machine. */
export const streamRoles: Readonly<Record<StreamKind, Role>> = {
  log: 'viewer',
  terminal: 'operator',
  upload: 'operator',
  file: 'operator',
};

export const parseOpen = (payload: Uint8Array): OpenStream =>
  openStream.parse(JSON.parse(new TextDecoder().decode(payload)));
export const parseInfo = (payload: Uint8Array): StreamInfo =>
  streamInfo.parse(JSON.parse(new TextDecoder().decode(payload)));
export const parseEnd = (payload: Uint8Array): z.infer<typeof errorShape> | null =>
  payload.byteLength === 0 ? null : errorShape.parse(JSON.parse(new TextDecoder().decode(payload)));
