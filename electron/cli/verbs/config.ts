import path from 'node:path';
import { dataDirectory } from '#backend/data-directory.ts';
import { formTold } from '#shared/domain/form-sentences.ts';
import { type Settings, settings } from '#shared/domain/settings.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { printJson, printLine } from '../output.ts';

/** `trainyard config get [KEY]` */
export async function getSettings(key: string | undefined, json: boolean): Promise<number> {
  if (key !== undefined) checkKey(key);
  const all = await withBackend(({ client }) => client.app.settings());
  if (key !== undefined) {
    const value = all[key as keyof Settings];
    if (json) printJson(value);
    else printLine(String(value));
  } else if (json) printJson(all);
  else for (const [name, value] of Object.entries(all)) printLine(`${name} = ${value}`);
  return exitCodes.ok;
}

/** `trainyard config set KEY VALUE` */
export async function setSetting(key: string, text: string, json: boolean): Promise<number> {
  checkKey(key);
  const value = parseValue(text);
  const checked = settings.shape[key as keyof Settings].safeParse(value);
  if (!checked.success) {
    const why = formTold(checked.error.issues[0]);
    throw new TrainyardError('SETTING_INVALID', `"${text}" does not fit ${key}: ${why.message}.`, {
      params: { key, value: text },
    });
  }
  const after = await withBackend(({ client }) => client.app.updateSettings({ [key]: value }));
  if (json) printJson(after);
  else printLine(`${key} = ${after[key as keyof Settings]}`);
  return exitCodes.ok;
}

/** `trainyard config unset KEY` */
export async function unsetSetting(key: string, json: boolean): Promise<number> {
  checkKey(key);
  const usual = settings.parse({})[key as keyof Settings];
  const after = await withBackend(({ client }) => client.app.updateSettings({ [key]: usual }));
  if (json) printJson(after);
  else printLine(`${key} = ${after[key as keyof Settings]}`);
  return exitCodes.ok;
}

/** `trainyard config path` */
export async function printPath(json: boolean): Promise<number> {
  const settingsFile = path.join(dataDirectory(), 'settings.json');
  if (json) printJson({ dataDirectory: dataDirectory(), settingsFile });
  else printLine(dataDirectory());
  return exitCodes.ok;
}

function checkKey(key: string): void {
  if (Object.hasOwn(settings.shape, key)) return;
  throw new TrainyardError(
    'SETTING_INVALID',
    `There is no setting "${key}". There are: ${Object.keys(settings.shape).join(', ')}.`,
    { params: { key, value: '' } },
  );
}

function parseValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** `trainyard config file`: what is in it is what differs from the defaults; any editor may change it. */
export async function printFile(json: boolean): Promise<number> {
  const { file, text, problems } = await withBackend(({ client }) => client.app.settingsFile());
  if (json) printJson({ file, problems, settings: text });
  else {
    printLine(file);
    for (const { key, line, why } of problems)
      printLine(`  line ${line}: ${key === '' ? why.message : `${key}: ${why.message}`}`);
  }
  return exitCodes.ok;
}
