/**
 * The text of one member of a JSON object, without reading the rest: of a file for all regions only some are wanted. `from` is
 * where the object begins. Null where there is no such member, or the text is no JSON object.
 */
export function memberOf(text: string, name: string, from = 0): { from: number; to: number } | null {
  let at = skipSpace(text, from);
  if (text[at] !== '{') return null;
  at = skipSpace(text, at + 1);
  while (text[at] === '"') {
    const nameEnd = stringEnd(text, at);
    if (nameEnd < 0) return null;
    const isWanted = text.slice(at + 1, nameEnd) === name;
    at = skipSpace(text, nameEnd + 1);
    if (text[at] !== ':') return null;
    const valueFrom = skipSpace(text, at + 1);
    const valueTo = valueEnd(text, valueFrom);
    if (valueTo <= valueFrom) return null;
    if (isWanted) return { from: valueFrom, to: valueTo };
    at = skipSpace(text, valueTo);
    if (text[at] !== ',') return null;
    at = skipSpace(text, at + 1);
  }
  return null;
}

const space = /\s*/y;

function skipSpace(text: string, from: number): number {
  space.lastIndex = from;
  space.exec(text);
  return space.lastIndex;
}

/** Of the string that begins at `from`, its closing quote; -1: it has none. */
function stringEnd(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return -1;
}

const interesting = /["{}[\]]/g;

/** Behind the value that begins at `from`; `from` where it has no end. */
function valueEnd(text: string, from: number): number {
  const first = text[from];
  if (first === '"') return stringEnd(text, from) + 1;
  if (first !== '{' && first !== '[') {
    const end = text.slice(from, from + 40).search(/[\s,}\]]/);
    return end < 0 ? from : from + end;
  }
  let depth = 0;
  interesting.lastIndex = from;
  for (let found = interesting.exec(text); found; found = interesting.exec(text)) {
    if (found[0] === '"') {
      const end = stringEnd(text, found.index);
      if (end < 0) return from;
      interesting.lastIndex = end + 1;
    } else {
      depth += found[0] === '{' || found[0] === '[' ? 1 : -1;
      if (depth === 0) return found.index + 1;
    }
  }
  return from;
}
