import { withoutControls } from './lines.ts';
import { numberAt } from './numbers.ts';
import { epochWords, ignoredWords, mayStandBeforeANumber, qualifiers, stepWords } from './words.ts';

/** A place in the training: "step 120", "[120/1000]", "Epoch 3/10". */
export interface Counter {
  value: number;
  total: number | null;
}

/** What one line of a log says. */
export interface Printed {
  metrics: { name: string; value: number }[];
  /** Named a step by the line itself. */
  step: (Counter & { word: string }) | null;
  /** A bare "120/1000" where progress bars print it. */
  bar: Counter | null;
  epoch: Counter | null;
}

export const mostMetricsPerLine = 64;
const longestName = 64;

const letter = /\p{L}/u;
/** Letters, digits and what metric names contain besides: `_ . / @ -`. */
function isWordCharacter(code: number): boolean {
  if (code >= 97 && code <= 122) return true;
  if (code >= 65 && code <= 90) return true;
  if (code >= 45 && code <= 57) return true; // - . / 0-9
  if (code === 95 || code === 64) return true;
  return code > 127 && letter.test(String.fromCharCode(code));
}
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isSpace = (code: number): boolean => code === 32 || code === 9;

/** Reads one line (without its end) in time linear in its length. Never throws. */
export function readPrinted(rawLine: string): Printed {
  const found: Printed = { metrics: [], step: null, bar: null, epoch: null };
  // Every form has a digit, or says nan or inf.
  if (!/\d|nan|inf/i.test(rawLine)) return found;
  const line = withoutControls(rawLine).trim();
  if (line.startsWith('Namespace(')) return found;
  if (line.startsWith('{') && line.endsWith('}') && readJson(line, found)) return found;
  scan(line, found);
  return found;
}

function scan(line: string, found: Printed): void {
  let at = 0;
  let previousWord = '';
  let previousEnd = -1;
  while (at < line.length && found.metrics.length < mostMetricsPerLine) {
    const code = line.charCodeAt(at);
    if (!isWordCharacter(code)) {
      at++;
      continue;
    }
    let end = at + 1;
    while (end < line.length && isWordCharacter(line.charCodeAt(end))) end++;
    const word = line.slice(at, end);
    if (isDigit(code)) {
      noteBar(line, at, word, found);
    } else {
      const name = trimName(word);
      const qualified =
        previousEnd >= 0 && at - previousEnd === 1 && qualifiers.has(previousWord.toLowerCase())
          ? `${previousWord}_${name}`
          : name;
      const quoteCode = at > 0 ? line.charCodeAt(at - 1) : 0;
      const read = readAfter(line, end, quoteCode, name, qualified, found);
      previousWord = read ? '' : qualified.length <= longestName ? qualified : '';
      previousEnd = end;
      // A value that was read is not looked at again as a word.
      end = Math.max(end, read);
    }
    at = end;
  }
}

/** `name` stands before position `at`: takes what follows it, and says where that ends; 0 when nothing was taken. */
function readAfter(
  line: string,
  at: number,
  quoteCode: number,
  name: string,
  qualified: string,
  found: Printed,
): number {
  if (name === '' || name.length > longestName) return 0;
  const lower = name.toLowerCase();
  let next = at;
  if ((quoteCode === 34 || quoteCode === 39) && line.charCodeAt(next) === quoteCode) next++;
  while (isSpace(line.charCodeAt(next))) next++;
  const separator = line.charAt(next);
  const separated = separator === '=' || separator === ':' || separator === '：';
  const last = lower.slice(lower.lastIndexOf('/') + 1);
  const isStep = stepWords.includes(last);
  if (isStep || epochWords.has(last)) {
    const counter = counterAt(line, separated ? next + 1 : next);
    if (counter === null) return 0;
    if (!isStep) found.epoch = { value: counter.value, total: counter.total };
    else if (Number.isInteger(counter.value)) noteStep(found, last, counter);
    return counter.end;
  }
  if (!separated) {
    if (next === at || !mayStandBeforeANumber(lower)) return 0;
    const number = numberAt(line, next);
    if (number === null || !number.fractional) return 0;
    addMetric(found, qualified, number.value);
    return number.end;
  }
  if (line.charAt(next + 1) === '=' || ignoredWords.has(last)) return 0;
  let start = next + 1;
  const tight = !isSpace(line.charCodeAt(start));
  while (isSpace(line.charCodeAt(start))) start++;
  const number = numberAt(line, start, /acc|correct/.test(lower));
  if (number === null) return 0;
  // "host:8080", "train.py:41": an address or a place in a file, not a measurement.
  if (separator === ':' && tight && quoteCode !== 34 && quoteCode !== 39 && !number.fractional) return 0;
  addMetric(found, qualified, number.value);
  return number.end;
}

