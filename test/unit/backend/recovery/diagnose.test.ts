import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diagnose, errorPlace } from '#backend/recovery/diagnose.ts';
import { causeGuesses, diagnosis } from '#shared/domain/recovery.ts';
import { endings } from './endings.ts';

describe('the guess at why it ended', () => {
  test.each(endings)('$name → $guess', ({ log, exitCode, signal, guess, line }) => {
    const found = diagnose({ log, exitCode, signal: signal ?? null });
    expect(found.guess).toBe(guess);
    expect(found.line).toContain(line);
    if (line === '') expect(found.line).toBe('');
  });

  test('every guess has an ending in the table', () => {
    expect([...new Set(endings.map(({ guess }) => guess))].sort()).toEqual([...causeGuesses].sort());
  });

  test('what was printed long before the end does not count; progress bars and colours do not hide the line', () => {
    const old = `CUDA out of memory\n${'step\n'.repeat(1000)}`;
    expect(diagnose({ log: old, exitCode: 1, signal: null }).guess).toBe('unknown');
    const bar = "10%|#\r 20%|##\r\u001b[31mModuleNotFoundError: No module named 'x'\u001b[0m\r\n";
    const found = diagnose({ log: bar, exitCode: 1, signal: null });
    expect(found).toMatchObject({
      guess: 'missing-module',
      line: "ModuleNotFoundError: No module named 'x'",
    });
    expect(found.lastLines).toEqual(["ModuleNotFoundError: No module named 'x'"]);
  });

  test('the place of a traceback: innermost frame and kind of error, the same for the same crash only', () => {
    const crash = (line: number, what = 'KeyError') =>
      `Traceback (most recent call last):\n  File "train.py", line 2, in <module>\n  File "train.py", line ${line}, in main\n${what}: 'x'\n`;
    expect(errorPlace(crash(63))).toBe('File "train.py", line 63 KeyError');
    expect(errorPlace(`[rank0]: ok\n${crash(63)}`)).toBe(errorPlace(crash(63)));
    expect(errorPlace(crash(64))).not.toBe(errorPlace(crash(63)));
    expect(errorPlace(crash(63, 'ValueError'))).not.toBe(errorPlace(crash(63)));
    expect(errorPlace('Segmentation fault\n')).toBeNull();
  });

  test('whatever a log holds, the answer is bounded, printable, and comes at once', () => {
    const words = fc.constantFrom(
      'Traceback (most recent call last):',
      '  File "a.py", line 1, in x',
      'CUDA error: ',
      'loss=nan',
      'Killed',
      '\u001b]0;title\u0007',
      '\r',
      ' '.repeat(50),
      'a'.repeat(50),
      'Error: ',
      'NCCL WARN ',
    );
    const text = fc.array(fc.oneof(words, fc.string({ unit: 'binary', maxLength: 12 })), { maxLength: 6 });
    fc.assert(
      fc.property(text, fc.constantFrom(null, 0, 1, 137), (parts, exitCode) => {
        const found = diagnose({ log: parts.join(''), exitCode, signal: null });
        diagnosis.parse(found);
        expect(found.lastLines.length).toBeLessThanOrEqual(20);
        expect(/[\u0000-\u0008\u000b-\u001f\u007f]/.test(found.line + found.lastLines.join(''))).toBe(false);
      }),
      { numRuns: 50_000 },
    );
    const huge = `${'a b=1,'.repeat(200_000)}\n${'loss '.repeat(100_000)}\n`;
    expect(diagnose({ log: huge, exitCode: 1, signal: null }).lastLines[0]?.length).toBeLessThanOrEqual(500);
  });
});
