import { activity } from './activity.ts';
import { app } from './app.ts';
import { credentials } from './credentials.ts';
import { data } from './data.ts';
import { logs } from './logs.ts';
import { newRun } from './new-run.ts';
import { overview } from './overview.ts';
import { run } from './run.ts';
import { runs } from './runs.ts';
import { settings } from './settings.ts';
import { sites } from './sites.ts';
import { ui } from './ui.ts';
import type { BaseKey } from './words.ts';

/** One file per part of the page. A new part adds its file here. */
export const areas = {
  activity,
  app,
  credentials,
  data,
  logs,
  newRun,
  overview,
  run,
  runs,
  settings,
  sites,
  ui,
};

export type Area = keyof typeof areas;
type KeysOf<A extends Area> = BaseKey<keyof (typeof areas)[A]['en'] & string>;
/** Every key the page may use: "area.key". */
export type Key = { [A in Area]: `${A}.${KeysOf<A>}` }[Area];
