import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkTasks } from '#backend/runs/spec/index.ts';
import { setLanguage, translateError } from '#renderer/i18n/index.ts';
import { because, firstOf, listOf, several, type Told } from '#shared/domain/because.ts';
import { boxTold } from '#shared/domain/box-sentences.ts';
import { formToldAt, noJson } from '#shared/domain/form-sentences.ts';
import { quoted } from '#shared/domain/quoted.ts';
import { sayRoom } from '#shared/domain/room-sentences.ts';
import { systemTold } from '#shared/domain/system-sentences.ts';
import { wordOf } from '#shared/domain/word-sentences.ts';

afterEach(() => setLanguage('en'));

const chinese = ({ code, params, message }: Told): string => {
  setLanguage('zh-CN');
  return translateError(code, params, message);
};
const ofCode = (code: string) => Object.assign(new Error(`${code}: as the system says it`), { code });

describe('what the system says', () => {
  it.each([
    [ofCode('ENOENT'), '没有这个文件或文件夹'],
    [ofCode('EPIPE'), '连接中断'],
    [new Error('fetch failed', { cause: ofCode('EAI_AGAIN') }), '找不到其主机名'],
    [new AggregateError([ofCode('ECONNREFUSED'), ofCode('ECONNREFUSED')]), '那里没有程序在监听'],
    [ofCode('E2BIG'), '原文：“E2BIG: as the system says it”'],
    [Object.assign(new Error(''), { code: 'EWEIRD' }), '原文：“EWEIRD”'],
    ['thrown', '原文：“thrown”'],
  ])('is in words where its code is known, else quoted: %s', (thrown, said) => {
    expect(chinese(systemTold(thrown))).toBe(said);
  });
});

describe('what is wrong with a form', () => {
  const form = z.strictObject({
    n: z.number().min(2),
    s: z.enum(['a', 'b']),
    list: z.array(z.string()).max(1),
  });
  it.each([
    [{ n: 1, s: 'a', list: [] }, '“n”：不得小于 2', '“n”: it must be 2 or more'],
    [
      { n: 'x', s: 'a', list: [] },
      '“n”：应为“number”类型的值',
      '“n”: a value of the kind “number” is wanted',
    ],
    [{ n: 3, s: 'c', list: [] }, '“s”：必须是其中之一：“a”, “b”', '“s”: it must be one of “a”, “b”'],
    [
      { n: 3, s: 'a', list: ['x', 'y'] },
      '“list”：最多只能有 1 个字符或条目',
      '“list”: it must have 1 characters or entries at most',
    ],
    [{ n: 3, s: 'a', list: [], k: 1 }, '含有未知的条目：k', 'it has entries that are not known: k'],
  ])('is said in both languages: %j', (value, zh, en) => {
    const told = formToldAt(form.safeParse(value).error?.issues[0]);
    expect([chinese(told), told.message]).toEqual([zh, en]);
  });

  it('of a text that is no JSON has the words of its reader quoted', () => {
    expect(chinese(noJson(new SyntaxError('Unexpected end')))).toBe(
      '不是完整的 JSON（解析器提示“Unexpected end”）',
    );
  });
});

describe('several sentences within one', () => {
  const reasons = ['heron', 'ibis', 'wren'].map((machine) =>
    sayRoom('ROOM_ON', { machine, ...because('why', sayRoom('ROOM_FULL')) }),
  );

  it('keep their codes, and of many the first are said', () => {
    const why = several(firstOf(reasons, 2));
    expect(why.message).toBe('heron: it is full; ibis: it is full; and 1 more');
    expect(chinese(why)).toBe('heron：它已满；ibis：它已满；以及另外 1 项');
    const waits = { code: 'RECOVERY_WAITS', params: because('why', why), message: '' };
    expect(chinese(waits)).toBe('重新启动正在等待：heron：它已满；ibis：它已满；以及另外 1 项。');
  });

  it('stand in a row where each ends by itself, and words in a list', () => {
    const done = { code: 'CANCELLED', params: {}, message: 'This was cancelled.' };
    expect(several([done, done]).message).toBe('This was cancelled. This was cancelled.');
    expect(chinese(several([done, done]))).toBe('已取消。已取消。');
    const words = listOf([wordOf('CAUSE', 'crash'), wordOf('CAUSE', 'host-lost')]);
    expect([words.message, chinese(words)]).toEqual(['crash, host-lost', '崩溃、主机丢失']);
  });
});

describe("somebody else's words", () => {
  it('are quoted, on one line', () => {
    expect(chinese(wordOf('CAUSE', 'alien abduction'))).toBe('原文：“alien abduction”');
    expect(quoted('a\u001b[31m\n b').message).toBe('“a [31m b”');
  });

  it('of a box are ours where its scripts are', () => {
    expect(chinese(boxTold('Setup failed with code 3: no such wheel'))).toBe(
      'setup 以代码 3 失败：no such wheel',
    );
    expect(chinese(boxTold('Input/output error'))).toBe('原文：“Input/output error”');
  });
});

it('this computer is called so in the language of the page', () => {
  const gone = { code: 'FILE_NOT_FOUND', params: { path: '/a', machine: 'This computer' }, message: '' };
  expect(chinese(gone)).toBe('这台计算机 上没有 /a。');
});

/** Keys, values and words of files are in single quotes; what remains of a sentence must be Chinese. */
const rest = (text: string) =>
  text.replace(/'[^']*'|“[^”]*”/g, '').replace(/\b(SkyPilot|Trainyard|GB|CPU|NUL|YAML|slug)\b/g, '');

it('every mistake of a task file is said in Chinese', () => {
  const wrong = [
    'run: 3\nnam: x',
    'resources: {accelerators: H10O:8, cpus: many, memory: 4x, disk_size: no, any_of: 1}\nrun: x',
    'name: a b\nnum_nodes: 0\nenvs: [a]\nsecrets: x\nrun: x',
    'file_mounts: {/a/: b/, "": s3://x}\nworkdir: [1]\nrun: x',
    'checkpoint: {framework: x, every: no, keep: 0, elastic: maybe, request: {signal: KILL}}\nrun: x',
    'recovery: {on: crsh, max: -1, backoff: soon, to: [], exit_codes: 900}\nrun: x',
    'run: x\nrun: y',
    '',
  ];
  for (const yaml of wrong) {
    const { ok, errors } = checkTasks(yaml);
    expect([yaml, ok]).toEqual([yaml, false]);
    for (const error of errors) {
      const said = chinese(error);
      expect(said).toMatch(/[\u4e00-\u9fff]/);
      expect([error.message, /[a-z]{3,} [a-z]{3,}/.exec(rest(said))?.[0]]).toEqual([
        error.message,
        undefined,
      ]);
    }
  }
});
