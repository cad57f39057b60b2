import { because } from '../../domain/because.ts';
import type { Reason } from '../../domain/figure.ts';
import { quoted } from '../../domain/quoted.ts';
import { reasonOf, saySentence } from '../../domain/sentence.ts';
import { TrainyardError } from '../../domain/trainyard-error.ts';
import { type ModelSentence, modelSentences } from './sentences.ts';

export const modelError = (code: ModelSentence, params: Reason['params']): TrainyardError =>
  new TrainyardError(code, saySentence(modelSentences[code], params), { params });

export const note = (code: ModelSentence, params: Reason['params']): Reason =>
  reasonOf(modelSentences, code, params);

export type Json = Record<string, unknown>;
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object in a text. Throws MODEL_NOT_JSON, MODEL_NOT_OBJECT. */
export function objectOf(json: unknown, name: string): Json {
  let value = json;
  if (typeof json === 'string') {
    try {
      value = JSON.parse(json);
    } catch (error) {
      const why = quoted(error instanceof Error ? error.message : String(error));
      throw modelError('MODEL_NOT_JSON', { name, ...because('why', why) });
    }
  }
  if (!isObject(value)) throw modelError('MODEL_NOT_OBJECT', { name });
  return value;
}

/** No count of a transformer is larger; a product of four of them is still finite. */
const largest = 1e8;

/** Reads whole numbers by any of several names, as architectures call the same thing differently. */
export class Keys {
  readonly json: Json;
  readonly name: string;
  readonly notes: Reason[];

  constructor(json: Json, name: string, notes: Reason[]) {
    this.json = json;
    this.name = name;
    this.notes = notes;
  }

  /** The first of the keys that is there. Null where none is. Throws MODEL_KEY_INVALID. */
  find(...keys: string[]): number | null {
    for (const key of keys) {
      const value = this.json[key];
      if (value === undefined || value === null) continue;
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > largest)
        throw modelError('MODEL_KEY_INVALID', { name: this.name, key, value: shown(value), most: largest });
      return value;
    }
    return null;
  }

  /** Like find, where 0 means that there is none. */
  findOrNone(...keys: string[]): number {
    const key = keys.find((one) => this.json[one] !== undefined && this.json[one] !== null);
    if (key === undefined || this.json[key] === 0 || this.json[key] === false) return 0;
    return this.find(key) ?? 0;
  }

  /** Like find. Throws MODEL_KEY_MISSING naming the first. */
  need(...keys: string[]): number {
    const found = this.find(...keys);
    if (found === null) throw modelError('MODEL_KEY_MISSING', { name: this.name, key: keys[0] ?? '' });
    return found;
  }

  /** Like find, noting what was assumed instead. */
  guess(value: number, ...keys: string[]): number {
    const found = this.find(...keys);
    if (found !== null) return found;
    this.notes.push(note('MODEL_NOTE_GUESSED', { key: keys[0] ?? '', value }));
    return value;
  }

  text(...keys: string[]): string | null {
    for (const key of keys) {
      const value = this.json[key];
      if (typeof value === 'string' && value !== '') return value.slice(0, 100);
    }
    return null;
  }

  flag(key: string): boolean | null {
    const value = this.json[key];
    return typeof value === 'boolean' ? value : null;
  }

  object(key: string): Json | null {
    const value = this.json[key];
    return isObject(value) ? value : null;
  }
}

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? `"${value}"` : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};
