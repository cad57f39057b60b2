import { canonicalJson } from './chain.ts';

const soundsSecret = /pass(word|phrase)|secret|token|private.?key|authorization|cookie/i;
const maxCharacters = 8_000;

/** Details fit to be kept for ever: nothing that sounds like a secret, nothing without bound. Names of secrets may stay. */
export function safeDetails(details: Record<string, unknown>): Record<string, unknown> {
  const safe = withoutSecrets(details, 0) as Record<string, unknown>;
  const text = canonicalJson(safe);
  return text.length <= maxCharacters
    ? safe
    : { shortened: true, beginning: text.slice(0, maxCharacters / 2) };
}

function withoutSecrets(value: unknown, depth: number): unknown {
  if (depth > 20) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth + 1));
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      soundsSecret.test(name) && !/names?$|ids?$/i.test(name)
        ? '[not recorded]'
        : withoutSecrets(member, depth + 1),
    ]),
  );
}
