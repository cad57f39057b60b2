import type { CopyPathKind } from '#shared/domain/copy.ts';

/** One stretch of bytes on its way: what gives it on the one machine, and what is asked of the receiver on the other. */
export interface Load {
  /** Of copy-receive.sh. */
  ask: string;
  /** Of copy-send.sh, after the place. */
  give: readonly string[];
  /** NUL-separated names, of a pack. */
  names?: Buffer;
  /** At low priority. */
  gentle?: boolean;
  /** Whether the hashes of what has arrived are wanted in the same go. */
  tell?: boolean;
  /** Of a pack only roughly. */
  bytes: number;
}

/** Whether it is small files together. */
export const isPack = ({ give }: Load): boolean => give[0] === 'pack';

/** What small files are compressed by on their way, the best first: zstd does it three times as fast, and makes less of it. */
export const zips = ['zstd', 'gzip'] as const;
export type Zip = (typeof zips)[number];

/** What it is compressed by on its way; '': nothing. */
export const zipOf = ({ ask }: Load): Zip | '' => zips.find((zip) => ask.startsWith(`${zip} `)) ?? '';

/** How bytes get from the one machine to the other. Several loads may be under way at a time, each on a lane of its own. */
export interface Way {
  readonly kind: CopyPathKind;
  /** As many as the line deserves; fixed once `expect` has resolved. */
  readonly lanes: number;
  /**
   * Resolves when everything was read, sent and taken in. `onBytes` hears of it meanwhile, where that can be known. Rejects
   * with a retryable error when the connection broke or nothing moved for too long; what arrived of it may be sent again.
   * Of a pack that is to be told (`tell`), what the receiver says of it: `HASH NAME` a line; null where it says nothing.
   */
  carry(
    load: Load,
    lane: number,
    signal: AbortSignal,
    onBytes: (bytes: number) => void,
  ): Promise<Buffer | null>;
  /** Looks at the line while the machines look at their files. */
  begin?(signal: AbortSignal): void;
  /** So much is going to be carried, at most. */
  expect?(bytes: number): Promise<void>;
  close(): Promise<void>;
}
