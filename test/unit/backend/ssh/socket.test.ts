import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { writesTogether } from '#backend/ssh/transport/socket.ts';

/** What arrives at the system, one text for each time that it is asked. */
function recorded(): { stream: Duplex; calls: string[] } {
  const calls: string[] = [];
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      calls.push(chunk.toString());
      done();
    },
    writev: (chunks, done) => {
      calls.push(chunks.map(({ chunk }) => String(chunk)).join(''));
      done();
    },
  });
  writesTogether(stream);
  return { stream, calls };
}

const written = (stream: Duplex, text: string) =>
  new Promise<void>((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });

test('what is written in one turn leaves together and in order, what comes later by itself', async () => {
  const { stream, calls } = recorded();
  stream.write('a');
  stream.write('b');
  await written(stream, 'c');
  await written(stream, 'd');
  expect(calls).toEqual(['abc', 'd']);
});

test('what was written just before the end still leaves', async () => {
  const { stream, calls } = recorded();
  stream.write('a');
  stream.write('b');
  await new Promise<void>((resolve) => {
    stream.end('c', resolve);
  });
  expect(calls.join('')).toBe('abc');
});
