import { afterEach, expect, test } from 'vitest';
import { sensitivityViolation } from '#backend/sensitivity/errors.ts';
import { violationText } from '#renderer/features/data/words.tsx';
import { languages, setLanguage, t, translateError } from '#renderer/i18n/index.ts';
import type { Violation } from '#shared/domain/sensitivity.ts';

afterEach(() => setLanguage('en'));

const base: Violation = {
  rule: 'label',
  dataId: 'aaaaaaaaaaaa',
  data: 'Patients $t(data.title) {{place}}',
  label: 'restricted',
  countries: ['DE', 'FR'],
  siteId: 'bbbbbbbbbbbb',
  place: 'heron',
  maxLabel: 'internal',
  country: 'US',
};
const violations: Violation[] = [
  base,
  { ...base, rule: 'country' },
  { ...base, rule: 'country-unknown', country: null },
  { ...base, dataId: null, data: '' },
];

test.each(languages)(
  'every broken rule is a whole sentence in %s, with the data and the place',
  (language) => {
    setLanguage(language);
    const texts = violations.flatMap((violation) => {
      const error = sensitivityViolation([violation], {
        siteId: violation.siteId,
        siteName: violation.place,
        maxLabel: violation.maxLabel,
        country: violation.country,
        region: null,
      });
      const { code, params, message } = error.toShape();
      const text = translateError(code, params, message);
      // What a user called something is text, whatever is in it.
      for (const each of [text, violationText(violation, t)]) {
        expect(each).toContain('heron');
        if (violation.dataId !== null) expect(each).toContain('Patients $t(data.title) {{place}}');
        expect(each.replace(base.data, () => '')).not.toMatch(/\{\{|\$t\(|data\.label/);
      }
      return text;
    });
    expect(new Set(texts).size).toBe(violations.length);
  },
);
