import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { connectedBox } from '#test/lab/ssh-pool.ts';
import { needs } from '#test/needs.ts';

describe.skipIf(!needs('sshd'))('bytes arrive as they were sent', () => {
  test.each([
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'aes128-ctr',
    'chacha20-poly1305@openssh.com',
  ])('over %s', async (cipher) => {
    const { connection } = await connectedBox({
      config: [`Ciphers ${cipher}`],
    });
    // Small and large packets, cut anywhere by the reads.
    const script =
      'n=0; while [ $n -lt 200 ]; do echo "line $n"; n=$((n + 1)); done; yes "0123456789abcdef" | head -c 9000000';
    const { stdout, exitCode } = await connection.exec(
      { script, args: [] },
      { maxOutputBytes: 20_000_000, timeoutMs: 60_000 },
    );
    const lines = Array.from({ length: 200 }, (_, n) => `line ${n}\n`).join('');
    const expected = Buffer.concat([Buffer.from(lines), Buffer.alloc(9_000_000, '0123456789abcdef\n')]);
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    expect(exitCode).toBe(0);
    expect(stdout.length).toBe(expected.length);
    expect(digest(stdout)).toBe(digest(expected));
  });

  test.each(['aes128-gcm@openssh.com', 'aes128-ctr'])(
    'through many renewals of the keys, over %s',
    async (cipher) => {
      const { connection } = await connectedBox({ config: [`Ciphers ${cipher}`, 'RekeyLimit 1M none'] });
      for (let round = 0; round < 5; round += 1) {
        const { stdout } = await connection.exec(
          { script: 'yes 0123456789abcdef | head -c 20000000' },
          { maxOutputBytes: 30_000_000, timeoutMs: 60_000 },
        );
        expect(stdout.length).toBe(20_000_000);
        const up = await connection.exec(
          { script: 'wc -c' },
          { stdin: Buffer.alloc(10_000_000, round), timeoutMs: 60_000 },
        );
        expect(Number(up.stdout.toString())).toBe(10_000_000);
      }
    },
  );
});
