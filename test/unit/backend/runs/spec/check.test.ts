import { describe, expect, it } from 'vitest';
import { checkTasks } from '#backend/runs/spec/index.ts';
import type { SpecIssue, TaskSpec } from '#shared/domain/spec.ts';

const errorsOf = (yaml: string, envs?: Record<string, string>): SpecIssue[] =>
  checkTasks(yaml, envs === undefined ? {} : { envs }).errors;
const keysOf = (yaml: string): string[] =>
  errorsOf(yaml).map(({ kind, key, line }) => `${kind} ${key} ${line}`);
function taskOf(yaml: string, envs?: Record<string, string>): TaskSpec {
  const { ok, tasks, errors } = checkTasks(yaml, envs === undefined ? {} : { envs });
  expect(errors).toEqual([]);
  expect(ok).toBe(true);
  const [task] = tasks;
  if (task === undefined) throw new Error('no task');
  return task;
}

describe('a whole task', () => {
  const yaml = `name: train
resources:
  accelerators: a100:8
  cpus: 32+
  memory: 256GB+
  disk_size: 1TB
  use_spot: true
  infra: aws/us-east-1
  ports: [8888, 6006-6007]
num_nodes: 1
workdir: ~/code/$PROJECT
file_mounts:
  /data/\${PROJECT}: ./data
envs:
  PROJECT: llama
  LR: 0.10
  EPOCHS: 1_000
  FLAG: yes
  NAME: 010
secrets:
  HF_TOKEN: null
setup: pip install -r requirements.txt
run: |
  python train.py
checkpoint:
  path: out
  request: {signal: SIGUSR1}
  keep: 3
`;
  it('is made uniform', () => {
    expect(taskOf(yaml)).toMatchObject({
      name: 'train',
      resources: {
        accelerators: [{ name: 'A100', count: 8 }],
        cpus: { count: 32, atLeast: true },
        memoryGiB: { size: 256, atLeast: true },
        diskGiB: 1024,
        ports: ['8888', '6006-6007'],
        infra: 'aws/us-east-1',
        cloud: { use_spot: true },
      },
      numNodes: 1,
      workdir: '~/code/llama',
      fileMounts: { '/data/llama': './data' },
      secretNames: ['HF_TOKEN'],
      setup: 'pip install -r requirements.txt',
      run: 'python train.py\n',
      checkpoint: { path: 'out', request: { signal: 'USR1' }, keep: 3 },
    });
  });

  it('gives the environment what Python would', () => {
    expect(taskOf(yaml).envs).toEqual({
      PROJECT: 'llama',
      LR: '0.1',
      EPOCHS: '1000',
      FLAG: 'True',
      NAME: '8',
    });
    const odd =
      'run: x\nenvs:\n  A: 1e-4\n  B: 1.0e-5\n  C: 2024-01-01\n  D: 1:30\n  E: 0x1F\n  F: [1, a, null]\n  G: ""\n  H: 1.5e+16\n';
    expect(taskOf(odd).envs).toEqual({
      A: '1e-4',
      B: '1e-05',
      C: '2024-01-01',
      D: '90',
      E: '31',
      F: "[1, 'a', None]",
      G: '',
      H: '1.5e+16',
    });
  });

  it('takes values from the launch', () => {
    expect(taskOf('run: x\nenvs:\n  A: 1\n  B:\n', { B: 'two', C: 'three' }).envs).toEqual({
      A: '1',
      B: 'two',
      C: 'three',
    });
  });

  it('follows anchors, aliases and merges', () => {
    const merged = `resources: &base
  cpus: 4
envs: &e {A: one, B: two}
run: x
secrets:
  <<: *e
  B: own
`;
    const task = taskOf(merged);
    expect(task.secretNames).toEqual(['A', 'B']);
    expect(task.envs).toEqual({ A: 'one', B: 'two' });
  });

  it('lets a header name the one task', () => {
    expect(taskOf('name: outer\n---\nname: inner\nrun: x\n').name).toBe('outer');
  });
});

