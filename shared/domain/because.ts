type Params = Record<string, string | number>;

/** Something that is said by a code: an error, a check, a reason. */
export interface Told {
  code: string;
  params: Params;
  message: string;
}

/** An error, or more, as what it says. */
export const toldOf = ({ code, params, message }: Told): Told => ({ code, params, message });

/**
 * The values by which one sentence stands within another: `{{why}}` is its English there, and beside it go its code (`why#`) and
 * its own values (`why.machine`), by which a page says it in its own language. Nested ones nest: `why.why#`.
 */
export function because(name: string, { code, params, message }: Told): Params {
  const within: Params = { [name]: message, [`${name}#`]: code };
  for (const [key, value] of Object.entries(params)) within[`${name}.${key}`] = value;
  return within;
}

/** The same of what may also be the same in every language: a name, a fingerprint. */
export const asValue = (name: string, value: string | Told): Params =>
  typeof value === 'string' ? { [name]: value } : because(name, value);

/** The codes under which several travel as one: each is a value of it by its number, with its own code. */
export const severalCode = 'SEVERAL';
export const listCode = 'LIST';

/** Several things said one after the other, each of which keeps its code: sentences, or parts of one. */
export const several = (all: readonly Told[]): Told => togetherAs(severalCode, all);

/** The same of words that stand in a list within a sentence. */
export const listOf = (all: readonly Told[]): Told => togetherAs(listCode, all);

function togetherAs(code: string, all: readonly Told[]): Told {
  const params: Params = {};
  for (const [index, each] of all.entries()) Object.assign(params, because(String(index), each));
  const texts = all.map(({ message }) => message);
  return { code, params, message: code === listCode ? texts.join(', ') : inARow(texts, '; ') };
}

/** The first of many, and how many more there are. */
export function firstOf(all: readonly Told[], most: number): Told[] {
  const count = all.length - most;
  if (count <= 0) return [...all];
  return [...all.slice(0, most), { code: 'AND_MORE', params: { count }, message: `and ${count} more` }];
}

/** As `because`, of any number; none is empty. */
export function becauseOf(name: string, all: readonly Told[]): Params {
  const [first] = all;
  if (first === undefined) return { [name]: '' };
  return because(name, all.length === 1 ? first : several(all));
}

/** Sentences follow one another; between parts of one stands `gap`. */
export const inARow = (texts: readonly string[], gap: string): string =>
  texts.reduce((text, next) => {
    if (text === '' || text.endsWith('。')) return `${text}${next}`;
    return `${text}${/[.!?]$/.test(text) ? ' ' : gap}${next}`;
  }, '');

/** What `because` has put into values: each sentence by its name. */
export function toldWithin(params: Params): [name: string, told: Told][] {
  return Object.entries(params).flatMap(([key, code]): [string, Told][] => {
    const name = key.slice(0, -1);
    const message = params[name];
    if (!key.endsWith('#') || name.includes('.') || message === undefined) return [];
    const own = Object.entries(params).flatMap(([each, value]) =>
      each.startsWith(`${name}.`) ? [[each.slice(name.length + 1), value] as const] : [],
    );
    return [[name, { code: String(code), params: Object.fromEntries(own), message: String(message) }]];
  });
}
