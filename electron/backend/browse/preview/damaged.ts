import type { Told } from '#shared/domain/because.ts';
import { damageSentences } from '#shared/domain/file-sentences.ts';
import { reasonOf } from '#shared/domain/sentence.ts';

/** A file is not what it says it is; `what` completes "It …". Told in the preview, never to the user as an error. */
export class Damaged extends Error {
  readonly what: Told;

  constructor(code: keyof typeof damageSentences, params: Told['params'] = {}) {
    const what = reasonOf(damageSentences, code, params);
    super(what.message);
    this.what = what;
  }
}

/** A file's part that must be read whole is larger than anybody wants here. */
export class TooLarge extends Error {
  readonly limitBytes: number;

  constructor(limitBytes: number) {
    super('too large');
    this.limitBytes = limitBytes;
  }
}
