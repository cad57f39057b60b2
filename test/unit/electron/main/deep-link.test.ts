import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linkInArguments, pathOfLink } from '../../../../electron/main/deep-link.ts';

test('a link opens its run or machine', () => {
  expect(pathOfLink('trainyard://run/0123456789ab')).toBe('/runs/0123456789ab');
  expect(pathOfLink('trainyard://machine/0123456789ab/')).toBe('/machines/0123456789ab');
});

test('anything else opens nothing', () => {
  for (const link of [
    'trainyard://run/../../x',
    'trainyard://run/0123456789ab?x',
    'trainyard://site/0123456789ab',
    'https://run/0123456789ab',
    '',
  ]) {
    expect(pathOfLink(link)).toBeNull();
  }
  fc.assert(
    fc.property(fc.string(), (rest) => {
      const path = pathOfLink(`trainyard://${rest}`);
      if (path !== null) expect(path).toMatch(/^\/(runs|machines)\/[0-9a-z]{12}$/);
    }),
  );
});

test('the link is found among the arguments of a second start', () => {
  expect(linkInArguments(['/opt/trainyard', '--flag', 'trainyard://run/0123456789ab'])).toBe(
    'trainyard://run/0123456789ab',
  );
  expect(linkInArguments(['/opt/trainyard'])).toBeNull();
});
