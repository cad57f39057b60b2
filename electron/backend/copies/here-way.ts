import { cancelled } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { type CopyBox, receiveScript } from './box.ts';
import { linkLost } from './errors.ts';
import { sendRefusal } from './send-refusal.ts';
import type { Load, Way } from './way.ts';

/** Both places on one machine: the same two scripts with a pipe between them. */
export class HereWay implements Way {
  readonly kind = 'direct';
  readonly lanes = 2;
  readonly #options: { box: CopyBox; place: string; stage: string; tarOptions: string };

  constructor(options: { box: CopyBox; place: string; stage: string; tarOptions: string }) {
    this.#options = options;
  }

  async carry(load: Load, _lane: number, signal: AbortSignal): Promise<null> {
    const { place, stage, tarOptions } = this.#options;
    const box = load.gentle === true ? this.#options.box.gently() : this.#options.box;
    const variables = { TY_TAR: tarOptions, TY_RECEIVE: receiveScript };
    try {
      const result = await box.exec(
        box.command('send', ['here', stage, load.ask, place, ...load.give], variables),
        { signal, stdin: load.names ?? Buffer.alloc(0), timeoutMs: 1_800_000 },
      );
      if (result.exitCode === 0) return null;
      const said = result.stderr.toString('utf8');
      const { exitCode } = result;
      throw sendRefusal({ from: box, to: box, exitCode, said, bytes: load.bytes, place }) ?? linkLost(said);
    } catch (error) {
      if (signal.aborted) throw cancelled(signal);
      throw TrainyardError.from(error);
    }
  }

  async close(): Promise<void> {}
}
