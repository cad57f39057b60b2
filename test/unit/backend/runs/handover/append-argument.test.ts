import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appendArgument } from '#backend/runs/handover/append-argument.ts';
import { makeTempDirectory } from '#test/temp.ts';

const added = (script: string): string | null => {
  const appended = appendArgument(script, '--resume /c');
  return appended.ok ? appended.script : null;
};

test.each([
  ['python train.py', 'python train.py --resume /c'],
  ['python train.py\n\n', 'python train.py --resume /c\n\n'],
  ['python train.py # the trainer\n', 'python train.py --resume /c # the trainer\n'],
  ['python train.py \\\n  --a 1 \\\n  --b 2\n', 'python train.py \\\n  --a 1 \\\n  --b 2 --resume /c\n'],
  ['python train.py \\\n', 'python train.py --resume /c \\\n'],
  ['cd x && python train.py', 'cd x && python train.py --resume /c'],
  ['cd x\nexec python train.py;', 'cd x\nexec python train.py --resume /c;'],
  ['python train.py > log 2>&1', 'python train.py > log 2>&1 --resume /c'],
  ['python train.py 2>&1 | tee log', 'python train.py 2>&1 --resume /c | tee log'],
  ['python train.py |\n  tee log | grep -v x', 'python train.py --resume /c |\n  tee log | grep -v x'],
  ['A=1 B="x y" python train.py', 'A=1 B="x y" python train.py --resume /c'],
  ['time python train.py', 'time python train.py --resume /c'],
  [
    'cat > f <<EOF\nif a then\nEOF\npython train.py f',
    'cat > f <<EOF\nif a then\nEOF\npython train.py f --resume /c',
  ],
  ['cat <<-"E F"\n\tx | y\n\tE F\nrun.sh', 'cat <<-"E F"\n\tx | y\n\tE F\nrun.sh --resume /c'],
  ['for x in 1 2; do\n  echo $x; done\npython t', 'for x in 1 2; do\n  echo $x; done\npython t --resume /c'],
  ['f() { echo a; }\nf\npython t', 'f() { echo a; }\nf\npython t --resume /c'],
  [
    'case $x in\n  a|b) y ;;\n  (c) z\nesac\npython t',
    'case $x in\n  a|b) y ;;\n  (c) z\nesac\npython t --resume /c',
  ],
  ['if [ -f x ]; then y; fi; python t', 'if [ -f x ]; then y; fi; python t --resume /c'],
  ['[[ $x == (a|b) ]] && y\npython t', '[[ $x == (a|b) ]] && y\npython t --resume /c'],
  [
    'python t "a # b" \'c | d\' "$(echo ")")" $\u007bx#y}',
    'python t "a # b" \'c | d\' "$(echo ")")" $\u007bx#y} --resume /c',
  ],
  [
    'ARGS=(--a "b c")\npython t "$\u007bARGS[@]}"',
    'ARGS=(--a "b c")\npython t "$\u007bARGS[@]}" --resume /c',
  ],
  ['$PYTHON t `x y` #', '$PYTHON t `x y` --resume /c #'],
  ['python t <(sort x) >out', 'python t <(sort x) >out --resume /c'],
  ['{ a; } > log\n(b)\npython t', '{ a; } > log\n(b)\npython t --resume /c'],
])('it is added to the trainer: %j', (script, wanted) => expect(added(script)).toBe(wanted));

test.each([
  ['', 'no command'],
  ['# nothing', 'no command'],
  ['python t &\nwait', '"wait"'],
  ['python t &', 'background'],
  ['python t || exit 1', 'alternatives'],
  ['a || python t && b x', 'alternatives'],
  ['python t; echo done', '"echo"'],
  ['python t; exit $?', '"exit"'],
  ['for x in 1 2; do python t; done', 'a loop'],
  ['if x; then python t; fi', 'a loop'],
  ['(cd x; python t)', 'a loop'],
  ['{ python t; }', 'a loop'],
  ['train() { python t; }\ntrain', 'own function'],
  ['function train { python t; }\ntrain a', 'own function'],
  ['bash -c "python t"', 'script within a word'],
  ['env A=1 bash -lc "python t"', 'script within a word'],
  ['python - <<EOF\nimport x\nEOF', 'here-document'],
  ['cat list | python t', 'not known'],
  ['python t | python u', 'not known'],
  ['A=1', 'only sets variables'],
  ['source train.sh', '"source"'],
  ['! python t', 'negated'],
  ['python t "x', 'not closed'],
  ['python t $(x', 'not closed'],
  ['if x; then python t', 'not closed'],
  ['python t )', 'not open'],
  ['cat <<EOF\nx', 'no end'],
  ["python t $'a\\'b'", "$'"],
  ['((x = 1 + 2))\npython t', 'parentheses'],
  ['python t\r\n', 'Windows'],
  ['make train', '"make"'],
  ['>', 'leads nowhere'],
])('where it is not sure which the trainer is, it says so: %j', (script, why) => {
  const appended = appendArgument(script, '--resume /c');
  expect(appended).toMatchObject({ ok: false, why: { message: expect.stringContaining(why) } });
});

/** Writes down how it was called, and lets its stdin be. */
const spy =
  '#!/bin/sh\nfor word do printf "%s\\0" "$word" >>"$SPY"; done\nprintf "\\n\\0" >>"$SPY"\necho "step 1"\n';
