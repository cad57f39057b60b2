import { sayBox } from '#shared/domain/box-sentences.ts';
import { plainLine } from '#shared/domain/quoted.ts';
import { type BoxConnection, refused } from './connection.ts';
import { boxAnswerInvalid, printable } from './errors.ts';
import type { BoxRuns } from './interface.ts';
import { checkAttempt, checkPlan, invalid, launchPayload } from './request.ts';
import { warm } from './warm.ts';

type MovingCalls = Pick<BoxRuns, 'warm' | 'requestCheckpoint' | 'arm' | 'disarm' | 'entomb' | 'startAtBoot'>;

/** Longer than this nobody waits for a command that makes the trainer save; the engine's own limits are shorter. */
const commandSeconds = 600;
const signals = ['USR1', 'USR2', 'TERM', 'INT', 'HUP', 'QUIT', 'ALRM', 'CONT'];

/** What moving a run asks of a box. */
export function movingCalls(box: BoxConnection): MovingCalls {
  async function answerOf(
    verb: string,
    args: readonly (string | number)[],
    {
      stdin,
      timeoutMs = 60_000,
      signal,
    }: { stdin?: string; timeoutMs?: number; signal?: AbortSignal | undefined },
  ): Promise<string> {
    const result = await box.call(verb, args.map(String), {
      timeoutMs,
      maxOutputBytes: 65_536,
      ...(stdin === undefined ? {} : { stdin }),
      ...(signal ? { signal } : {}),
    });
    return result.stdout.toString('utf8');
  }
  async function mustBeOk(
    verb: string,
    args: readonly (string | number)[],
    runId: string,
    epoch: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const answer = await answerOf(verb, args, { signal });
    if (answer !== 'ok\n') throw refused(answer, runId, epoch);
  }

  return {
    warm: (request, signal) => warm(box, request, signal),

    async requestCheckpoint(runId, epoch, how, signal) {
      checkAttempt(runId, epoch);
      let answer: string;
      if ('signal' in how) {
        const name = how.signal.toUpperCase().replace(/^SIG/, '');
        if (!signals.includes(name)) throw invalid(sayBox('ASK_SIGNAL', { signal: plainLine(how.signal) }));
        answer = await answerOf('ask', [runId, epoch, 'signal', name], { signal });
      } else {
        if (how.command.trim() === '' || how.command.includes('\0')) throw invalid(sayBox('ASK_COMMAND'));
        answer = await answerOf('ask', [runId, epoch, 'command', commandSeconds], {
          stdin: `${how.command}\n#complete`,
          timeoutMs: (commandSeconds + 60) * 1000,
          signal,
        });
      }
      const asked = /^asked (\d{1,6})\n$/.exec(answer)?.[1];
      if (asked === undefined) throw refused(answer, runId, epoch);
      return Number(asked);
    },

    async arm(runId, epoch, { token, seconds, graceSeconds }, signal) {
      checkAttempt(runId, epoch);
      checkToken(token);
      if (!(seconds > 0 && seconds <= 604_800)) throw invalid(sayBox('ASK_TIME'));
      if (!(graceSeconds >= 0 && graceSeconds <= 86_400)) throw invalid(sayBox('ASK_GRACE_SECONDS'));
      // Rounded to the safe side: never later than what the other side counts on.
      const times = [Math.max(1, Math.floor(seconds * 100)), Math.floor(graceSeconds * 100)];
      await mustBeOk('arm', [runId, epoch, token, ...times], runId, epoch, signal);
    },

    async disarm(runId, epoch, token, signal) {
      checkAttempt(runId, epoch);
      checkToken(token);
      await mustBeOk('disarm', [runId, epoch, token], runId, epoch, signal);
    },

    async entomb(runId, epoch, to, signal) {
      checkAttempt(runId, epoch);
      const place = printable(to).slice(0, 80) || '-';
      await mustBeOk('entomb', [runId, epoch, place], runId, epoch, signal);
    },

    async startAtBoot(runId, epoch, plan, signal) {
      checkAttempt(runId, epoch);
      if (plan !== null) checkPlan(runId, epoch, plan);
      const off = plan === null || plan.secretNames.length > 0;
      const answer = off
        ? await answerOf('bootstart', [runId, epoch, 'off'], { signal })
        : await answerOf(
            'bootstart',
            [runId, epoch, plan.max, plan.launch.graceSeconds, plan.launch.setupKey ?? '-'],
            { stdin: launchPayload(plan.launch), signal },
          );
      if (answer.startsWith('refused ')) throw refused(answer, runId, epoch);
      const match = /^boot (cron|systemd|off|impossible)(?: (.*))?\n$/.exec(answer);
      if (!match) throw boxAnswerInvalid(answer);
      if (plan !== null && off)
        return { by: 'impossible', why: 'secrets', details: plan.secretNames.join(', ') };
      const by = match[1] as 'cron' | 'systemd' | 'off' | 'impossible';
      const details = printable(match[2] ?? '').slice(0, 500) || null;
      return { by, why: by === 'impossible' ? 'no-scheduler' : null, details };
    },
  };
}

function checkToken(token: string): void {
  if (!/^[A-Za-z0-9]{1,40}$/.test(token)) throw invalid(sayBox('ASK_TOKEN'));
}
