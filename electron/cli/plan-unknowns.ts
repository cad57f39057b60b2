import type { RunDemand } from '#shared/domain/plan.ts';

/** What a plan does not know, what it does instead, and what tells it. */
export interface Unknown {
  what: 'memory' | 'time' | 'data' | 'result' | 'rhythm' | 'place';
  text: string;
}

const has = (yaml: string, key: string): boolean =>
  new RegExp(`^\\s*["']?(?:${key})["']?\\s*:`, 'm').test(yaml);

/** What neither the task nor what was typed tells: an answer that rests on it must say so. */
export function unknownsOf(yaml: string, demand: RunDemand): Unknown[] {
  const { model, tokens, duration, measured, data, resultBytes, useSpot } = demand;
  const isTimed = duration !== null || (model !== null && tokens !== null);
  const all: (Unknown | false)[] = [
    model === null && {
      what: 'memory',
      text: 'whether it fits in memory: no model was named, so no place is left out for its memory (--model)',
    },
    !isTimed && {
      what: 'time',
      text: `how long it takes${measured.length > 0 ? ', though its speed was measured' : ''}: one hour on each place is compared (--model and --tokens, or --takes)`,
    },
    data.bytes === 0 && {
      what: 'data',
      text: `how much data it needs: none is counted${has(yaml, 'file_mounts|storage_mounts') ? ', though the task mounts files' : ''} (--data)`,
    },
    resultBytes === 0 && { what: 'result', text: 'how much comes back: nothing is counted (--result)' },
    useSpot !== 'never' &&
      !has(yaml, 'checkpoint') && {
        what: 'rhythm',
        text: 'how often it saves: every 30 minutes is assumed ("every:" in the task\'s "checkpoint:")',
      },
    has(yaml, 'cloud|infra|region|zone|instance_type') && {
      what: 'place',
      text: 'the place that the task itself names: all are compared (--provider narrows it down)',
    },
  ];
  return all.filter((each) => each !== false);
}
