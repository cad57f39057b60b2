import { describe, expect, it } from 'vitest';
import {
  acceleratorsAsked,
  checkTasks,
  describeResources,
  renderTask,
  runEnvironment,
  setupKey,
  takeInlineSecrets,
} from '#backend/runs/spec/index.ts';
import type { TaskSpec } from '#shared/domain/spec.ts';

function task(yaml: string): TaskSpec {
  const { tasks, errors } = checkTasks(yaml);
  expect(errors).toEqual([]);
  const [first] = tasks;
  if (first === undefined) throw new Error('no task');
  return first;
}

describe('in words', () => {
  it('what a task asks for', () => {
    const spec = task('run: x\nresources: {accelerators: "A100:8", cpus: 32+, memory: 64, disk_size: 100}');
    expect(describeResources(spec)).toBe('A100:8, 32+ CPUs, 64 GB memory, 100 GB disk');
    expect(describeResources(task('run: x'))).toBe('');
    expect(acceleratorsAsked(task('run: x\nresources: {accelerators: {A100:8, H100:8}}'))).toBe(
      'A100:8 | H100:8',
    );
    expect(acceleratorsAsked(task('run: x\nresources: {accelerators: 8GB+}'))).toMatch(
      /^\S+ \| \S+ \| \S+ \| \S+ \| \d+ more$/,
    );
  });
});

describe('the environment of a run', () => {
  it('has what task files rely on, whatever their envs say', () => {
    const spec = task('run: x\nenvs: {A: 1, SKYPILOT_NUM_NODES: 9}');
    const env = runEnvironment(spec, {
      nodeIps: ['10.0.0.1', '10.0.0.2'],
      gpusPerNode: 8,
      taskId: 'abc-1',
      nodeRank: 1,
    });
    expect(env).toMatchObject({
      A: '1',
      SKYPILOT_NUM_NODES: '2',
      SKYPILOT_NODE_IPS: '10.0.0.1\n10.0.0.2',
      SKYPILOT_NODE_RANK: '1',
      SKYPILOT_NUM_GPUS_PER_NODE: '8',
      SKYPILOT_TASK_ID: 'abc-1',
    });
  });
});

describe('the key of an environment', () => {
  const spec = task('setup: pip install -r reqs/gpu.txt\nrun: x\nenvs: {A: 1}');
  const files = new Map([
    ['reqs/gpu.txt', 'aa'],
    ['pyproject.toml', 'bb'],
    ['train.py', 'cc'],
  ]);
  const key = setupKey(spec, files);
  it('stays while what setup reads stays', () => {
    expect(setupKey(spec, new Map([...files].toReversed()).set('train.py', 'changed'))).toBe(key);
  });
  it('changes with the script, an env, a file it names, a file that tools read', () => {
    const others = [
      setupKey(task('setup: pip install -r reqs/gpu.txt -U\nrun: x\nenvs: {A: 1}'), files),
      setupKey(task('setup: pip install -r reqs/gpu.txt\nrun: x\nenvs: {A: 2}'), files),
      setupKey(spec, new Map(files).set('reqs/gpu.txt', 'changed')),
      setupKey(spec, new Map(files).set('pyproject.toml', 'changed')),
    ];
    expect(new Set([key, ...others]).size).toBe(5);
  });
  it('is null without setup', () => {
    expect(setupKey(task('run: x'))).toBeNull();
  });
});

describe('secrets that stand in the file', () => {
  it('are taken out, and the rest stays as it is', () => {
    const yaml = `# mine
secrets:
  HF_TOKEN: hf_abc  # the token
  "QUOTED": "s3cr#t"
  LATER:
  BLOCK: |
    line one
    line two
  secrets:KEPT:
envs: {A: hf_abc}
run: echo
`;
    const taken = takeInlineSecrets(yaml);
    expect(taken.secrets).toEqual({ HF_TOKEN: 'hf_abc', QUOTED: 's3cr#t', BLOCK: 'line one\nline two\n' });
    expect(taken.yaml).toBe(`# mine
secrets:
  HF_TOKEN: null  # the token
  "QUOTED": null
  LATER:
  BLOCK: null
  secrets:KEPT:
envs: {A: hf_abc}
run: echo
`);
    expect(checkTasks(taken.yaml).errors).toEqual([]);
    expect(checkTasks(taken.yaml).tasks[0]?.secretNames).toEqual([
      'HF_TOKEN',
      'QUOTED',
      'LATER',
      'BLOCK',
      'KEPT',
    ]);
  });
  it('also through aliases, flow style and several documents', () => {
    const taken = takeInlineSecrets(
      'name: p\n---\nsecrets: {A: &s one, B: *s}\nrun: x\n---\nsecrets: {C: two}\nrun: y\n',
    );
    expect(taken.secrets).toEqual({ A: 'one', B: 'one', C: 'two' });
    expect(taken.yaml).not.toMatch(/one|two/);
  });
  it('never reach the checked task', () => {
    const checked = checkTasks('secrets: {A: hidden-value}\nenvs: {B: 1}\nworkdir: x/$A\nrun: x');
    expect(JSON.stringify(checked)).not.toContain('hidden-value');
    expect(checked.errors.map(({ kind, key }) => `${kind} ${key}`)).toEqual(['unsupported workdir']);
  });
});

describe('the form', () => {
  it('writes a task that is understood', () => {
    const yaml = renderTask({
      name: 'mine',
      accelerators: 'A100:8',
      cpus: '8+',
      workdir: '.',
      envs: { LR: '0.1', NOTE: 'a: b # c', YES: 'yes', EMPTY: '' },
      secretNames: ['HF_TOKEN'],
      setup: 'pip install torch',
      run: 'echo "a: b"\npython train.py\n',
      checkpointPath: 'out',
    });
    expect(task(yaml)).toMatchObject({
      name: 'mine',
      workdir: '.',
      envs: { LR: '0.1', NOTE: 'a: b # c', YES: 'yes', EMPTY: '' },
      secretNames: ['HF_TOKEN'],
      run: 'echo "a: b"\npython train.py\n',
      checkpoint: { path: 'out' },
    });
  });
  it('keeps comments, order and keys it does not know', () => {
    const from = `# my training
name: old   # called so
resources:
  # big ones only
  accelerators: A100:8
  use_spot: true
envs:
  A: 1  # one
  B: 2
run: |
  python train.py
`;
    const yaml = renderTask(
      { name: 'new', accelerators: 'H100:8', envs: { A: '1', C: '3' }, run: 'python train.py\n' },
      from,
    );
    expect(yaml).toContain('# my training');
    expect(yaml).toContain('# big ones only');
    expect(yaml).toContain('# one');
    const spec = task(yaml);
    expect(spec).toMatchObject({ name: 'new', envs: { A: '1', C: '3' }, run: 'python train.py\n' });
    expect(spec.resources).toMatchObject({
      accelerators: [{ name: 'H100', count: 8 }],
      cloud: { use_spot: true },
    });
  });
  it('takes out what was emptied', () => {
    const yaml = renderTask(
      { accelerators: '', envs: {}, setup: '' },
      'resources:\n  accelerators: A100\nenvs: {A: 1}\nsetup: x\nrun: y\n',
    );
    expect(yaml.trim()).toBe('run: y');
  });
});
