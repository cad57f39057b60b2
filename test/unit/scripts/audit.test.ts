import { expect, test } from 'vitest';
import { readAudit, unboundPackages } from '#scripts/audit.ts';

const report = {
  vulnerabilities: {
    one: {
      severity: 'high',
      via: [{ title: 'Runs things', severity: 'high', url: 'https://github.com/advisories/GHSA-1' }],
    },
    // Only by way of the other.
    two: { severity: 'high', via: ['one'] },
  },
};

test('an advisory counts once, and not where a reason is given', () => {
  const verdict = readAudit(JSON.stringify(report), {});
  expect(verdict).toMatchObject({ answered: true, open: [{ package: 'one' }], explained: [] });
  const reasons = { 'https://github.com/advisories/GHSA-1': 'never called' };
  expect(readAudit(JSON.stringify(report), reasons)).toMatchObject({
    answered: true,
    open: [],
    explained: [{ package: 'one', reason: 'never called' }],
  });
  expect(readAudit('{"vulnerabilities":{}}')).toEqual({ answered: true, open: [], explained: [] });
});

test('a registry that does not answer is told from one that knows of nothing', () => {
  for (const text of [
    '',
    'npm error',
    '{}',
    '{"message":"405 Method Not Allowed"}',
    '{"error":{"summary":"offline"}}',
  ])
    expect(readAudit(text), text).toMatchObject({ answered: false });
  expect(readAudit('{"message":"405 Method Not Allowed"}')).toMatchObject({ why: '405 Method Not Allowed' });
});

test('what is not bound to its content is found', () => {
  const good = { resolved: 'https://registry.npmjs.org/a/-/a-1.tgz', integrity: 'sha512-x' };
  expect(
    unboundPackages({
      packages: {
        '': {},
        'node_modules/good': good,
        'node_modules/anywhere': { integrity: 'sha512-x' },
        'node_modules/inside/node_modules/b': { inBundle: true },
        'node_modules/git': { ...good, resolved: 'git+ssh://git@example.org/a.git' },
        'node_modules/weak': { ...good, integrity: 'sha1-x' },
        'node_modules/none': { resolved: good.resolved },
        'node_modules/link': { ...good, link: true },
      },
    }),
  ).toEqual(['node_modules/git', 'node_modules/weak', 'node_modules/none', 'node_modules/link']);
});
