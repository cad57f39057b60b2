import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { score, scoreAny } from '#renderer/app/fuzzy.ts';

const best = (query: string, ...texts: string[]) =>
  texts
    .map((text) => ({ text, points: score(query, text) }))
    .filter(({ points }) => points !== null)
    .sort((a, b) => (b.points ?? 0) - (a.points ?? 0))
    .map(({ text }) => text);

describe('what a finder puts first', () => {
  it.each([
    ['run', ['Runs', 'New run', 'Prune', 'Return us now']],
    ['nr', ['New run']],
    ['mach', ['Machines', 'Ask all machines again']],
    ['theme dark', ['Theme: Dark', 'Colours of terminals: Dark theme']],
    ['gpu7', ['gpu-07 heron', 'gpu-7']],
  ])('%s', (query, texts) => {
    const found = best(query, ...[...texts].reverse(), 'nothing of this');
    expect(found[0]).toBe(query === 'gpu7' ? 'gpu-7' : texts[0]);
    expect(found).not.toContain('nothing of this');
  });

  it('the very words come before all else', () => {
    expect(best('stop', 'Stop all', 'Stop', 'Nonstop')[0]).toBe('Stop');
  });

  it('takes words in any order, accents as they are typed, and Chinese', () => {
    expect(score('dark theme', 'Theme: Dark')).not.toBeNull();
    expect(score('resume', 'Résumé of the run')).not.toBeNull();
    expect(score('终端', '打开终端')).not.toBeNull();
    expect(score('终端', '打开文件')).toBeNull();
  });

  it('finds by detail too, for less', () => {
    const name = scoreAny('heron', ['heron', 'lab']) ?? 0;
    const detail = scoreAny('heron', ['llama', 'running, heron']) ?? 0;
    expect(name).toBeGreaterThan(detail);
    expect(scoreAny('llama heron', ['llama', 'running, heron'])).not.toBeNull();
  });

  it('never throws, and never finds what lacks a letter', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 40 }), (query, text) => {
        const points = score(query, text);
        const letters = [...query.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()].filter((one) =>
          /\S/.test(one),
        );
        const folded = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
        if (points !== null) for (const letter of letters) expect(folded).toContain(letter);
      }),
      { numRuns: 5_000 },
    );
  });
});