let directory = '';
const file = (name: string) => path.join(directory, name);
beforeAll(async () => {
  directory = await makeTempDirectory('append');
  writeFileSync(file('trainer'), spy);
  chmodSync(file('trainer'), 0o755);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The calls of the trainer, each as its arguments. */
function callsOf(shell: string, script: string): string[][] {
  rmSync(file('calls'), { force: true });
  const result = spawnSync(shell, ['-c', script], {
    cwd: directory,
    env: { ...process.env, SPY: file('calls'), T: file('trainer') },
    timeout: 30_000,
  });
  expect(result.error).toBeUndefined();
  let text = '';
  try {
    text = readFileSync(file('calls'), 'utf8');
  } catch {
    return [];
  }
  return text
    .split('\n\0')
    .slice(0, -1)
    .map((call) => call.split('\0').slice(0, -1));
}

const word = fc.constantFrom(
  'a',
  '--lr=1',
  "'b c'",
  '"d # e"',
  '"$T"',
  '$(printf %s "x)")',
  '\\;',
  '$\u007bHOME:-"y"}',
  '#x',
  'e#f',
);
const blank = fc.constantFrom(' ', '  ', '\t', ' \\\n ', ' \\\n\\\n');
const words = fc
  .array(
    fc.tuple(
      blank,
      word.filter((each) => each !== '#x'),
    ),
    { maxLength: 5 },
  )
  .map((all) => all.flat().join(''));
const head = fc.constantFrom(
  '',
  'set -u\n',
  'cd . && ',
  'x=1; ',
  'for i in 1 2; do : "$i"; done\n',
  'if [ -d / ]; then : ; fi; ',
  'cat >/dev/null <<END\n"$T" not this | \' (\nEND\n',
  'f() { : "$@"; }\nf a\n',
  'case a in a) : ;; *) exit 1 ;; esac\n',
  "# a comment with ( and '\n\n",
  '(: ) | cat\n',
  '"$T" earlier\n',
);
const tail = fc.constantFrom(
  '',
  '\n',
  ' # comment | x',
  ';',
  '\n\n# end\n',
  ' >/dev/null',
  ' 2>&1 | tee /dev/null',
  ' |\n cat',
  ' >/dev/null 2>&1 # x\n',
);

describe('as shells run it', () => {
  test.each(['bash', 'sh'])(
    '%s gives the trainer its argument, and runs everything else as before',
    (shell) => {
      fc.assert(
        fc.property(head, words, tail, (before, args, after) => {
          const script = `${before}"$T"${args}${after}`;
          const appended = appendArgument(script, "--resume '/a dir/it'\\''s $HOME'");
          if (!appended.ok) throw new Error(`${JSON.stringify(script)}: ${appended.why.message}`);
          expect(spawnSync(shell, ['-n', '-c', appended.script], { timeout: 30_000 }).status).toBe(0);
          const expected = callsOf(shell, script);
          const last = expected.pop() ?? [];
          expect(callsOf(shell, appended.script)).toEqual([
            ...expected,
            [...last, '--resume', "/a dir/it's $HOME"],
          ]);
        }),
        { numRuns: 60 },
      );
    },
    120_000,
  );

  test('what is said to be sure is as right as it was, for scripts put together at random', () => {
    const piece = fc.constantFrom(
      ...[
        '"$T"',
        ' ',
        '\n',
        ';',
        '|',
        '&&',
        '||',
        '(',
        ')',
        '{ ',
        '}',
        'if',
        'then',
        'fi',
        'do',
        'done',
        'for x in a',
        '"',
        "'",
        '`',
        '\\',
      ],
      ...[
        '$(',
        '<<E\n',
        '\nE\n',
        '# c',
        'case x in',
        'esac',
        ' a',
        '>f',
        '2>&1',
        '[[ ',
        ' ]]',
        '! ',
        'f()',
        'x=(',
        '<(',
        '$\u007b',
        'tee',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const script = pieces.join('');
        const appended = appendArgument(script, '--resume /c');
        if (!appended.ok) return;
        const isRight = (text: string) =>
          spawnSync('bash', ['-n', '-c', text], { timeout: 30_000 }).status === 0;
        if (isRight(script)) expect([script, isRight(appended.script)]).toEqual([script, true]);
      }),
      { numRuns: 300 },
    );
  }, 120_000);
});

test('50,000 scripts of any kind: an answer each, and only ever something added', () => {
  const piece = fc.constantFrom(
    ...[
      'python',
      ' ',
      '\n',
      '\t',
      ';',
      '|',
      '&',
      '<',
      '>',
      '(',
      ')',
      '{',
      '}',
      '"',
      "'",
      '`',
      '\\',
      '$',
      '#',
      '\u00a0',
      '\v',
      '\r',
    ],
    ...['if', 'case', 'in', 'esac', 'function', '<<', 'é', '=', '[[', '$(', '$\u007b', '\\\n'],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
      const script = pieces.join('');
      const appended = appendArgument(script, 'XX');
      if (!appended.ok) return appended.why.message !== '';
      return appended.script.length === script.length + 3 && appended.script.replace(' XX', '') === script;
    }),
    { numRuns: 50_000 },
  );
});

test('a script of a megabyte takes no time to speak of', () => {
  const script = `${'echo "$(x)" \'y\' # z\n'.repeat(50_000)}python t`;
  expect(appendArgument(script, 'X')).toMatchObject({ ok: true });
});
