import type { Told } from './because.ts';
import { quoted } from './quoted.ts';

/** What the system's own error codes mean, to stand within a sentence. `renderer/i18n/errors/system.ts` has both languages. */
export const systemSentences = {
  SYSTEM_ENOENT: 'there is no such file or folder',
  SYSTEM_ENOTDIR: 'a part of its path is no folder',
  SYSTEM_EISDIR: 'it is a folder',
  SYSTEM_EEXIST: 'something of that name is there already',
  SYSTEM_ELOOP: 'it is a link that leads to itself',
  SYSTEM_ENAMETOOLONG: 'its name is too long',
  SYSTEM_EACCES: 'this account may not access it',
  SYSTEM_EPERM: 'the system does not permit it',
  SYSTEM_EROFS: 'its disk is mounted read-only',
  SYSTEM_ENOSPC: 'the disk is full',
  SYSTEM_EDQUOT: 'the quota of the disk is used up',
  SYSTEM_EIO: 'its disk does not answer as it should',
  SYSTEM_EBUSY: 'something else is using it',
  SYSTEM_EMFILE: 'too many files are open',
  SYSTEM_ENOMEM: 'there is not enough memory',
  SYSTEM_ECONNREFUSED: 'nothing listens there',
  SYSTEM_ECONNRESET: 'the connection broke',
  SYSTEM_ETIMEDOUT: 'no answer came in time',
  SYSTEM_ENOTFOUND: 'its name could not be found',
  SYSTEM_EHOSTUNREACH: 'no network leads there',
  SYSTEM_EADDRINUSE: 'another program has this address',
} as const;

type SystemCode = keyof typeof systemSentences;
const isKnown = (code: string): code is SystemCode => Object.hasOwn(systemSentences, code);

/** Those that mean the same to whoever reads them. */
const alike: Readonly<Record<string, string>> = {
  ENFILE: 'EMFILE',
  ETXTBSY: 'EBUSY',
  EPIPE: 'ECONNRESET',
  ECONNABORTED: 'ECONNRESET',
  ESOCKETTIMEDOUT: 'ETIMEDOUT',
  EAI_AGAIN: 'ENOTFOUND',
  ENETUNREACH: 'EHOSTUNREACH',
  EHOSTDOWN: 'EHOSTUNREACH',
};

/** What went wrong, by the system's code where it has one that is known; else its own words, quoted. */
export function systemTold(thrown: unknown): Told {
  const found = errorsIn(thrown);
  for (const { code } of found) {
    const known = `SYSTEM_${alike[code] ?? code}`;
    if (isKnown(known)) return { code: known, params: {}, message: systemSentences[known] };
  }
  // Some errors have no words but their code.
  return quoted(
    found.map(({ message, code }) => message || code).find((text) => text !== '') ?? String(thrown),
  );
}

/** The error and what lies beneath it: what caused it, or the several tries that it sums up. Innermost words first. */
function errorsIn(thrown: unknown, depth = 0): { code: string; message: string }[] {
  if (!(thrown instanceof Error) || depth > 3) return [];
  const { code } = thrown as { code?: unknown };
  const tries: unknown[] = thrown instanceof AggregateError ? thrown.errors : [];
  return [
    ...[thrown.cause, ...tries].flatMap((inner) => errorsIn(inner, depth + 1)),
    { code: typeof code === 'string' ? code : '', message: thrown.message },
  ];
}
