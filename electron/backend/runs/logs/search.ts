import { because, type Told } from '#shared/domain/because.ts';
import { sayBox } from '#shared/domain/box-sentences.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { quoted } from '#shared/domain/quoted.ts';
import type { LogMatch, LogQuery } from '../box/interface.ts';
import type { AttemptLog } from './attempt-log.ts';

const pieceBytes = 1024 * 1024;
const longestLineBytes = 16_384;
const newline = 10;

/**
 * Searches what is kept here of a log, for when its box is out of sight. Plain text or a simple pattern: what the box
 * would do with `grep -E`, by this runtime's own expressions; lines are cut so that no expression takes long.
 */
export async function* searchCopy(
  log: AttemptLog,
  query: LogQuery,
  signal: AbortSignal,
): AsyncGenerator<LogMatch> {
  const matches = matcher(query);
  let found = 0;
  for (const [start, end] of log.keptRanges) {
    // Counted from the log's start where we have it; after a gap nobody knows, and 0 says so.
    let lineNumber = start === 0 ? 1 : 0;
    let lineStart = start;
    let rest = Buffer.alloc(0);
    for (let at = start; at < end && !signal.aborted; ) {
      const piece = await log.read(at, Math.min(pieceBytes, end - at), signal);
      if (piece.length === 0) break;
      at += piece.length;
      let text = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      for (let cut = text.indexOf(newline); cut !== -1; cut = text.indexOf(newline)) {
        const line = text.subarray(0, Math.min(cut, longestLineBytes)).toString('utf8');
        if (matches(line)) {
          yield { offset: lineStart, lineNumber, text: line };
          if (++found >= query.limit) return;
        }
        lineStart += cut + 1;
        if (lineNumber > 0) lineNumber++;
        text = text.subarray(cut + 1);
      }
      rest = Buffer.from(text);
    }
    const last = rest.subarray(0, longestLineBytes).toString('utf8');
    if (rest.length > 0 && matches(last)) {
      yield { offset: lineStart, lineNumber, text: last };
      if (++found >= query.limit) return;
    }
  }
}

function matcher({ pattern, regex, ignoreCase }: LogQuery): (line: string) => boolean {
  if (!regex) {
    const wanted = ignoreCase ? pattern.toLowerCase() : pattern;
    return (line) => (ignoreCase ? line.toLowerCase() : line).includes(wanted);
  }
  // A repeated group inside a repetition can take for ever here, unlike with grep on the box.
  if (/\([^)]*[*+{][^)]*\)[*+{]/.test(pattern)) throw patternInvalid(sayBox('PATTERN_REPEATED'));
  try {
    const expression = new RegExp(pattern, ignoreCase ? 'iu' : 'u');
    return (line) => expression.test(line);
  } catch (error) {
    throw patternInvalid(quoted(error instanceof Error ? error.message : String(error)));
  }
}

const patternInvalid = (why: Told) =>
  new TrainyardError('LOG_PATTERN_INVALID', `This search pattern is not valid: ${why.message}`, {
    params: because('reason', why),
  });