describe('mistakes, each with its key and line', () => {
  it.each([
    ['rn: x\nrun: y', ['invalid rn 1']],
    ['run: x\nresources:\n  acelerators: A100', ['invalid resources.acelerators 3']],
    ['run: x\nnum_nodes: "2"', ['invalid num_nodes 2']],
    ['run: x\nnum_nodes: 0', ['invalid num_nodes 2']],
    ['run: [a, b]', ['invalid run 1']],
    ['run: x\nname: -bad', ['invalid name 2']],
    ['run: x\nname: 2024-01-01', ['invalid name 2']],
    ['run: x\nrun: y', ['invalid run 2']],
    ['run: x\nenvs:\n  A: 1\n  B: 2\n  A: 3', ['invalid envs.A 5']],
    ['run: x\nenvs:\n  HF_TOKEN:\n', ['invalid envs.HF_TOKEN 3']],
    ['run: x\nenvs:\n  not-good: 1\n', ['invalid envs.not-good 3']],
    ['run: x\nresources:\n  infra: aws\n  region: us-east-1', ['invalid resources.region 4']],
    ['run: x\nresources:\n  infra: moon', ['invalid resources.infra 3']],
    ['run: x\nresources:\n  memory: 4x', ['invalid resources.memory 3']],
    ['run: x\nresources:\n  cpus: lots', ['invalid resources.cpus 3']],
    ['run: x\nresources:\n  accelerators: A1000:8', ['invalid resources.accelerators 3']],
    ['run: x\nresources:\n  accelerators: A100:0', ['invalid resources.accelerators 3']],
    ['run: x\nresources:\n  accelerators: {A100: two}', ['invalid resources.accelerators.A100 3']],
    ['run: x\nresources:\n  ports: 70000', ['invalid resources.ports 3']],
    ['run: x\nresources:\n  use_spot: "yes"', ['invalid resources.use_spot 3']],
    ['run: x\nresources:\n  disk_tier: hihg', ['invalid resources.disk_tier 3']],
    [
      'run: x\nresources:\n  any_of: [{infra: aws}]\n  ordered: [{infra: gcp}]',
      ['invalid resources.ordered 4'],
    ],
    ['run: x\nfile_mounts:\n  /data/: ./x', ['invalid file_mounts./data/ 3']],
    ['run: x\ncheckpoint: {every: 10}', ['invalid checkpoint.path 2']],
    ['run: x\ncheckpoint:\n  path: a\n  request: {signal: KILL}', ['invalid checkpoint.request.signal 4']],
    ['run: x\nsecrets: [HF_TOKEN]', ['invalid secrets[0] 2']],
    ['', ['invalid  0']],
    ['# only a comment\n', ['invalid  0']],
    ['- a\n- b', ['invalid  1']],
    ['run: {{ jinja }}', ['invalid run 1']],
    ['run: !!python/object x', ['invalid run 1']],
    ['run: "unclosed', ['invalid  1']],
    ['a: &x [*x]', ['invalid a[0] 1']],
  ])('%j', (yaml, expected) => {
    expect(keysOf(yaml)).toEqual(expected);
  });

  it('suggests what was meant', () => {
    expect(errorsOf('run: x\nresuorces: {}')[0]?.message).toContain("Did you mean 'resources'?");
    expect(errorsOf('run: x\nresources:\n  accelerators: RTX-4090')[0]?.message).toContain("'RTX4090'");
    expect(errorsOf('run: x\nresources:\n  accelerators: H10:8')[0]?.message).toMatch(/Did you mean 'H\d+/);
    expect(errorsOf('run: x\nresources:\n  network_tier: bset')[0]?.message).toContain("'best'");
  });

  it('names both lines of a key that stands twice', () => {
    const [error] = errorsOf('run: x\nname: a\nname: b');
    expect(error?.line).toBe(3);
    expect(error?.message).toContain('line 2');
  });

  it('tells how to give a value that is missing', () => {
    expect(errorsOf('run: x\nenvs: {HF_TOKEN: }')[0]?.message).toContain('--env HF_TOKEN=');
  });
});

describe('right in SkyPilot, but not here yet', () => {
  it.each([
    ['run: x\nnum_nodes: 2', ['unsupported num_nodes 2']],
    ['run: x\nservice:\n  readiness_probe: /', ['unsupported service 2']],
    ['pool:\n  workers: 2\nrun: x', ['unsupported pool 1']],
    [
      'name: g\nexecution: parallel\n---\nname: a\nrun: x\n---\nname: b\nrun: y',
      ['unsupported execution 2', 'unsupported  7'],
    ],
    ['name: p\n---\nrun: x\n---\nrun: y', ['unsupported  5']],
    ['run: x\nworkdir: {url: https://example.org/x.git}', ['unsupported workdir 2']],
    ['run: x\nfile_mounts:\n  /d: s3://bucket/x', ['unsupported file_mounts./d 3']],
    ['run: x\nfile_mounts:\n  /d: {source: s3://b, mode: MOUNT}', ['unsupported file_mounts./d 3']],
    ['run: x\nvolumes: {/a: v}', ['unsupported volumes 2']],
    ['run: x\nresources:\n  image_id: docker:nvcr.io/x', ['unsupported resources.image_id 3']],
    ['run: x\nresources:\n  infra: k8s\n  image_id: nvcr.io/x', ['unsupported resources.image_id 4']],
    ['run: x\nresources:\n  accelerators: tpu-v5e-8', ['unsupported resources.accelerators 3']],
    ['run: x\nresources:\n  accelerators: T4:0.5', ['unsupported resources.accelerators 3']],
    [
      'run: x\nresources:\n  autostop: {idle_minutes: 1, hook: echo}',
      ['unsupported resources.autostop.hook 3'],
    ],
    [
      'run: x\nresources:\n  job_recovery: {max_restarts_on_errors: 2}',
      ['unsupported resources.job_recovery.max_restarts_on_errors 3'],
    ],
    ['run: x\nresources:\n  instance_type: p4d.24xlarge', ['unsupported resources.instance_type 3']],
    ['name: nothing', ['unsupported run 1']],
  ])('%j', (yaml, expected) => {
    expect(keysOf(yaml)).toEqual(expected);
  });
});

describe('mistakes inside what is not possible here yet are still mistakes', () => {
  it.each([
    [
      'run: x\nservice:\n  readines_probe: /\n  replicas: two',
      ['unsupported service 2', 'invalid service.readines_probe 3', 'invalid service.replicas 4'],
    ],
    [
      'run: x\nservice:\n  readiness_probe: health',
      ['unsupported service 2', 'invalid service.readiness_probe 3'],
    ],
    [
      'run: x\nservice:\n  readiness_probe: /\n  replica_policy: {min_replicas: 1, max_replicas: 2}',
      ['unsupported service 2', 'invalid service.replica_policy.max_replicas 4'],
    ],
    [
      'run: x\nfile_mounts:\n  /d: {sorce: s3://b, mode: MOUNTED}',
      ['unsupported file_mounts./d 3', 'invalid file_mounts./d.sorce 3', 'invalid file_mounts./d.mode 3'],
    ],
    ['run: x\nfile_mounts:\n  /d: {store: $STORE, name: }', ['unsupported file_mounts./d 3']],
    ['run: x\npool: {workers: -1}', ['unsupported pool 2', 'invalid pool.workers 2']],
    ['run: x\nresources: {any_of: [{infra: }]}', ['invalid resources.any_of[0].infra 2']],
  ])('%j', (yaml, expected) => {
    expect(keysOf(yaml)).toEqual(expected);
  });
});

describe('keys that only rented machines know', () => {
  it('are checked, kept and change nothing', () => {
    const yaml = `run: x
resources:
  cloud: AWS
  region: us-east-1
  use_spot: true
  disk_tier: best
  network_tier: best
  image_id: ami-0123
  autostop: 10
  labels: {team: vision}
  job_recovery: FAILOVER
  instance_type: p4d.24xlarge
  accelerators: A100:8
`;
    expect(taskOf(yaml).resources.cloud).toEqual({
      cloud: 'AWS',
      region: 'us-east-1',
      use_spot: true,
      disk_tier: 'best',
      network_tier: 'best',
      image_id: 'ami-0123',
      autostop: 10,
      labels: { team: 'vision' },
      job_recovery: 'FAILOVER',
      instance_type: 'p4d.24xlarge',
    });
  });

  it.each(['ssh/my-pool', 'local', 'k8s/a/b', '*/us-east-1', 'GCP/us-central1/us-central1-a'])(
    'infra: %s',
    (infra) => {
      expect(taskOf(`run: x\nresources: {infra: "${infra}"}`).resources.infra).toBe(infra);
    },
  );
});

describe('accelerators', () => {
  const asked = (text: string) =>
    taskOf(`run: x\nresources:\n  accelerators: ${text}`).resources.accelerators.map(
      ({ name, count }) => `${name}:${count}`,
    );
  it.each([
    ['h100:8', ['H100:8']],
    ['L4', ['L4:1']],
    ['{A100:8, H100:4}', ['A100:8', 'H100:4']],
    ['{A100: 8, H100: 4}', ['A100:8', 'H100:4']],
    ['{L4, T4}', ['L4:1', 'T4:1']],
    ['[A100:1, V100:2]', ['A100:1', 'V100:2']],
    ['[A100-40GB:1, A100:1]', ['A100:1']],
    ['141GB', ['H200:1', 'H200-NVL:1', 'H200-SXM:1']],
    ['{tpu-v3-8:1, A100:1}', ['A100:1']],
  ])('%s', (text, expected) => {
    expect(asked(text)).toEqual(expected);
  });
  it('by memory: every GPU that has it', () => {
    expect(asked('"nvidia:80GB+:2"')).toContain('H100:2');
    expect(asked('"nvidia:80GB+:2"')).not.toContain('MI300X:2');
    expect(asked('8GB+')).toContain('RTX4090:1');
  });
  it('alternatives are folded into one request, the least of each', () => {
    const yaml = `run: x
resources:
  memory: 64+
  any_of:
    - {infra: aws, accelerators: A100:8, cpus: 32+}
    - {infra: gcp, accelerators: H100:4, cpus: 16}
`;
    expect(taskOf(yaml).resources).toMatchObject({
      accelerators: [
        { name: 'A100', count: 8 },
        { name: 'H100', count: 4 },
      ],
      cpus: { count: 16, atLeast: false },
      memoryGiB: { size: 64, atLeast: true },
    });
  });
});
