import type { TrainyardError } from '#shared/domain/error.ts';
import type { CopyBox } from './box.ts';

/**
 * What the end of copy-send.sh means, where it is the word of one of the two sides; null: it was interrupted on the way, and may
 * be tried again.
 */
export function sendRefusal({
  from,
  to,
  exitCode,
  said,
  bytes,
  place,
}: {
  from: CopyBox;
  to: CopyBox;
  exitCode: number | null;
  said: string;
  bytes: number;
  place: string;
}): TrainyardError | null {
  const ofSource = exitCode === 4;
  if (!ofSource && exitCode !== 3) return null;
  const lines = said.split('\n').filter((line) => /^!(read|short)/.test(line) === ofSource);
  return (ofSource ? from : to).refusal(lines.join('\n'), bytes, place);
}