function counterAt(line: string, from: number): (Counter & { end: number }) | null {
  let at = from;
  while (isSpace(line.charCodeAt(at))) at++;
  if (line.charAt(at) === '[' || line.charAt(at) === '(') at++;
  while (isSpace(line.charCodeAt(at))) at++;
  counterPattern.lastIndex = at;
  const match = counterPattern.exec(line);
  if (match === null) return null;
  const end = at + match[0].length;
  const next = line.charCodeAt(end);
  // "step 3rd", "epoch 2024-01-02", "it 3:20": no counters.
  if (isWordCharacter(next) && line.charAt(end) !== '.') return null;
  if (line.charAt(end) === ':' && isDigit(line.charCodeAt(end + 1))) return null;
  return { value: Number(match[1]), total: match[2] === undefined ? null : Number(match[2]), end };
}
const counterPattern = /(\d{1,15}(?:\.\d{1,15})?)(?: ?(?:\/|of) ?(\d{1,15}))?/y;

function noteStep(found: Printed, word: string, counter: Counter): void {
  const step = { word, value: counter.value, total: counter.total };
  if (found.step === null || stepWords.indexOf(word) < stepWords.indexOf(found.step.word)) found.step = step;
}

/** "120/1000" counts where a progress bar prints it: at the line's start, after `[`, or after the bar's `|`. */
function noteBar(line: string, at: number, word: string, found: Printed): void {
  const match = /^(\d{1,15})\/(\d{1,15})$/.exec(word);
  if (match === null || found.bar !== null) return;
  let before = at - 1;
  while (before >= 0 && isSpace(line.charCodeAt(before))) before--;
  if (before >= 0 && line.charAt(before) !== '[' && line.charAt(before) !== '|') return;
  const [value, total] = [Number(match[1]), Number(match[2])];
  if (total > 0 && value <= total) found.bar = { value, total };
}

const trimName = (word: string): string => word.replace(/[-./@]{1,64}$/, '').replace(/^[-./@]{1,64}/, '');

function addMetric(found: Printed, name: string, value: number): void {
  // `__proto__` cannot be a key of a plain object.
  if (name !== '' && name.length <= longestName && name !== '__proto__') found.metrics.push({ name, value });
}

/** One JSON object, numbers up to one level down ("train": {"loss": …} is train/loss). False when it is not JSON. */
function readJson(line: string, found: Printed): boolean {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // A Python dictionary, or JSON with NaN in it: the scanner reads those.
    return false;
  }
  if (typeof value !== 'object' || value === null) return false;
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === 'object' && item !== null && !Array.isArray(item)) {
      for (const [inner, leaf] of Object.entries(item)) addJson(found, `${key}/${inner}`, leaf);
    } else {
      addJson(found, key, item);
    }
    if (found.metrics.length >= mostMetricsPerLine) break;
  }
  return true;
}

function addJson(found: Printed, key: string, item: unknown): void {
  const value = typeof item === 'number' ? item : typeof item === 'string' ? wholeNumber(item) : null;
  if (value === null || found.metrics.length >= mostMetricsPerLine) return;
  const name = key.slice(0, longestName + 1).replace(/[^\p{L}\p{N}_./@-]/gu, '_');
  const last = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  if (stepWords.includes(last) && Number.isInteger(value) && value >= 0) {
    noteStep(found, last, { value, total: null });
  } else if (epochWords.has(last)) {
    found.epoch = { value, total: null };
  } else if (!ignoredWords.has(last) && /\p{L}/u.test(name)) {
    addMetric(found, name, value);
  }
}

function wholeNumber(text: string): number | null {
  const number = numberAt(text, 0);
  return number !== null && number.end === text.length ? number.value : null;
}
