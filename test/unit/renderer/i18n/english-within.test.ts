import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorTables } from '#renderer/i18n/errors.ts';
import { englishWithin, type Source, sourcesOf } from '#test/english-within.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const namesIn = (text: string) => new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name));
const chinese = Object.values(errorTables).flatMap((table) => Object.entries(table['zh-CN']));
const shown = new Map(chinese.map(([code, text]) => [code, namesIn(text)]));
const { found, codes } = englishWithin(sourcesOf(root), shown);

describe('what is said by a code', () => {
  it('holds no English of ours within Chinese: sentences within sentences have codes, too', () => {
    expect(found).toEqual([]);
  });

  it('has its sentence in both languages', () => {
    expect(codes.size).toBeGreaterThan(300);
    expect([...codes].filter(([code]) => !shown.has(code))).toEqual([]);
  });
});

const told = new Map([
  ['BOX_LOST', new Set(['why', 'machine'])],
  ['BOX_NAMED', new Set(['place'])],
]);
const planted = (text: string, more: readonly Source[] = []) =>
  englishWithin([{ file: 'planted.ts', text }, ...more], told).found;

describe('the search for English within', () => {
  it.each([
    ['a text', "new TrainyardError('BOX_NAMED', m, { params: { place: 'on the moon' } });"],
    ['a template', `new TrainyardError('BOX_NAMED', m, { params: { place: \`the moon of \${x}\` } });`],
    ['a choice', "say('BOX_NAMED', { place: x ? y : 'the far side' });"],
    ['a constant', "const place = x ?? 'the far side';\nsay('BOX_NAMED', { place });"],
    ['a message', "const why = { code: 'BOX_NAMED', params: { place: error.message } };"],
    ['a list', "say('BOX_NAMED', { place: ['the moon', x].join(', ') });"],
    ['what a function gives', "const far = () => 'the far side';\nsay('BOX_NAMED', { place: far() });"],
    ['a word under a name of sentences', "say('BOX_LOST', { why: state });"],
    [
      'beside its code',
      "notices.add({ code: a ? 'BOX_LOST' : 'BOX_NAMED', params: { machine: 'that very box' } });",
    ],
    [
      'in values that are made before',
      "const params = { place: 'on the moon' };\nthrow new TrainyardError('BOX_NAMED', m, { params });",
    ],
  ])('sees %s', (_, text) => expect(planted(text)).toHaveLength(1));

  it('follows what another file gives to the function that makes the error', () => {
    const errors =
      "export const named = (place: string) => new TrainyardError('BOX_NAMED', place, { params: { place } });";
    const caller = {
      file: 'caller.ts',
      text: "import { named } from './planted.ts';\nthrow named('on the moon');",
    };
    const [found] = planted(errors, [caller]);
    expect(found).toMatch(/BOX_NAMED \{\{place\}\}: “on the moon” from caller\.ts:2/);
  });

  it.each([
    ['names and numbers', "say('BOX_NAMED', { place: machine.name });"],
    ['paths and words of programs', `say('BOX_NAMED', { place: \`~/.ssh/config:\${line}\` });`],
    ['sentences with their codes', "say('BOX_LOST', { machine, ...because('why', told) });"],
    ["other people's words, quoted", "say('BOX_LOST', { why: quoted(error.message).message });"],
    ['values that no sentence shows', "say('BOX_NAMED', { details: 'for the log only' });"],
    ['nothing', "say('BOX_LOST', { why: '' });"],
  ])('lets %s be', (_, text) => expect(planted(text)).toEqual([]));
});
