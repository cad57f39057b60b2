import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeCredit,
  decodeFrame,
  encodeCredit,
  encodeFrame,
  frameTypes,
  parseOpen,
} from '#shared/contract/bytes.ts';

const type = fc.constantFrom(...Object.values(frameTypes));
const stream = fc.integer({ min: 0, max: 0xffffffff });

test('a frame comes back as it was sent', () => {
  fc.assert(
    fc.property(type, stream, fc.uint8Array({ maxLength: 300 }), (kind, number, payload) => {
      const frame = decodeFrame(encodeFrame(kind, number, payload));
      expect(frame.type).toBe(kind);
      expect(frame.stream).toBe(number);
      expect(Buffer.from(frame.payload).equals(Buffer.from(payload))).toBe(true);
    }),
  );
});

test('a credit comes back as it was given', () => {
  fc.assert(
    fc.property(stream, fc.integer({ min: 0, max: 0xffffffff }), (number, bytes) => {
      expect(decodeCredit(decodeFrame(encodeCredit(number, bytes)).payload)).toBe(bytes);
    }),
  );
});

test('whatever arrives is a frame or a RangeError, and whatever it opens is checked', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      try {
        const frame = decodeFrame(bytes);
        expect(frame.payload.byteLength).toBe(bytes.byteLength - 5);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
      expect(() => parseOpen(bytes)).toThrow();
    }),
    { numRuns: 50_000 },
  );
});
