import type { Key } from '#renderer/i18n/index.ts';

/** Keys of one place (a table, a log, a terminal) as the map shows them; the place's handler is made from the same list. */
export interface KeyList<A extends string = string> {
  title: Key;
  keys: readonly KeyLine<A>[];
}

export interface KeyLine<A extends string = string> {
  /** Each way to press it, as app/key-names.ts writes them. */
  keys: readonly string[];
  title: Key;
  /** What the handler is told. Two lines may be one action in two directions. */
  actions: Readonly<Record<string, A>>;
}

/** One action by several keys. */
export const keyLine = <A extends string>(title: Key, action: A, ...keys: string[]): KeyLine<A> => ({
  title,
  keys,
  actions: Object.fromEntries(keys.map((key) => [key, action])),
});

/** Two actions that belong together, such as down and up: keys of the first, then of the second. */
export const keyPair = <A extends string>(
  title: Key,
  first: readonly [A, ...string[]],
  second: readonly [A, ...string[]],
): KeyLine<A> => {
  const [one, ...oneKeys] = first;
  const [two, ...twoKeys] = second;
  return {
    title,
    keys: [...oneKeys, ...twoKeys],
    actions: {
      ...Object.fromEntries(oneKeys.map((key) => [key, one])),
      ...Object.fromEntries(twoKeys.map((key) => [key, two])),
    },
  };
};

/** The action of each key of a list. */
export const actionsOf = <A extends string>({ keys }: KeyList<A>): ReadonlyMap<string, A> =>
  new Map(keys.flatMap(({ actions }) => Object.entries(actions)));
