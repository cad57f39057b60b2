import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeMessage, MessageReader } from '#backend/wires/local-socket.ts';

const message = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 3000 }));
const plain = (value: string | Uint8Array) => (typeof value === 'string' ? value : [...value]);

test('messages arrive whole and in order however the bytes are cut, and are not the reader’s buffer', () => {
  fc.assert(
    fc.property(fc.array(message), fc.array(fc.nat(5000)), (messages, cuts) => {
      const all = Buffer.concat(messages.map((each) => encodeMessage(each as string)));
      const got: (string | Uint8Array)[] = [];
      const reader = new MessageReader(100_000, (each) => got.push(each));
      const places = [0, ...cuts.filter((cut) => cut < all.length).sort((a, b) => a - b), all.length];
      for (const [index, end] of places.slice(1).entries()) {
        const piece = Buffer.from(all.subarray(places[index], end));
        reader.feed(piece);
        piece.fill(0);
      }
      expect(got.map(plain)).toEqual(messages.map(plain));
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test('what is too large, or no message, is refused before anything is kept for it', () => {
  const reader = (mostBytes: number) => new MessageReader(mostBytes, () => undefined);
  expect(() => reader(10).feed(encodeMessage('0123456789'))).not.toThrow();
  expect(() => reader(9).feed(encodeMessage('0123456789'))).toThrow(RangeError);
  expect(() => reader(9).feed(Buffer.from([1, 0xff, 0xff, 0xff, 0xff]))).toThrow(RangeError);
  expect(() => reader(9).feed(Buffer.from('GET / HTTP/1.1\r\n'))).toThrow(RangeError);
});

test('50,000 times any bytes: messages or a RangeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        new MessageReader(16, () => undefined).feed(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { numRuns: 50_000, seed: 1 },
  );
});
