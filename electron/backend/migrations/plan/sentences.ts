import type { MigrationCheck, MigrationPlan } from '#shared/domain/migration.ts';

export type Said = NonNullable<MigrationCheck['remedy']>;
type Params = Record<string, string | number>;

/** Every sentence of a plan, by its code; the page has them in its languages (renderer/i18n/errors/move-checks.ts). */
export const sentences = {
  CHECK_REACHABLE: '{{from}} and {{to}} can both be reached.',
  CHECK_UNREACHABLE: '{{machine}} cannot be reached: {{why}}',
  CHECK_FACTS_UNKNOWN: '{{machine}} could not be looked at: {{why}}',
  CHECK_ALIVE: 'The run is alive on {{from}}.',
  CHECK_ALIVE_AT: 'The run is alive on {{from}}, at step {{step}}.',
  CHECK_NOT_ALIVE: 'The run is not running: it is {{state}}.',
  CHECK_CLAIMED: 'The run is being moved or recovered already.',
  CHECK_SAME_MACHINE: 'The run is on {{to}} already.',
  CHECK_DRAINING: '{{to}} takes no new runs: it is being drained.',
  CHECK_NO_GPUS: 'The run asks for no GPU.',
  CHECK_GPUS_FREE: 'There is room on {{to}}: {{gpus}}.',
  CHECK_GPUS_FEWER: 'The run would go on with {{given}} GPUs instead of {{asked}}, as its trainer can.',
  CHECK_GPUS_TAKEN: 'The GPUs that it needs are taken: {{why}}.',
  CHECK_GPUS_NEVER: '{{to}} cannot hold this run: {{why}}.',
  CHECK_GPU_MEMORY: 'Each GPU there has {{has}}; the run uses {{used}} at most.',
  CHECK_GPU_MEMORY_LOW: 'A GPU on {{to}} has {{has}}, and the run uses {{used}} on one.',
  CHECK_GPU_MEMORY_LESS:
    'A GPU on {{to}} has {{has}}, one on {{from}} {{had}}: a run that needs more later may fail there.',
  CHECK_GPU_VENDOR: 'The GPUs on {{to}} are by another maker ({{there}}) than those on {{from}} ({{here}}).',
  CHECK_GPU_MODEL:
    'The GPUs are others: {{there}} instead of {{here}}. Results may differ in the last digits.',
  CHECK_CUDA: 'The driver on {{to}} runs CUDA {{there}}, as the run needs.',
  CHECK_CUDA_OLDER: 'The driver on {{to}} runs CUDA up to {{there}}; on {{from}} it is {{here}}.',
  CHECK_CUDA_UNKNOWN: 'It is not known which CUDA the driver on {{to}} runs.',
  CHECK_ARCHITECTURE: 'Both machines are {{here}}.',
  CHECK_ARCHITECTURE_OTHER:
    '{{to}} is {{there}}, {{from}} is {{here}}: programs of the one do not run on the other.',
  CHECK_ARCHITECTURE_SETUP:
    '{{to}} is {{there}}, {{from}} is {{here}}; the set-up makes the environment anew there.',
  CHECK_SYSTEM: 'Both machines run {{here}}.',
  CHECK_SYSTEM_OTHER: '{{to}} runs {{there}}, {{from}} {{here}}.',
  CHECK_SYSTEM_VERSION:
    '{{to}} runs {{there}}, {{from}} {{here}}: an environment that is copied may lack libraries.',
  CHECK_PYTHON: 'The Python of the run is there, too: {{python}}.',
  CHECK_PYTHON_MISSING: 'The run uses {{python}}, which is not on {{to}}.',
  CHECK_TORCH: 'PyTorch is {{version}} on both.',
  CHECK_TORCH_OTHER: 'PyTorch is {{there}} on {{to}} and {{here}} on {{from}}: a checkpoint may not load.',
  CHECK_TORCH_MISSING: 'The run uses PyTorch in {{directory}}, which is not on {{to}}.',
  CHECK_DISK: '{{to}} has {{free}} free; {{needed}} are needed.',
  CHECK_DISK_FULL: '{{to}} has {{free}} free, and {{needed}} are needed.',
  CHECK_DISK_UNKNOWN: 'It is not known how much room there is on {{to}}.',
  CHECK_MEMORY: '{{to}} has {{free}} of memory free; the run uses {{used}}.',
  CHECK_MEMORY_LOW: '{{to}} has {{free}} of memory free, and the run uses {{used}}.',
  CHECK_MEMORY_TIGHT: '{{to}} has {{free}} of memory free; the run uses {{used}}, so it will be tight.',
  CHECK_PORTS: 'The ports that the task names are free on {{to}}.',
  CHECK_PORTS_TAKEN: 'Somebody listens on {{ports}} on {{to}} already.',
  CHECK_PATHS: 'Every path that the task names is on {{to}}, too.',
  CHECK_PATH_MISSING: 'The task names {{path}}, which is on {{from}} and not on {{to}}.',
  CHECK_WORLD_CPUS: 'The run has {{processes}} processes; {{to}} has {{cpus}} processors.',
  CHECK_DATA_LABEL: 'Its data may not go to {{to}}: {{why}}',
  CHECK_DATA_LABEL_OK: 'Its data may go to {{to}}.',
  CHECK_SECRETS: 'The run needs secrets that Trainyard does not have now: {{names}}.',
  CHECK_SETUP: 'The set-up is run on {{to}} ahead of the stop; should it fail, the run just stays.',
  CHECK_RESUME: 'The trainer is told which checkpoint to go on from.',
  CHECK_RESUME_OWN:
    'The task does not say how the trainer goes on: it is taken to find its newest checkpoint by itself.',
  CHECK_RESUME_UNSURE: '{{argument}} cannot be added to the script: {{why}}.',
  CHECK_MODE_REQUEST: 'The trainer is asked to save and stopped after that: no step is lost.',
  CHECK_MODE_NEXT: 'The run is stopped after its next checkpoint: no step is lost.',
  CHECK_MODE_LAST: 'The run is stopped at once: what it trained since its last checkpoint is lost.',
  CHECK_MODE_IMPOSSIBLE: 'The run cannot be moved in this way: {{why}}',
  CHECK_NO_WAY: 'There is no way from {{from}} to {{to}}: {{why}}',
  CHECK_WAY_OTHER: 'The way that was asked for does not work: {{why}}',
  CHECK_WAY: 'Bytes go {{way}}, {{rate}} a second.',

  MODE_NEEDS_PATH: 'its task file does not say where its checkpoints are.',
  MODE_NEEDS_REQUEST: 'its task file does not say how the trainer is asked to save.',
  MODE_NO_HANDLER: 'the trainer does not handle SIG{{signal}}: it would end it.',
  MODE_NOT_KNOWN: 'it cannot be seen on {{from}} whether the trainer handles SIG{{signal}}.',
  MODE_NO_RHYTHM: 'it has saved no checkpoint yet, and its task file does not say how often it does.',
  MODE_NO_CHECKPOINT: 'it has no complete checkpoint yet.',
  MODE_CHECKPOINTS_UNSEEN: 'its checkpoints could not be looked at: {{why}}',

  DO_CONNECT: 'Connect {{machine}}, then look again.',
  DO_RESTART: 'Restart it on {{to}} instead.',
  DO_WAIT: 'Wait until that is over, or cancel it.',
  DO_CHOOSE_OTHER: 'Choose another machine.',
  DO_UNDRAIN: 'Let {{to}} take runs again, or choose another machine.',
  DO_FREE_GPUS: 'Wait until they are free, stop what holds them, or choose another machine.',
  DO_ELASTIC:
    'Choose a machine that has them. A trainer that can go on with fewer says so by “elastic: true” in “checkpoint:”.',
  DO_BIGGER_GPU: 'Choose a machine whose GPUs have more memory.',
  DO_SAME_VENDOR: 'Choose a machine with GPUs by {{here}}.',
  DO_UPDATE_DRIVER: 'Update the NVIDIA driver on {{to}}, or choose another machine.',
  DO_SAME_ARCHITECTURE: 'Choose a machine that is {{here}}, or have “setup:” make the environment.',
  DO_SAME_SYSTEM: 'Choose a machine that runs {{here}}.',
  DO_INSTALL: 'Install it on {{to}} at the same place, or have “setup:” in the task file make it.',
  DO_SAME_TORCH: 'Install PyTorch {{here}} on {{to}}, or have “setup:” name the version.',
  DO_FREE_DISK: 'Free {{missing}} on {{to}}, or choose another machine.',
  DO_FREE_MEMORY: 'Stop something on {{to}}, or choose another machine.',
  DO_FREE_PORTS: 'Stop what listens there, or choose another machine.',
  DO_BRING_PATH: 'Put it there, or name it in “file_mounts:”.',
  DO_OVERRIDE: 'Choose another machine, or have an owner override it with a reason.',
  DO_GIVE_SECRETS: 'Give them with the move.',
  DO_RESUME_VARIABLE:
    'Write $TRAINYARD_RESUME in “run:” where the argument belongs: it is empty at a first start.',
  DO_SAY_PATH: 'Add “checkpoint:” with a “path:” to the task file, and start the run with it.',
  DO_SAY_REQUEST:
    'Add “request: {signal: USR1}” to “checkpoint:” and let the trainer save when it gets it, or choose another way.',
  DO_HANDLE_SIGNAL: 'Let the trainer handle the signal, or choose another way to hand over.',
  DO_AWAIT_CHECKPOINT: 'Wait for its first checkpoint, or choose another way to hand over.',
  DO_LOOK_AGAIN: 'Look again.',
  DO_OPEN_WAY: 'Let one machine reach the other by SSH, or connect both from here.',
  DO_ANY_WAY: 'Leave the way open: the best one is chosen.',
} as const satisfies Record<string, string>;

export type SentenceCode = keyof typeof sentences;

/** A sentence with its values. A sentence never ends with two full stops, whatever a value ends with. */
export function say(code: SentenceCode, params: Params = {}): Said {
  const message = sentences[code].replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(params[name] ?? ''));
  return { code, params, message: message.replace(/\.\.$/, '.') };
}

export const pass = (code: SentenceCode, params: Params = {}): MigrationCheck => ({
  ...say(code, params),
  verdict: 'pass',
  remedy: null,
});
export const warn = (
  code: SentenceCode,
  params: Params,
  remedy: SentenceCode | null,
  more: Params = {},
): MigrationCheck => ({
  ...say(code, params),
  verdict: 'warn',
  remedy: remedy === null ? null : say(remedy, { ...params, ...more }),
});
export const fail = (
  code: SentenceCode,
  params: Params,
  remedy: SentenceCode,
  more: Params = {},
): MigrationCheck => ({ ...say(code, params), verdict: 'fail', remedy: say(remedy, { ...params, ...more }) });

export type Mode = MigrationPlan['modes'][number];

const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
/** "12.3 GB", in powers of 1000. */
export function bytesInWords(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : Math.round(value * 10) / 10} ${units[unit]}`;
}
