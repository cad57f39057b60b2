import { z } from 'zod';
import { type Settings, settings } from '#shared/domain/settings.ts';

/** The settings in the order of the page, by section. Kinds, ranges and defaults are the schema's: nothing is said twice. */
const sections = {
  look: ['theme', 'language', 'density', 'logFontSize', 'currency', 'currencyPerDollar', 'currencyRateOn'],
  runs: ['stopGraceSeconds', 'downloadDirectory'],
  machines: ['refreshSeconds', 'parallelConnections'],
  notifications: ['notifyRunEnded', 'notifyNeedsUser'],
  terminals: [
    'terminalFontSize',
    'terminalTheme',
    'terminalCursor',
    'terminalCursorBlink',
    'terminalScrollback',
    'terminalCopyOnSelect',
    'terminalAskBeforePaste',
    'terminalClipboard',
    'terminalTitles',
    'terminalKeptBy',
    'terminalShellHere',
  ],
  vault: ['vaultIdleMinutes', 'vaultLockWithScreen'],
  backups: ['backupEveryHours', 'backupsKept'],
} as const satisfies Record<string, readonly (keyof Settings)[]>;

export type SectionName = keyof typeof sections;
export const sectionNames = Object.keys(sections) as SectionName[];

export type SettingKind =
  | { kind: 'switch' }
  | { kind: 'choice'; options: readonly string[] }
  | { kind: 'number'; low: number; high: number }
  | { kind: 'text' };

export interface Setting {
  name: keyof Settings;
  section: SectionName;
  usual: Settings[keyof Settings];
  is: SettingKind;
}

function kindOf(name: keyof Settings): SettingKind {
  const schema: unknown = settings.shape[name].unwrap();
  if (schema instanceof z.ZodEnum) return { kind: 'choice', options: schema.options.map(String) };
  if (schema instanceof z.ZodBoolean) return { kind: 'switch' };
  if (schema instanceof z.ZodNumber)
    return { kind: 'number', low: schema.minValue ?? 0, high: schema.maxValue ?? Number.MAX_SAFE_INTEGER };
  return { kind: 'text' };
}

const usual: Settings = settings.parse({});

export const allSettings: readonly Setting[] = sectionNames.flatMap((section) =>
  sections[section].map((name) => ({ name, section, usual: usual[name], is: kindOf(name) })),
);

/** What has more to say than its name. */
export const hinted: ReadonlySet<keyof Settings> = new Set([
  'stopGraceSeconds',
  'downloadDirectory',
  'currencyPerDollar',
  'currencyRateOn',
  'terminalClipboard',
  'terminalTitles',
  'terminalKeptBy',
  'terminalShellHere',
  'vaultIdleMinutes',
]);
