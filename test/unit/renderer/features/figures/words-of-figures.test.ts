import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAst } from 'vite';
import { afterEach, expect, it } from 'vitest';
import { figureText, formulaText } from '#renderer/features/figures/index.ts';
import { setLanguage } from '#renderer/i18n/index.ts';
import { hourlyRate } from '#shared/domain/cost.ts';
import { memoryParts } from '#shared/domain/fit.ts';
import { figureSourceBeginnings, figureSourceWords } from '#shared/planner/figure-sources.ts';
import { formulaWords } from '#shared/planner/formula-words.ts';

const root = path.join(import.meta.dirname, '../../../../..');
/** Where figures are made; and the titles of prices that nobody published. */
const places = [
  ...['shared/planner', 'electron/backend/planner', 'electron/backend/costs'].flatMap((room) =>
    readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && name !== 'offer-table.ts')
      .map((name) => path.join(room, name)),
  ),
  'electron/backend/catalog/own-machines.ts',
  'renderer/features/fit/typed-model.tsx',
];
/** Names that others gave: the same in every language. */
const titles = [/^arXiv:/, /^Spot Advisor$/, /^NCCL$/, /^PyTorch caching allocator$/, /^DeepSpeed: /, /^$/];

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const called = (node: Node): unknown =>
  isNode(node.key) ? node.key.name : isNode(node.id) ? node.id.name : isNode(node.left) ? node.left.name : '';
/** What is looked for: by its name as a property or variable, and by its place among the arguments of the makers of figures. */
interface Wanted {
  name: string;
  arguments: Record<string, number>;
}
const source: Wanted = { name: 'source', arguments: { given: 3, typed: 3, spent: 3, computed: 5 } };
const formula: Wanted = {
  name: 'formula',
  arguments: { computed: 3, estimateOf: 3, spent: 2, extra: 2 },
};

/** What may stand there: a text as it is, a made one by its beginning. */
function textsIn(value: unknown): string[] {
  if (!isNode(value)) return [];
  if (value.type === 'Literal') return typeof value.value === 'string' ? [value.value] : [];
  if (value.type === 'ConditionalExpression')
    return [...textsIn(value.consequent), ...textsIn(value.alternate)];
  if (value.type === 'LogicalExpression') return [...textsIn(value.left), ...textsIn(value.right)];
  if (value.type === 'TemplateLiteral') {
    const [first] = value.quasis as { value: { cooked: string } }[];
    return [first?.value.cooked ?? ''];
  }
  if (value.type === 'CallExpression' && isNode(value.callee)) return textsIn(value.callee.object);
  if (value.type === 'FunctionExpression') return returnedIn(value.body);
  return [];
}
function returnedIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(returnedIn);
  if (!isNode(node)) return [];
  return node.type === 'ReturnStatement' ? textsIn(node.argument) : Object.values(node).flatMap(returnedIn);
}
function wantedIn(node: unknown, wanted: Wanted): string[] {
  if (Array.isArray(node)) return node.flatMap((each) => wantedIn(each, wanted));
  if (!isNode(node)) return [];
  const below = Object.values(node).flatMap((each) => wantedIn(each, wanted));
  const name = isNode(node.callee) ? String(node.callee.name) : '';
  const at = node.type === 'CallExpression' ? wanted.arguments[name] : undefined;
  if (at !== undefined && Array.isArray(node.arguments)) return [...below, ...textsIn(node.arguments[at])];
  if (called(node) !== wanted.name) return below;
  return [...below, ...textsIn(node.value ?? node.init ?? node.right)];
}

const allOf = (wanted: Wanted): string[] => [
  ...new Set(
    places.flatMap((file) => {
      const text = readFileSync(path.join(root, file), 'utf8');
      return wantedIn(parseAst(text, { lang: file.endsWith('x') ? 'tsx' : 'ts' }), wanted);
    }),
  ),
];

afterEach(() => setLanguage('en'));

const saidOf = (text: string): string => {
  const figure = { key: 'weights', value: 1, unit: 'count', formula: '', inputs: [], asOf: null } as const;
  return figureText({ ...figure, inputs: [], source: text });
};

it('every source that a figure is made with is a word of ours or a title', () => {
  const known = new Set<string>([...Object.keys(figureSourceWords), ...Object.keys(figureSourceBeginnings)]);
  const found = allOf(source);
  expect(found.filter((one) => !known.has(one) && !titles.some((title) => title.test(one)))).toEqual([]);
  // What the cost of a machine is known by stands there too, and the title of what one's own machines cost.
  const besides = [...hourlyRate.shape.basis.options, 'Own machines'];
  expect([...known].filter((one) => !found.includes(one) && !besides.includes(one))).toEqual([]);
});

it('a word of ours is said in the language of the page, a title as it is', () => {
  const ours = [
    ...Object.keys(figureSourceWords),
    ...Object.keys(figureSourceBeginnings).map((beginning) => `${beginning}our-model`),
  ];
  for (const one of ours) {
    setLanguage('en');
    expect(saidOf(one)).toMatch(/\[Source: [^[{]+\]$/);
    setLanguage('zh-CN');
    // Proper names stay.
    const left = saidOf(one).replaceAll(/A100|H100|PyTorch|config\.json|our-model/g, '');
    expect(left).toMatch(/\[来源：.*\p{Script=Han}.*\]$/u);
    expect(left).not.toMatch(/[A-Za-z]{2}/);
  }
  expect(saidOf('NVIDIA A100 data sheet')).toContain('[来源：NVIDIA A100 data sheet]');
  expect(saidOf('you')).toContain('[来源：您]');
});

it('the words of formulas are said in the language of the page, their symbols stay', () => {
  const formulas = allOf(formula);
  expect(formulas).toContain('w·P/N + 2·P_layer');
  // What a GPU's memory is made of is named as it comes.
  const all = [...formulas, memoryParts.join(' + ')].join('\n');
  setLanguage('en');
  expect(formulaText(all)).toBe(all);
  setLanguage('zh-CN');
  const left = formulaText(all).match(/(?<![\w])[a-z]{3,}(?![\w])/g) ?? [];
  expect([...new Set(left)].sort()).toEqual(['exp', 'max']);
  expect(formulaText('2·P_layer + wait')).toBe('2·P_layer + 等待');
  // Each is there for a formula.
  for (const word of Object.keys(formulaWords)) expect(all).toContain(word);
});
