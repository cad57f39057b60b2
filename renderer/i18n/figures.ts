import { words } from './words.ts';

/** Names of the planner's numbers by their key (`figures.KEY`, one word), and what is said around an opened one (`figures.of.…`). */
export const figures = words({
  en: {
    'of.open': '{{name}}: {{value}}. How it comes about',
    'of.title': 'How {{name}} comes about',
    'of.formula': 'Formula',
    'of.inputs': 'From',
    'of.between': 'between {{low}} and {{high}}',
    'of.given': 'given, not computed',
    'of.source': 'Source: {{source}}',
    'of.computed': 'computed here',
    'of.asOf': 'as of {{date}}',
    'of.copy': 'Copy all as text',
    'of.close': 'Close',
    'of.gpuHours': '{{n}} GPU-h',
    'of.perHour': '{{n}} an hour',
    'of.perMonth': '{{n}} a month',
  },
  'zh-CN': {
    'of.open': '{{name}}：{{value}}。如何得出',
    'of.title': '“{{name}}”如何得出',
    'of.formula': '公式',
    'of.inputs': '依据',
    'of.between': '介于 {{low}} 与 {{high}} 之间',
    'of.given': '给定值，非计算所得',
    'of.source': '来源：{{source}}',
    'of.computed': '在此计算',
    'of.asOf': '截至 {{date}}',
    'of.copy': '全部复制为文本',
    'of.close': '关闭',
    'of.gpuHours': '{{n}} GPU 小时',
    'of.perHour': '每小时 {{n}}',
    'of.perMonth': '每月 {{n}}',
  },
});
