import { expect, it } from 'vitest';
import { arrange, type Item, type ItemGroup } from '#renderer/app/palette-items.ts';

const item = (id: string, group: ItemGroup, label: string, more: Partial<Item> = {}): Item => ({
  id,
  group,
  label,
  run: () => undefined,
  ...more,
});
const items = [
  item('run.stop', 'here', 'Stop'),
  item('run 1', 'runs', 'stop-gap', { detail: 'running, heron' }),
  item('go.runs', 'go', 'Go to Runs'),
  item('machine 1', 'machines', 'heron'),
  item('setting theme dark', 'settings', 'Theme: Dark', { quiet: true, also: ['Theme'] }),
];
const ids = (query: string, recent: string[] = []) =>
  arrange(query, items, recent).map(({ group, items: lines }) => [group, ...lines.map(({ id }) => id)]);

it('nothing typed: what was used lately, then everything but what is only found by name', () => {
  expect(ids('', ['go.runs', 'gone'])).toEqual([
    ['recent', 'go.runs'],
    ['here', 'run.stop'],
    ['runs', 'run 1'],
    ['machines', 'machine 1'],
  ]);
});

it('the best section first, and in it the best line', () => {
  expect(ids('stop')[0]).toEqual(['here', 'run.stop']);
  expect(ids('heron')[0]).toEqual(['machines', 'machine 1']);
  expect(ids('dark')).toEqual([['settings', 'setting theme dark']]);
  expect(ids('nothing is called this')).toEqual([]);
});

it('what was used lately wins among equals', () => {
  const two = [item('a', 'go', 'Go to Alpha'), item('b', 'go', 'Go to Amber')];
  expect(arrange('go to a', two, ['b'])[0]?.items[0]?.id).toBe('b');
  expect(arrange('go to a', two, ['a'])[0]?.items[0]?.id).toBe('a');
});
