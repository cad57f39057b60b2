import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chunkMib, mibBytes, type Piece, Pieces } from '#backend/copies/pieces.ts';

it('an empty file is complete at once; the last piece is as long as the rest', () => {
  expect(new Pieces(0).isComplete).toBe(true);
  const pieces = new Pieces(17 * mibBytes + 5);
  expect(pieces.take(16)).toEqual({ skip: 0, count: 16, bytes: 16 * mibBytes });
  expect(pieces.take(100)).toEqual({ skip: 16, count: 2, bytes: mibBytes + 5 });
  expect(pieces.take(100)).toBeNull();
});

it('however pieces come, fail and come again, every byte is sent once more than it failed, and the prefix tells the truth', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 200 * mibBytes }),
      fc.array(fc.nat({ max: 12 })),
      fc.infiniteStream(
        fc.record({ take: fc.integer({ min: 1, max: 64 }), fails: fc.boolean(), lane: fc.nat(3) }),
      ),
      (total, verified, steps) => {
        const chunks = Math.ceil(total / (chunkMib * mibBytes));
        const have = new Set(verified.filter((chunk) => chunk < chunks));
        const pieces = new Pieces(total, have);
        const arrived = new Uint8Array(Math.ceil(total / mibBytes));
        for (const chunk of have) arrived.fill(1, chunk * chunkMib, (chunk + 1) * chunkMib);
        const flying: Piece[] = [];
        let failures = 0;
        for (const { take, fails, lane } of steps) {
          const piece = flying.length < 4 ? pieces.take(take) : null;
          if (piece !== null) {
            expect(piece.count).toBeLessThanOrEqual(Math.max(take, chunkMib));
            expect(piece.count).toBe(Math.ceil(piece.bytes / mibBytes));
            flying.push(piece);
            continue;
          }
          const [landed] = flying.splice(lane % Math.max(1, flying.length), 1);
          if (landed === undefined) break;
          if (fails && failures < 20) {
            failures += 1;
            pieces.giveBack(landed);
            continue;
          }
          // Nothing that is there already is sent again.
          expect(arrived.subarray(landed.skip, landed.skip + landed.count).every((each) => each === 0)).toBe(
            true,
          );
          arrived.fill(1, landed.skip, landed.skip + landed.count);
          pieces.done(landed);
          const gap = arrived.indexOf(0);
          expect(pieces.prefix).toBe(gap < 0 ? arrived.length : gap);
        }
        expect(pieces.isComplete).toBe(true);
        expect(pieces.openBytes).toBe(0);
      },
    ),
    { numRuns: 500 },
  );
});
