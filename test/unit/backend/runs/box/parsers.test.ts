import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkedPath, parseFile } from '#backend/runs/box/files.ts';
import { parseMatch } from '#backend/runs/box/log.ts';
import { parseReport } from '#backend/runs/box/status.ts';
import { TrainyardError } from '#shared/domain/error.ts';

const boot = 'b63a066e-4818-43ec-b2cf-0f2213ad1254';
const id = 'abcdefghjkmn';
const fields = [
  'A',
  id,
  '3',
  'running',
  '4711',
  '12',
  '840',
  '1',
  '1',
  boot,
  '-',
  '-',
  '-',
  '1234',
  '99',
  '60000',
  '-',
  '',
  '-',
  '-',
  '0',
];
const report = (...lines: string[]) =>
  `trainyard 1\t${boot}\n${lines.map((line) => `${line}\n`).join('')}end\n`;

/** Whatever comes: an answer, or an error with the one code. */
function tryParse<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    expect(error).toBeInstanceOf(TrainyardError);
    expect((error as TrainyardError).code).toBe('BOX_ANSWER_INVALID');
    return null;
  }
}

describe('what a box says about its runs', () => {
  test('one running attempt', () => {
    expect(parseReport(report(fields.join('\t')), '/home/x/.trainyard')).toEqual({
      bootId: boot,
      attempts: [
        {
          runId: id,
          epoch: 3,
          phase: 'running',
          directory: `/home/x/.trainyard/runs/${id}`,
          pid: 4711,
          heartbeat: 12,
          heartbeatAgeMs: 840,
          supervisorAlive: true,
          trainerAlive: true,
          bootId: boot,
          exit: null,
          armed: null,
          movedTo: null,
          startedAtBoot: false,
          logBytes: 1234,
          logInode: '99',
          startedAgoMs: 60000,
          endedAgoMs: null,
          complaint: null,
        },
      ],
      damaged: [],
    });
  });

  test('a noisy login before the report is skipped, a report that is cut off is not one', () => {
    expect(parseReport(`Welcome!\n${report()}`, '/r').bootId).toBe(boot);
    const whole = report(fields.join('\t'));
    for (let length = 0; length < whole.length - 4; length++)
      expect(tryParse(() => parseReport(whole.slice(0, length), '/r'))).toBeNull();
  });

  test('one attempt that makes no sense takes no other with it', () => {
    const bad = fields.with(3, 'dancing').join('\t');
    const parsed = parseReport(report(bad, fields.join('\t'), `D\t${id}\tcannot be \u001b[31mread`), '/r');
    expect(parsed.attempts).toHaveLength(1);
    expect(parsed.damaged).toEqual([
      { runId: id, why: expect.objectContaining({ message: 'its record makes no sense' }) },
      { runId: id, why: expect.objectContaining({ message: '“cannot be [31mread”' }) },
    ]);
  });

  test('a stop that is armed, a run that has moved, one that its box has begun', () => {
    const of = (armed: string, moved = '-', byBoot = '0') =>
      parseReport(report(fields.with(18, armed).with(19, moved).with(20, byBoot).join('\t')), '/r')
        .attempts[0];
    expect(of('laptopA 4500 0', "Anna's box", '1')).toMatchObject({
      armed: { token: 'laptopA', remainingMs: 4500, fired: false },
      movedTo: "Anna's box",
      startedAtBoot: true,
    });
    expect(of('laptopA 0 1')?.armed).toEqual({ token: 'laptopA', remainingMs: 0, fired: true });
    for (const odd of ['', 'laptopA', 'laptopA x 0', 'a;b 5 0', 'laptopA 5 2', `${'a'.repeat(41)} 5 0`])
      expect(of(odd)?.armed).toBeNull();
    expect(of('-', '\u001b[2J')?.movedTo).toBe('[2J');
    expect(
      parseReport(report(fields.with(12, 'timer').with(10, '143').join('\t')), '/r').attempts[0]?.exit,
    ).toEqual({
      code: 143,
      signal: null,
      by: 'timer',
    });
  });

  test('escape sequences do not get through', () => {
    const evil = fields.with(17, '\u001b]0;owned\u0007 setup failed\u009b31m').join('\t');
    expect(parseReport(report(evil), '/r').attempts[0]?.complaint).toBe(']0;owned  setup failed 31m');
  });

  test('50,000 reports of any kind', () => {
    const field = fc.oneof(
      fc.constantFrom(
        ...fields,
        'D',
        'end',
        '-',
        '\n',
        '\t',
        `trainyard 1\t${boot}\n`,
        '999999999999999999999',
        '-1',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    const text = fc
      .tuple(fc.boolean(), fc.array(fc.array(field, { maxLength: 20 }), { maxLength: 4 }))
      .map(([framed, lines]) => {
        const body = lines.map((line) => line.join('\t'));
        return framed ? report(...body) : body.join('\n');
      });
    fc.assert(
      fc.property(text, (said) => {
        const parsed = tryParse(() => parseReport(said, '/r'));
        for (const attempt of parsed?.attempts ?? []) {
          expect(attempt.runId).toMatch(/^[0-9a-z]{12}$/);
          expect(attempt.epoch).toBeGreaterThan(0);
          expect(attempt.complaint ?? '').not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        }
      }),
      { numRuns: 50_000 },
    );
  });
});

describe('files and matches', () => {
  test('a name may hold anything', () => {
    expect(parseFile('f 12 1795886459.5000000000 a\nb "c" \u001b[0m')).toEqual({
      name: 'a\nb "c" \u001b[0m',
      kind: 'file',
      sizeBytes: 12,
      modifiedAt: 1795886459500,
    });
    expect(parseFile('s 0 -5 socket').kind).toBe('other');
  });

  test('50,000 lines of any kind', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.tuple(fc.nat(), fc.nat(), fc.string()).map(([a, b, c]) => `${a}:${b}:${c}`),
      fc
        .tuple(fc.constantFrom('f', 'd', 'l', 'p'), fc.nat(), fc.nat(), fc.string())
        .map((all) => all.join(' ')),
    );
    fc.assert(
      fc.property(line, (text) => {
        const match = parseMatch(text);
        if (match)
          expect(Number.isSafeInteger(match.offset) && Number.isSafeInteger(match.lineNumber)).toBe(true);
        const file = tryParse(() => parseFile(text));
        if (file) expect(file.name).not.toMatch(/[/\0]/);
      }),
      { numRuns: 50_000 },
    );
  });

  test('a path cannot lead out', () => {
    expect(checkedPath('')).toBe('');
    expect(checkedPath('./code//a b/')).toBe('code/a b');
    for (const path of ['/etc/passwd', '..', 'code/../../x', 'a/..'])
      expect(() => checkedPath(path)).toThrow(expect.objectContaining({ code: 'RUN_PATH_OUTSIDE' }));
    expect(() => checkedPath('a\0b')).toThrow(expect.objectContaining({ code: 'RUN_FILE_NOT_FOUND' }));
  });
});
