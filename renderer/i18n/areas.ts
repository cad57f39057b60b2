import { activity } from './activity.ts';
import { app } from './app.ts';
import { catalog } from './catalog.ts';
import { checkpoints } from './checkpoints.ts';
import { copies } from './copies.ts';
import { costs } from './costs.ts';
import { credentials } from './credentials.ts';
import { data } from './data.ts';
import { figures } from './figures.ts';
import { files } from './files.ts';
import { fit } from './fit.ts';
import { keeping } from './keeping.ts';
import { logs } from './logs.ts';
import { move } from './move.ts';
import { newRun } from './new-run.ts';
import { overview } from './overview.ts';
import { places } from './places.ts';
import { plan } from './plan.ts';
import { ports } from './ports.ts';
import { quotas } from './quotas.ts';
import { recovery } from './recovery.ts';
import { run } from './run.ts';
import { runs } from './runs.ts';
import { settingNames } from './setting-names.ts';
import { settings } from './settings.ts';
import { sites } from './sites.ts';
import { terminals } from './terminals.ts';
import { ui } from './ui.ts';
import type { BaseKey } from './words.ts';

/** One file per part of the page. A new part adds its file here. */
export const areas = {
  activity,
  app,
  catalog,
  checkpoints,
  copies,
  costs,
  credentials,
  data,
  figures,
  files,
  fit,
  keeping,
  logs,
  move,
  newRun,
  overview,
  places,
  plan,
  ports,
  quotas,
  recovery,
  run,
  runs,
  settingNames,
  settings,
  sites,
  terminals,
  ui,
};

export type Area = keyof typeof areas;
type KeysOf<A extends Area> = BaseKey<keyof (typeof areas)[A]['en'] & string>;
/** Every key the page may use: "area.key". */
export type Key = { [A in Area]: `${A}.${KeysOf<A>}` }[Area];
