import { boxTold, sayBox } from '#shared/domain/box-sentences.ts';
import { idPattern } from '#shared/domain/id.ts';
import { boxAnswerInvalid, printable } from './errors.ts';
import type { BoxAttempt, BoxPhase, BoxReport } from './interface.ts';

const phases: readonly string[] = ['setup', 'running', 'stopping', 'ended', 'lost'] satisfies BoxPhase[];
const endings: readonly string[] = ['itself', 'user', 'supervisor', 'timer'];

/**
 * What `status.awk` printed, checked field by field: a box can print anything. Throws BOX_ANSWER_INVALID for what is not
 * a whole report; a single attempt that makes no sense is reported as damaged and takes no other with it.
 */
export function parseReport(text: string, root: string): BoxReport {
  const start = text.startsWith('trainyard 1\t') ? 0 : text.indexOf('\ntrainyard 1\t') + 1;
  if (start === 0 && !text.startsWith('trainyard 1\t')) throw boxAnswerInvalid(text);
  const lines = text.slice(start).split('\n');
  const bootId = lines[0]?.split('\t')[1]?.trim() ?? '';
  const end = lines.indexOf('end');
  if (end < 0 || !/^[\w.-]{1,64}$/.test(bootId)) throw boxAnswerInvalid(text.slice(start));
  const report: BoxReport = { bootId: bootId === 'unknown' ? null : bootId, attempts: [], damaged: [] };
  for (const line of lines.slice(1, end)) {
    const fields = line.split('\t');
    const runId = fields[1] ?? '';
    if (!idPattern.test(runId)) continue;
    if (fields[0] === 'D') report.damaged.push({ runId, why: boxTold(printable(fields[2] ?? '')) });
    if (fields[0] !== 'A') continue;
    const attempt = parseAttempt(fields, root);
    if (attempt) report.attempts.push(attempt);
    else report.damaged.push({ runId, why: sayBox('BOX_RECORD_SENSELESS') });
  }
  return report;
}

function parseAttempt(fields: string[], root: string): BoxAttempt | null {
  if (fields.length !== 21) return null;
  const [, runId = '', epoch, phase, pid, beat, beatAge, sup, trainer, bootId = '', ...rest] = fields;
  const [code, signal = '-', by = '-', logBytes, logInode = '-', startedAgo, endedAgo, complaint = ''] = rest;
  const [armed = '-', movedTo = '-', byBoot] = rest.slice(8);
  const epochNumber = whole(epoch);
  if (epochNumber === null || epochNumber < 1 || !phases.includes(phase ?? '')) return null;
  if (!/^[01]$/.test(sup ?? '') || !/^[01]$/.test(trainer ?? '')) return null;
  const said = printable(complaint);
  return {
    runId,
    epoch: epochNumber,
    phase: phase as BoxPhase,
    directory: `${root}/runs/${runId}`,
    pid: whole(pid),
    heartbeat: whole(beat) ?? 0,
    heartbeatAgeMs: whole(beatAge),
    supervisorAlive: sup === '1',
    trainerAlive: trainer === '1',
    bootId: printable(bootId).slice(0, 64),
    exit: endings.includes(by)
      ? {
          code: whole(code),
          signal: /^SIG[A-Z0-9]{2,10}$/.test(signal) ? signal : null,
          by: by as 'itself' | 'user' | 'supervisor' | 'timer',
        }
      : null,
    armed: parseArmed(armed),
    movedTo: movedTo === '-' ? null : printable(movedTo).slice(0, 200) || null,
    startedAtBoot: byBoot === '1',
    logBytes: whole(logBytes) ?? 0,
    logInode: /^\d{1,20}$/.test(logInode) ? logInode : null,
    startedAgoMs: whole(startedAgo),
    endedAgoMs: whole(endedAgo),
    complaint: said === '' ? null : said.slice(0, 1000),
  };
}

/** "TOKEN MILLISECONDS 0|1": what is left of an armed stop's time, and whether it has come. */
function parseArmed(text: string): BoxAttempt['armed'] {
  const match = /^([A-Za-z0-9]{1,40}) (\d{1,15}) ([01])$/.exec(text);
  const [, token, remaining, fired] = match ?? [];
  if (token === undefined) return null;
  return { token, remainingMs: Number(remaining), fired: fired === '1' };
}

function whole(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return null;
  return Number(text);
}
