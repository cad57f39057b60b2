import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Told } from '#shared/domain/because.ts';
import { formTold } from '#shared/domain/form-sentences.ts';
import { plainLine } from '#shared/domain/quoted.ts';
import { saySetting } from '#shared/domain/setting-sentences.ts';
import {
  type SettingProblem,
  type Settings,
  type SettingsChanges,
  settings as settingsSchema,
} from '#shared/domain/settings.ts';
import { offsetOfMistake } from './syntax.ts';

/** The text of `settings.json`: what differs from the defaults, nothing else. Pure. */

const keys = Object.keys(settingsSchema.shape) as (keyof Settings)[];
export const defaults: Settings = settingsSchema.parse({});
/** For editors; nothing is fetched from it. */
const schemaLine = 'https://trainyard.app/schemas/settings.json';
/** No settings are longer, characters. */
const longest = 262_144;

export interface ReadSettings {
  /** What could be taken; a setting that is not in the text is absent. */
  values: SettingsChanges;
  problems: SettingProblem[];
  /** What was not taken, as it stands there: it is kept when the file is written again. Empty where the whole is no JSON. */
  untaken: Record<string, unknown>;
  /** False: the text as a whole is no JSON object, so nothing of it was taken. */
  readable: boolean;
}

const unreadable = (line: number, why: Told): ReadSettings => ({
  values: {},
  problems: [{ key: '', line, why }],
  untaken: {},
  readable: false,
});

/** Reads what an editor has left. Never throws: what makes no sense is a problem with its line. */
export function readSettingsText(text: string): ReadSettings {
  const plain = text.replace(/^\uFEFF/, '');
  if (plain.length > longest) return unreadable(1, saySetting('SETTINGS_LARGE'));
  // An emptied file says that nothing differs from the defaults.
  if (plain.trim() === '') return { values: {}, problems: [], untaken: {}, readable: true };
  let value: unknown;
  try {
    value = JSON.parse(plain);
  } catch (error) {
    // A text that just ends is wrong at its last line.
    const end = plain.trimEnd();
    const line = end.slice(0, offsetOfMistake(plain)).split('\n').length;
    return unreadable(line, whyOfSyntaxError(error));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return unreadable(1, saySetting('SETTINGS_NO_OBJECT'));
  return takeEach(value as Record<string, unknown>, linesOf(plain));
}

function takeEach(given: Record<string, unknown>, lines: ReadonlyMap<string, number>): ReadSettings {
  const read: ReadSettings = { values: {}, problems: [], untaken: {}, readable: true };
  const values = new Map<string, unknown>();
  for (const [key, value] of Object.entries(given)) {
    if (key === '$schema') continue;
    const name = keys.find((known) => known === key);
    const checked = name ? settingsSchema.shape[name].unwrap().safeParse(value) : null;
    if (name && checked?.success) {
      values.set(name, checked.data);
      continue;
    }
    read.untaken[key] = value;
    read.problems.push({
      key,
      line: lines.get(key) ?? 1,
      why: checked ? formTold(checked.error?.issues[0]) : saySetting('SETTINGS_NO_SUCH'),
    });
  }
  read.values = Object.fromEntries(values);
  return read;
}

/** The line of each key of the outermost object, from 1; of one that is there twice, the last, which is the one that counts. */
function linesOf(text: string): Map<string, number> {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: false });
  const lines = new Map<string, number>();
  if (!isMap(document.contents)) return lines;
  for (const { key } of document.contents.items) {
    if (isScalar(key) && key.range) lines.set(String(key.value), counter.linePos(key.range[0]).line);
  }
  return lines;
}

/** Without the place, which is said by itself, and without what stands around it: that may be long. */
function whyOfSyntaxError(error: unknown): Told {
  const message = error instanceof Error ? error.message : String(error);
  const short = message
    .replace(/ ?in JSON at position.*$/, '')
    .replace(/, \.{0,3}".*" is not valid JSON$/s, '')
    .replace(/\(line \d+ column \d+\)/, '')
    .trim();
  return saySetting('SETTINGS_NO_JSON', { said: plainLine(short) });
}

/** The file for these settings. `untaken` goes back in as it was: nothing that a user wrote is lost. */
export function writeSettingsText(
  settings: Settings,
  untaken: Readonly<Record<string, unknown>> = {},
): string {
  const other = keys.filter((key) => settings[key] !== defaults[key]).map((key) => [key, settings[key]]);
  const whole = { $schema: schemaLine, ...Object.fromEntries(other), ...untaken };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/** What must change for the settings to be as the file says: what it does not name has its default. */
export function changesTo(values: SettingsChanges, settings: Settings): SettingsChanges {
  const wanted = (key: keyof Settings) => values[key] ?? defaults[key];
  return Object.fromEntries(
    keys.filter((key) => wanted(key) !== settings[key]).map((key) => [key, wanted(key)]),
  );
}
