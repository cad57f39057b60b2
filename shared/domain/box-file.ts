import { z } from 'zod';
import { idSchema } from './id.ts';

/** Names on a box are bytes. One that is not UTF-8 is shown with \xNN for each such byte and is asked for by that. */
export const boxPath = z.string().min(1).max(4096);

export const fileKinds = ['file', 'directory', 'link', 'other'] as const;
export const fileEntry = z.object({
  name: z.string(),
  kind: z.enum(fileKinds),
  bytes: z.number(),
  /** Epoch ms by the box's clock. */
  modifiedAt: z.number(),
  /** As `ls` writes it: `rwxr-xr-x`. */
  mode: z.string(),
  owner: z.string(),
  /** Of a link: where it points, and what is there (null: nothing, or a loop). */
  target: z.object({ path: z.string(), kind: z.enum(fileKinds).nullable() }).nullable(),
});
export type FileEntry = z.infer<typeof fileEntry>;

/** A directory as it was when it was listed; pages of it are asked for by `listingId` while it is kept. */
export const listing = z.object({
  listingId: z.string(),
  machineId: idSchema,
  /** Absolute, links resolved. */
  path: z.string(),
  /** Of the whole directory, after `search`. */
  total: z.number().int(),
  /** Entries of the directory in all, hidden ones too. */
  all: z.number().int(),
  entries: z.array(fileEntry),
  listedAt: z.number(),
  freeBytes: z.number().nullable(),
  writable: z.boolean(),
});
export type Listing = z.infer<typeof listing>;

/** What tells one state of a file from another without reading it: size, mtime and inode as the box says them. */
export const fileVersion = z.string().max(200);

const tensor = z.object({
  name: z.string(),
  dtype: z.string(),
  shape: z.array(z.number()),
  bytes: z.number(),
});
const cell = z.object({
  kind: z.enum(['markdown', 'code', 'raw']),
  source: z.string(),
  /** Plain text of what it printed; images as base64. Never HTML or scripts. */
  outputs: z.array(
    z.union([
      z.object({ text: z.string(), error: z.boolean() }),
      z.object({ mime: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp']), base64: z.string() }),
    ]),
  ),
  count: z.number().nullable(),
});

/** What a file looks like inside, from as few of its bytes as that takes. */
export const filePreview = z.discriminatedUnion('kind', [
  /** `text`: UTF-8 (or UTF-16 with a mark) decoded; `cut`: only its beginning. `editable`: whole, small, and decoded without loss. */
  z.object({
    kind: z.literal('text'),
    text: z.string(),
    language: z.enum(['plain', 'yaml', 'json', 'jsonl', 'python', 'markdown', 'shell', 'toml', 'xml', 'log']),
    cut: z.boolean(),
    editable: z.boolean(),
    newline: z.enum(['\n', '\r\n']),
  }),
  z.object({
    kind: z.literal('table'),
    separator: z.string(),
    columns: z.array(z.string()),
    rows: z.array(z.array(z.string())),
    cut: z.boolean(),
  }),
  z.object({
    kind: z.literal('image'),
    mime: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp']),
    base64: z.string(),
    width: z.number().nullable(),
    height: z.number().nullable(),
  }),
  z.object({ kind: z.literal('notebook'), language: z.string(), cells: z.array(cell), cut: z.boolean() }),
  z.object({
    kind: z.literal('tensors'),
    format: z.enum(['safetensors', 'pytorch', 'numpy', 'gguf']),
    tensors: z.array(tensor),
    total: z.number().int(),
    parameters: z.number(),
    metadata: z.record(z.string(), z.string()),
  }),
  z.object({
    kind: z.literal('archive'),
    format: z.enum(['zip', 'tar', 'gzip']),
    names: z.array(z.string()),
    cut: z.boolean(),
  }),
  /** First bytes, for a hex view. */
  z.object({ kind: z.literal('binary'), base64: z.string() }),
  z.object({ kind: z.literal('empty') }),
  /** It is too large for a preview of its kind, or damaged; `why` is a code of errors. */
  z.object({
    kind: z.literal('none'),
    why: z.string(),
    params: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
]);
export type FilePreview = z.infer<typeof filePreview>;

/** A file of a run's code as it was launched, beside the same file of the working tree on this computer. */
export const codeDifference = z.object({
  path: z.string(),
  change: z.enum(['added', 'removed', 'changed', 'mode']),
  beforeBytes: z.number().nullable(),
  nowBytes: z.number().nullable(),
});
export type CodeDifference = z.infer<typeof codeDifference>;
