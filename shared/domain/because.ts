type Params = Record<string, string | number>;

/** Something that is said by a code: an error, a check, a reason. */
export interface Told {
  code: string;
  params: Params;
  message: string;
}

/**
 * The values by which one sentence stands within another: `{{why}}` is its English there, and beside it go its code (`why#`) and
 * its own values (`why.machine`), by which a page says it in its own language. Nested ones nest: `why.why#`.
 */
export function because(name: string, { code, params, message }: Told): Params {
  const within: Params = { [name]: message, [`${name}#`]: code };
  for (const [key, value] of Object.entries(params)) within[`${name}.${key}`] = value;
  return within;
}

/** As `because`, of any number: several are one text, in English; none is empty. */
export function becauseOf(name: string, all: readonly Told[]): Params {
  const [first, ...others] = all;
  if (first !== undefined && others.length === 0) return because(name, first);
  return { [name]: all.map(({ message }) => message).join(' ') };
}

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
