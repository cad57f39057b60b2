import type { CheckpointLooks } from '#backend/checkpoints/interface.ts';
import type { FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import type { TaskSpec } from '#shared/domain/spec.ts';
import type { Life } from './life.ts';
import { refusal, type SimBox, type SimCheckpoint } from './sim-box.ts';
import type { SimWorld } from './sim-world.ts';

type WatchOptions = Parameters<CheckpointLooks['watch']>[2];

export class SimLooks implements CheckpointLooks {
  readonly #world: SimWorld;
  readonly #life: Life;

  constructor(world: SimWorld, life: Life) {
    this.#world = world;
    this.#life = life;
  }

  inspect(
    machineId: string,
    _directory: string,
    { signal }: { signal: AbortSignal },
  ): Promise<FoundCheckpoint[]> {
    const box = this.#world.box(machineId);
    return this.#life.call(
      'inspect',
      [box],
      () => {
        if (box.checkpoints.length === 0) throw refusal('CHECKPOINT_DIRECTORY_MISSING');
        return box.checkpoints.map((each) => found(each, box));
      },
      { signal },
    );
  }

  async watch(machineId: string, _directory: string, options: WatchOptions): Promise<void> {
    const { signal, onComplete, onFile } = options;
    const box = this.#world.box(machineId);
    const told = new Set<string>();
    while (!signal.aborted) {
      const seen = await this.#life.call('watch', [box], () => box.checkpoints, { signal });
      for (const checkpoint of seen.filter(({ content }) => !told.has(content))) {
        told.add(checkpoint.content);
        onFile?.(checkpoint.path, checkpoint.path);
        onComplete(found(checkpoint, box));
      }
      await this.#life.clock.sleep(500, signal).catch(() => undefined);
    }
  }

  directoryOf(_spec: TaskSpec, runDirectory: string): string {
    return `${runDirectory}/checkpoints`;
  }
  ownOf(): null {
    return null;
  }
}

const found = ({ path, step, at }: SimCheckpoint, { overwrites }: SimBox): FoundCheckpoint => ({
  path,
  framework: 'torch',
  step,
  files: [path],
  bytes: 1000,
  modifiedAt: at,
  complete: true,
  why: {
    code: overwrites ? 'CHECKPOINT_COMPLETE_IN_PLACE' : 'CHECKPOINT_COMPLETE',
    params: {},
    message: 'It is whole.',
  },
});
