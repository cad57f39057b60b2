import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesTo, defaults, readSettingsText, writeSettingsText } from '#backend/settings-file/text.ts';
import { type Settings, settings } from '#shared/domain/settings.ts';

describe('the text of settings.json', () => {
  it('holds what differs from the defaults, and nothing else', () => {
    expect(JSON.parse(writeSettingsText(defaults))).toEqual({ $schema: expect.any(String) });
    expect(JSON.parse(writeSettingsText({ ...defaults, theme: 'light', backupsKept: 3 }))).toEqual({
      $schema: expect.any(String),
      theme: 'light',
      backupsKept: 3,
    });
  });

  it('says of each bad key its line and why, and takes the others', () => {
    const read = readSettingsText(
      '{\n  "theme": "purple",\n  "backupsKept": 3,\n  "noSuch": [1],\n  "logFontSize": "12"\n}\n',
    );
    expect(read.values).toEqual({ backupsKept: 3 });
    expect(read.problems.map(({ key, line }) => [key, line])).toEqual([
      ['theme', 2],
      ['noSuch', 4],
      ['logFontSize', 5],
    ]);
    expect(read.problems[1]?.why.message).toBe('there is no such setting');
    expect(read.untaken).toEqual({ theme: 'purple', noSuch: [1], logFontSize: '12' });
  });

  it.each([
    ['{\n  "theme": "dark",\n  oops\n}', 3],
    ['{\n  "theme": "dark",\n}', 3],
    ['{\n  "theme": "dark"', 2],
    ['// a comment\n{}', 1],
    ['[1]', 1],
    ['"dark"', 1],
  ])('is no JSON object: %j, said at line %i', (text, line) => {
    const read = readSettingsText(text);
    expect(read.readable).toBe(false);
    expect(read.values).toEqual({});
    expect(read.problems).toEqual([
      { key: '', line, why: expect.objectContaining({ message: expect.any(String) }) },
    ]);
  });

  it('an empty file wishes for the defaults', () => {
    expect(readSettingsText('\n')).toMatchObject({ readable: true, values: {}, problems: [] });
    expect(changesTo({}, { ...defaults, theme: 'dark' })).toEqual({ theme: 'system' });
  });

  it('a prototype is not a setting', () => {
    const read = readSettingsText('{"__proto__": {"theme": "dark"}, "constructor": 1}');
    expect(read.values).toEqual({});
    expect(read.problems.length).toBe(2);
  });

  it('gives back whatever was written into it', () => {
    const text = fc.constantFrom('', '/bin/zsh', '~/x "y" \\z', '文件');
    const some = fc.record<Partial<Settings>>(
      {
        theme: fc.constantFrom('system', 'dark', 'light', 'high-contrast'),
        logFontSize: fc.integer({ min: 9, max: 24 }),
        notifyRunEnded: fc.boolean(),
        terminalShellHere: text,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(some, (given) => {
        const all = settings.parse(given);
        const read = readSettingsText(writeSettingsText(all));
        expect(read.problems).toEqual([]);
        expect(changesTo(read.values, all)).toEqual({});
      }),
    );
  });

  it('takes any text without throwing', () => {
    const bits = fc.constantFrom(
      '{',
      '}',
      '"theme"',
      ':',
      '"dark"',
      ',',
      '\n',
      '1e9',
      'null',
      '[',
      ']',
      '\u0000',
      '\\',
      '"',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(bits).map((all) => all.join('')),
          fc.json(),
        ),
        (text) => {
          const { problems, readable } = readSettingsText(text);
          for (const { line } of problems) expect(line).toBeGreaterThan(0);
          expect(readable || problems.length === 1).toBe(true);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
