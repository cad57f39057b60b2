import { describe, expect, test } from 'vitest';
import {
  checkHistory,
  checkLog,
  type HistoryRules,
  type LedgerEvent,
  newestSaved,
  oneAfterTheOther,
  plainLosses,
  readLedger,
} from '#test/lab/invariants.ts';

const lossAt = plainLosses(7);
const rules: HistoryRules = { lossAt, origin: oneAfterTheOther };
const broken = (events: LedgerEvent[], more: Partial<HistoryRules> = {}) =>
  checkHistory(events, { ...rules, ...more }).map(({ invariant }) => invariant);

/** A training as the ledgers would have it, whole and honest: each attempt goes on from what the one before saved. */
function history(attempts: { host: string; from: number; to: number }[]): LedgerEvent[] {
  let at = 0;
  const events: LedgerEvent[] = [];
  for (const [index, { host, from, to }] of attempts.entries()) {
    const base = { run: 'r', epoch: index + 1, host, pid: 100 + index };
    const add = (event: LedgerEvent['event'], more: Partial<LedgerEvent>) => {
      at += 10;
      events.push({ ...base, at, event, ...more });
    };
    add('start', {
      step: from,
      sha: from === 0 ? null : `sha${from}`,
      told: from === 0 ? null : `/x/step-${from}.bin`,
    });
    for (let step = from + 1; step <= to; step++) add('step', { step, loss: lossAt(step) });
    add('saving', { step: to, name: `step-${to}.bin`, sha: `sha${to}` });
    add('saved', { step: to, name: `step-${to}.bin` });
    add('end', { step: to });
  }
  return events;
}
const moved = () =>
  history([
    { host: 'a', from: 0, to: 5 },
    { host: 'b', from: 5, to: 9 },
    { host: 'a', from: 9, to: 12 },
  ]);
const change = (is: (event: LedgerEvent) => boolean, to: Partial<LedgerEvent>) =>
  moved().map((event) => (is(event) ? { ...event, ...to } : event));

describe('what a history must be', () => {
  test('an honest one breaks nothing, in whatever order its lines come', () => {
    expect(checkHistory(moved(), rules)).toEqual([]);
    expect(checkHistory(moved().reverse(), rules)).toEqual([]);
    expect(checkHistory([], rules)).toEqual([]);
  });

  test.each<[string, string, LedgerEvent[]]>([
    [
      'two at once, by one line',
      'one live trainer',
      [...moved(), { ...at(105), epoch: 1, host: 'a', pid: 100, event: 'end' }],
    ],
    [
      'one inside the other',
      'one live trainer',
      moved().map((e) => (e.epoch === 2 ? { ...e, at: e.at / 1000 + 50 } : e)),
    ],
    [
      'a lock that was held',
      'one live trainer',
      [...moved(), { ...at(130), epoch: 3, host: 'a', pid: 102, event: 'double' }],
    ],
    [
      'an epoch on two hosts',
      'one live trainer',
      [...moved(), { ...at(10_000), epoch: 3, host: 'b', pid: 9, event: 'end' }],
    ],
    [
      'a step left out',
      'steps go on exactly',
      moved().filter(({ event, step }) => !(event === 'step' && step === 7)),
    ],
    [
      'a step done twice',
      'steps go on exactly',
      moved().flatMap((e) => (e.event === 'step' && e.step === 7 ? [e, e] : [e])),
    ],
    [
      'begun from what nobody saved',
      'steps go on exactly',
      change(({ event, epoch }) => event === 'start' && epoch === 2, { sha: 'other' }),
    ],
    [
      'told one, taken another',
      'steps go on exactly',
      change(({ event, epoch }) => event === 'start' && epoch === 2, { told: '/x/step-4.bin' }),
    ],
    [
      'begun anew',
      'no checkpoint lost',
      history([
        { host: 'a', from: 0, to: 5 },
        { host: 'b', from: 0, to: 9 },
      ]),
    ],
    [
      'begun from an older one',
      'no checkpoint lost',
      history([
        { host: 'a', from: 0, to: 5 },
        { host: 'a', from: 5, to: 9 },
        { host: 'b', from: 5, to: 12 },
      ]),
    ],
    [
      'another loss',
      'losses of an unmoved run',
      change(({ event, step }) => event === 'step' && step === 8, { loss: 0.5 }),
    ],
  ])('%s is caught: %s', (_how, invariant, events) => {
    expect(broken(events)).toContain(invariant);
  });

  test('after a way back the source goes on from its own newest, whatever the destination has saved meanwhile', () => {
    const events = history([
      { host: 'a', from: 0, to: 5 },
      { host: 'b', from: 5, to: 9 },
      { host: 'a', from: 5, to: 12 },
    ]);
    expect(broken(events)).toEqual(['no checkpoint lost']);
    const back = (epoch: number) => ({ epoch: epoch === 3 ? 1 : epoch - 1, seen: true });
    expect(broken(events, { origin: back })).toEqual([]);
    expect(broken(moved(), { origin: back })).toEqual(['steps go on exactly']);
  });

  test('an older checkpoint is right where the newest was out of sight, but nothing else is', () => {
    const events = history([
      { host: 'a', from: 0, to: 5 },
      { host: 'a', from: 5, to: 9 },
      { host: 'b', from: 5, to: 12 },
    ]);
    expect(broken(events, { origin: unseen })).toEqual([]);
    const anew = history([
      { host: 'a', from: 0, to: 5 },
      { host: 'b', from: 0, to: 9 },
    ]);
    expect(broken(anew, { origin: unseen })).toEqual(['no checkpoint lost']);
  });

  test('a save that was cut off by KILL counts as one that may be gone on from, not as one that must', () => {
    const cut = moved().filter(({ event, epoch }) => !(event === 'saved' && epoch === 1));
    expect(broken(cut)).toEqual([]);
    expect(newestSaved(cut.filter(({ epoch }) => epoch === 1))).toBeNull();
  });
});

test('a log is what the trainer wrote, and at most the line it was killed over', () => {
  const text = (lines: string) => Buffer.from(lines);
  const check = (log: string, written: string) => checkLog('it', text(log), text(written)).length;
  expect(check('a\nb\n', 'a\nb\n')).toBe(0);
  expect(check('a\nb\nc\n', 'a\nb\n')).toBe(0);
  expect(check('', '')).toBe(0);
  expect(check('a\nb\nc\nd\n', 'a\nb\n')).toBe(1);
  expect(check('a\nb', 'a\nb\n')).toBe(1);
  expect(check('a\nB\n', 'a\nb\n')).toBe(1);
  expect(check('a\na\nb\n', 'a\nb\n')).toBe(1);
  expect(check('', 'a\n')).toBe(1);
});

test('half a line at the end of a ledger is no event', () => {
  expect(readLedger('{"event":"start"}\n{"eve')).toEqual([{ event: 'start' }]);
  expect(readLedger('')).toEqual([]);
});

function unseen(epoch: number) {
  return { epoch: epoch - 1, seen: false };
}
function at(time: number): Pick<LedgerEvent, 'run' | 'at'> {
  return { run: 'r', at: time };
}
