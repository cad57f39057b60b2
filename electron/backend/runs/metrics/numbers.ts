const plain = /[-+]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,3})?/y;
const notFinite = /([-+]?)(nan|inf(?:inity)?)/iy;
/** What Python puts around a number it prints by `repr`. */
const wrappers = ['tensor(', 'np.float64(', 'np.float32(', 'np.float16(', 'np.int64(', 'array(', 'Decimal('];

export interface NumberFound {
  value: number;
  /** Position after it. */
  end: number;
  /** Written with a point or an exponent, or not finite, or as per cent: a measurement rather than a count. */
  fractional: boolean;
}

/**
 * The number that stands at `at`, where it really is one: "3.2s", "12:30", "1.2.3", "2024-01-02" are none. A ratio
 * ("9815/10000") is taken only where `ratio` says that one is expected.
 */
export function numberAt(text: string, at: number, ratio = false): NumberFound | null {
  let start = at;
  const opening = text.charAt(start);
  if (opening === '"' || opening === "'") start++;
  const wrapper = wrappers.find((each) => text.startsWith(each, start));
  if (wrapper !== undefined) start += wrapper.length;
  const found = bareNumberAt(text, start);
  if (found === null) return null;
  let { value, end } = found;
  let { fractional } = found;
  const next = text.charAt(end);
  if (next === '/') {
    const below = ratio ? bareNumberAt(text, end + 1) : null;
    if (below === null || below.value === 0 || !endsThere(text, below.end)) return null;
    value /= below.value;
    end = below.end;
    fractional = true;
  } else if (!endsThere(text, end)) {
    return null;
  } else if (next === '%') {
    fractional = true;
  }
  if (text.charAt(end) === opening && start > at) end++;
  return { value, end, fractional };
}

function bareNumberAt(text: string, at: number): NumberFound | null {
  plain.lastIndex = at;
  const digits = plain.exec(text)?.[0];
  if (digits !== undefined) {
    const value = Number(digits);
    const fractional = /[.eE]/.test(digits);
    return { value, end: at + digits.length, fractional };
  }
  notFinite.lastIndex = at;
  const word = notFinite.exec(text);
  if (word === null) return null;
  const infinite = word[2]?.toLowerCase() !== 'nan';
  const value = !infinite ? Number.NaN : word[1] === '-' ? -Infinity : Infinity;
  return { value, end: at + word[0].length, fractional: true };
}

/** Whether a number may end at `at`: what follows must not make it a unit, a version, a time, a date or an address. */
function endsThere(text: string, at: number): boolean {
  const next = text.charAt(at);
  if (/[\p{L}\p{N}_/@\\]/u.test(next)) return false;
  return !/[.:-]/.test(next) || !/\d/.test(text.charAt(at + 1));
}
