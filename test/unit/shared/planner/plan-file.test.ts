import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { csvOf, placementCsv, solutionCsv } from '#shared/planner/export-csv.ts';
import {
  type PlaceContent,
  planFileName,
  readPlanContent,
  readPlanFile,
  writePlanFile,
} from '#shared/planner/plan-file.ts';
import { fixtureDemand, fixturePlacement, fixtureProblem } from '#test/lab/fixture-plan-data.ts';

const at = Date.UTC(2026, 10, 29);
const limits = {
  deadlineAt: null,
  budgetMicros: null,
  maxCarbonGrams: null,
  providers: [],
  excludedProviders: [],
  offerLabels: {},
};
const content: PlaceContent = {
  kind: 'place',
  yaml: 'run: python train.py\n',
  question: { demand: fixtureDemand, limits, objective: 'balanced', scenario: null },
  answer: fixturePlacement(at, fixtureDemand, limits, 'balanced'),
};
const file = {
  name: 'sft in december',
  createdAt: at,
  inputsHash: '0123456789abcdef',
  content,
  inputs: { offers: 'AAAA' },
};
const codeOf = (read: () => unknown): string => {
  try {
    read();
  } catch (thrown) {
    if (thrown instanceof TrainyardError) return thrown.code;
    throw thrown;
  }
  return 'read';
};

describe("a plan's file", () => {
  it('is read as it was written, and written the same again', () => {
    const text = writePlanFile(file);
    const read = readPlanFile(text);
    expect(read).toEqual({ format: 'trainyard-plan', version: 1, ...file });
    const { format, version, ...rest } = read;
    expect([format, version]).toEqual(['trainyard-plan', 1]);
    expect(writePlanFile(rest)).toBe(text);
  });

  it.each([
    ['PLAN_FILE_UNREADABLE', 'no JSON'],
    ['PLAN_FILE_UNREADABLE', '[]'],
    ['PLAN_FILE_UNREADABLE', '{"format":"something"}'],
    ['PLAN_FILE_NEWER', '{"format":"trainyard-plan","version":2}'],
    ['PLAN_FILE_BROKEN', '{"format":"trainyard-plan","version":1,"name":"x"}'],
  ])('is refused as %s: %s', (code, text) => {
    expect(codeOf(() => readPlanFile(text))).toBe(code);
  });

  it('says where it is broken', () => {
    const broken = { ...content, question: { ...content.question, objective: 'prettiest' } };
    expect(() => readPlanContent(JSON.stringify(broken))).toThrow('question.objective');
  });

  it('that was damaged is read or refused, whatever the damage', () => {
    const text = writePlanFile({
      ...file,
      content: { ...content, answer: { ...content.answer, alternatives: [] } },
    });
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.nat(40),
        fc.string({ maxLength: 8 }),
        (start, length, instead) => {
          const damaged = text.slice(0, start) + instead + text.slice(start + length);
          expect(codeOf(() => readPlanFile(damaged))).toMatch(/^(read|PLAN_FILE_[A-Z]+)$/);
        },
      ),
      { seed: 7, numRuns: 20_000 },
    );
  });

  it('has a name that every file system takes', () => {
    expect(planFileName('a/b: "c"?', 'csv')).toBe('a-b- -c-.csv');
    expect(planFileName(' .. ', 'json')).toBe('plan.json');
    expect(planFileName('Dezember', 'trainyard-plan.json')).toBe('Dezember.trainyard-plan.json');
  });
});

describe('as CSV', () => {
  it('has a line for each alternative, with the reason', () => {
    const lines = placementCsv(content.answer).trimEnd().split('\r\n');
    expect(lines).toHaveLength(content.answer.alternatives.length + 1);
    expect(lines[0]).toMatch(/^"recommended","excluded"/);
    expect(lines[1]).toMatch(/^"yes",/);
    expect(lines.at(-1)).toContain('8 h after the deadline');
  });

  it('has a line for each run of many, placed or not', () => {
    const problem = fixtureProblem(at, 2);
    const text = solutionCsv(problem, {
      strategy: 'cheapest',
      assignments: [
        {
          runId: 'run-1',
          poolId: 'heron',
          gpus: 1,
          startAt: at,
          endAt: at + 72e6,
          costMicros: 2e6,
          reasons: [],
        },
        { runId: 'run-2', poolId: null, gpus: 0, startAt: null, endAt: null, costMicros: 0, reasons: [] },
      ],
      placed: 1,
      late: 1,
      costMicros: 2e6,
      makespanMs: 72e6,
      objective: 2,
      bound: null,
      gap: null,
      improving: false,
      tookMs: 1,
      conflict: [],
    });
    const [, first, second] = text.split('\r\n');
    expect(first).toContain(
      '"yes","machine","heron",1,"2026-11-29T00:00:00.000Z","2026-11-29T20:00:00.000Z","yes",2,',
    );
    expect(second).toContain('"no",,,,');
  });

  it('runs nothing in a spreadsheet', () => {
    expect(csvOf(['a'], [['=1+1'], ['@x'], ['say "x"'], [null], [-3]])).toBe(
      '"a"\r\n"\'=1+1"\r\n"\'@x"\r\n"say ""x"""\r\n\r\n-3\r\n',
    );
  });
});
