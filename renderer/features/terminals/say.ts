import { placeName } from '#renderer/app/place-name.ts';
import type { Translate } from '#renderer/i18n/index.ts';
import { formatDuration } from '#renderer/ui/index.ts';
import type { Terminal } from '#shared/domain/terminal.ts';
import type { ShownCommand } from './marks.ts';

/** What a terminal is called: the user's name for it, else its title, else where it is. */
export function terminalName(terminal: Terminal, t: Translate): string {
  if (terminal.name) return terminal.name;
  const place = terminal.runName ?? placeName(terminal.machineId, terminal.machineName, t);
  if (terminal.kind === 'gpu') return t('terminals.gpuOf', { name: place });
  return terminal.title || place;
}

/** A command and how it went, in a sentence. */
export function commandSentence(shown: ShownCommand, t: Translate): string {
  const command = shown.command?.slice(0, 200) || t('terminals.unknownCommand');
  if (shown.endedAt === null) return t('terminals.commandRuns', { command });
  const took = shown.startedAt === null ? null : formatDuration(Math.max(0, shown.endedAt - shown.startedAt));
  const failed = shown.exitCode !== null && shown.exitCode !== 0;
  if (failed) {
    const code = shown.exitCode ?? 0;
    return took === null
      ? t('terminals.commandFailed', { command, code })
      : t('terminals.commandFailedTook', { command, code, took });
  }
  return took === null
    ? t('terminals.commandDone', { command })
    : t('terminals.commandDoneTook', { command, took });
}
