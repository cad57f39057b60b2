import { directoryOf } from '#renderer/features/copies/copy-again.ts';
import { t, translateError } from '#renderer/i18n/index.ts';
import type { AppEvent, Notice } from '#shared/domain/event.ts';
import type { Settings } from '#shared/domain/settings.ts';
import { placeName } from './place-name.ts';
import { paths } from './routes.ts';

/** Something that happened without the user's hand just then, and where each answer to it leads. */
export interface Happening {
  /** The same in every window: shown once where they can know of each other. */
  id: string;
  kind: 'ended' | 'needs' | 'done';
  level: 'info' | 'warning' | 'error';
  title: string;
  body: string;
  /** The first one is also what a click on the whole does. */
  actions: readonly { label: string; path: string }[];
}

const runEnds = new Set(['RUN_SUCCEEDED', 'RUN_FAILED', 'RUN_LOST']);

export function actionsOfNotice({ runId, siteId, code }: Notice): Happening['actions'] {
  if (runId) {
    const open = { label: t('app.openRun'), path: paths.run(runId) };
    if (code.startsWith('MOVE_'))
      return [open, { label: t('app.openMove'), path: paths.run(runId, 'moves') }];
    if (!runEnds.has(code)) return [open];
    return [
      open,
      { label: t('app.openItsLog'), path: paths.run(runId, 'log') },
      { label: t('app.runAgain'), path: `${paths.newRun}?from=${runId}` },
    ];
  }
  return siteId ? [{ label: t('app.openSite'), path: paths.sites }] : [];
}

/**
 * What an event has to tell; null: nothing. `sinceAt`: what ended before (epoch ms) is old news. `told` holds the copies whose
 * end was told; it is added to.
 */
export function happeningOf(event: AppEvent, sinceAt: number, told: Set<string>): Happening | null {
  switch (event.type) {
    case 'notice': {
      const { notice } = event;
      return {
        id: `notice ${notice.id}`,
        kind: notice.runId && runEnds.has(notice.code) ? 'ended' : 'needs',
        level: notice.level,
        title: t('app.name'),
        body: translateError(notice.code, notice.params, notice.message),
        actions: actionsOfNotice(notice),
      };
    }
    case 'prompt.opened':
      return {
        id: `prompt ${event.prompt.id}`,
        kind: 'needs',
        level: 'warning',
        title: event.prompt.siteName,
        body: t('overview.needPromptText'),
        actions: [{ label: t('app.openSite'), path: paths.sites }],
      };
    case 'copy.changed': {
      const { id, state, to, endedAt, error } = event.copy;
      if ((state !== 'done' && state !== 'failed') || told.has(id)) return null;
      if (endedAt !== null && endedAt < sinceAt) return null;
      told.add(id);
      const machine = placeName(to.machineId, to.machineName, t);
      const failed = {
        to: `${machine}:${to.path}`,
        why: error ? translateError(error.code, error.params, error.message) : '',
      };
      return {
        id: `copy ${id}`,
        kind: 'done',
        level: state === 'done' ? 'info' : 'error',
        title: t('app.name'),
        body: state === 'done' ? t('app.copyDone', { machine, path: to.path }) : t('copies.failed', failed),
        actions: [
          state === 'done'
            ? { label: t('copies.show'), path: paths.files(to.machineId, directoryOf(to.path)) }
            : { label: t('app.openMachine'), path: paths.machine(to.machineId) },
        ],
      };
    }
    default:
      return null;
  }
}

/** Whether the settings let it be told outside of the page. */
export const isWanted = ({ kind }: Happening, settings: Settings): boolean =>
  kind === 'ended' ? settings.notifyRunEnded : settings.notifyNeedsUser;
