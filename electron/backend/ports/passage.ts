import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Counts {
  sent(bytes: number): void;
  received(bytes: number): void;
}

/**
 * Passes bytes between a program here and one over there until both have ended: each side's end is passed on by itself,
 * what is not read on one side is not read on the other, and an error on either ends both. Resolves when both are gone.
 */
export function pass(here: Socket, there: Duplex, counts: Counts): Promise<void> {
  return new Promise((resolve) => {
    const left = new Set(['here', 'there']);
    const gone = (side: string) => {
      if (left.delete(side) && left.size === 0) resolve();
    };
    const hereIsGone = (hadError: boolean) => {
      gone('here');
      // Ended on both sides, its last bytes may still be on their way over there.
      if (hadError || !here.readableEnded || there.writableFinished) there.destroy();
      else there.end();
      there.resume(); // until it was read to its end it is not gone
    };
    here.on('error', () => undefined); // its `close` follows
    here.once('close', hereIsGone);
    there.on('error', () => {
      gone('there');
      here.destroy();
    });
    there.once('close', () => {
      gone('there');
      here.destroySoon(); // what came is still given to who reads slowly
    });
    here.on('data', (bytes) => counts.sent(bytes.length));
    there.on('data', (bytes: Buffer) => counts.received(bytes.length));
    here.pipe(there);
    there.pipe(here);
    if (here.closed) hereIsGone(true);
  });
}
