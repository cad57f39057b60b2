import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { buildProgram } from '#cli/program.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { trainyard, trainyardJson, userEnvironment } from './trainyard.ts';

test('check: right files, mistakes with their lines, what is not supported yet, files that are not there', async () => {
  const directory = await tempDirectory('check');
  const env = userEnvironment(directory);
  const file = (name: string) => path.join(directory, name);
  await writeFile(file('good.yaml'), 'name: good\nenvs:\n  MODEL: null\nrun: echo $MODEL\n');
  await writeFile(file('bad.yaml'), 'name: bad\nresources:\n  acelerators: A100:1\nrun: echo\n');
  const { code, out } = await trainyard(env, [
    'check',
    file('good.yaml'),
    file('bad.yaml'),
    file('gone.yaml'),
    '--env',
    'MODEL=tiny',
    '--json',
  ]);
  expect(code).toBe(2);
  const [good, bad, gone] = JSON.parse(out);
  expect(good).toMatchObject({ file: file('good.yaml'), ok: true, errors: [] });
  expect(good.tasks[0]).toMatchObject({ name: 'good', envs: { MODEL: 'tiny' } });
  expect(bad).toMatchObject({
    ok: false,
    errors: [{ kind: 'invalid', key: 'resources.acelerators', line: 3 }],
  });
  expect(Object.keys(bad.errors[0]).toSorted()).toEqual(['key', 'kind', 'line', 'message']);
  expect(gone).toMatchObject({ ok: false, tasks: [], errors: [{ kind: 'invalid', line: 0 }] });
  expect((await trainyard(env, ['check', file('good.yaml'), '--env', 'MODEL=x'])).code).toBe(0);
  const words = await trainyard(env, ['check', file('bad.yaml')]);
  expect(words.out).toContain(`${file('bad.yaml')}:3: resources.acelerators:`);
});

test('sites preview: from the user’s ssh_config, without an app', async () => {
  const directory = await tempDirectory('preview');
  const env = userEnvironment(directory);
  await mkdir(path.join(directory, '.ssh'), { mode: 0o700 });
  const config = path.join(directory, 'config');
  await writeFile(config, 'Host a b\n  HostName %h.example\n  User me\n  Port 2222\nHost b\n  ProxyJump a\n');
  const hosts = await trainyardJson<{ host: string }[]>(env, ['sites', 'preview', '--config', config]);
  expect(hosts).toMatchObject([
    { host: 'a', hostName: 'a.example', user: 'me', port: 2222, proxyJump: null, proxyCommand: null },
    { host: 'b', hostName: 'b.example', proxyJump: 'a' },
  ]);
  expect(await trainyardJson<unknown[]>(env, ['sites', 'preview', 'b', '--config', config])).toHaveLength(1);
});

test('usage mistakes are 2 and say what would be right', async () => {
  const env = userEnvironment(await tempDirectory('usage'));
  const tries = [
    [],
    ['nothing'],
    ['logs'],
    ['run', 'x.yaml'],
    ['run', 'x.yaml', '--on', 'local', '--follow', '--detach'],
    ['stop', 'x', '--grace', 'long'],
    ['check', 'x.yaml', '--env', '1=2'],
    ['config', 'set', 'colour', 'red'],
    ['config', 'set', 'stopGraceSeconds', 'soon'],
    ['completion', 'tcsh'],
    ['sites', 'add', 'a b'],
  ];
  for (const args of tries) {
    const { code, err, out } = await trainyard(env, args);
    expect(code, `${args.join(' ')}: ${out}`).toBe(2);
    expect(err, args.join(' ')).not.toBe('');
    expect(err, args.join(' ')).not.toContain('    at ');
  }
  expect((await trainyard(env, ['--help'])).code).toBe(0);
  expect((await trainyard(env, ['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await trainyard(env, ['run', 'gone.yaml', '--on', 'local'])).code).toBe(3);
});

test('config path is the data directory', async () => {
  const env = userEnvironment(await tempDirectory('path'));
  expect(await trainyardJson(env, ['config', 'path'])).toEqual({
    dataDirectory: env.TRAINYARD_DATA,
    settingsFile: `${env.TRAINYARD_DATA}/settings.json`,
  });
});

let scripts: Record<string, string>;
beforeAll(async () => {
  const env = userEnvironment('/nonexistent');
  const of = async (shell: string) => (await trainyard(env, ['completion', shell])).out;
  scripts = { bash: await of('bash'), zsh: await of('zsh'), fish: await of('fish') };
});

test('completion knows every verb', () => {
  const verbs = buildProgram('0', () => undefined)
    .commands.map((command) => command.name())
    .filter((name) => name !== 'names');
  for (const script of Object.values(scripts)) for (const verb of verbs) expect(script).toContain(verb);
});

test('completion is right for bash, and completes', () => {
  const ask = (line: string) => {
    const words = line.split(' ');
    const result = spawnSync(
      'bash',
      [
        '--norc',
        '-c',
        `${scripts.bash}\ntrainyard() { [ "$2" = machines ] && echo gpu1; [ "$2" = runs ] && echo hello; }\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _trainyard; printf '%s\\n' "\${COMPREPLY[@]}"`,
      ],
      { encoding: 'utf8' },
    );
    expect(result.stderr).toBe('');
    return result.stdout.trim().split('\n');
  };
  expect(ask('trainyard ba')).toEqual(['backup']);
  expect(ask('trainyard sites pre')).toEqual(['preview']);
  expect(ask('trainyard logs he')).toEqual(['hello']);
  expect(ask('trainyard run x.yaml --on g')).toEqual(['gpu1']);
  expect(ask('trainyard logs hello --fo')).toEqual(['--follow']);
});

test.skipIf(!needs('zsh'))('completion is right for zsh', () => {
  expect(spawnSync('zsh', ['-n'], { input: scripts.zsh, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
});

test.skipIf(!needs('fish'))('completion is right for fish', async () => {
  const file = path.join(await tempDirectory('fish'), 'completion.fish');
  await writeFile(file, scripts.fish ?? '');
  expect(spawnSync('fish', ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});
