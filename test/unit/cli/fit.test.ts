import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { exitCodeOf } from '#cli/exit-codes.ts';
import { buildProgram } from '#cli/program.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { tempDirectory } from '#test/temp.ts';

/** What a command line prints, and what it ends with. */
async function trainyard(line: string, ...more: string[]): Promise<{ code: number; out: string }> {
  let out = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const complain = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => complain.mockRestore());
  let code = 0;
  try {
    const program = buildProgram('0', (ended) => {
      code = ended;
    });
    await program.parseAsync(['fit', ...line.split(' '), ...more], { from: 'user' });
  } catch (error) {
    code = error instanceof TrainyardError ? exitCodeOf(error) : 2;
  } finally {
    write.mockRestore();
  }
  return { code, out };
}

describe('trainyard fit', () => {
  it('tells parameters, memory by part, whether it fits and how long it takes, as JSON', async () => {
    const { code, out } = await trainyard(
      '--model Llama-3.1-8B --on H100:8 --sequence 4096 --tokens 15T --json',
    );
    expect(code).toBe(0);
    const told = JSON.parse(out);
    const given = told.assumptions.filter((each: { given: boolean }) => each.given);
    expect(given).toEqual([{ option: 'sequence', value: 4096, given: true }]);
    expect(told.assumptions).toContainEqual({ option: 'optimiser', value: 'adamw', given: false });
    expect(told).toMatchObject({
      model: { name: 'Llama-3.1-8B', parameters: 8030261248, activeParameters: 8030261248 },
      accelerator: 'H100',
      gpus: 8,
      fits: 'fits',
      remedies: [],
      setup: { kind: 'training', sharding: 'fsdp', flashAttention: true, precision: 'bf16' },
      time: { basis: 'prior' },
    });
    expect(told.perGpu.map(({ part }: { part: string }) => part)).toEqual([
      'weights',
      'gradients',
      'optimiser',
      'activations',
      'logits',
      'overhead',
    ]);
    const sum = told.perGpu.reduce((all: number, { lowBytes }: { lowBytes: number }) => all + lowBytes, 0);
    expect(told.totalLowBytes).toBe(sum);
    expect(told.largestMicroBatch).toBeGreaterThanOrEqual(1);
    expect(told.time.ms.p10).toBeLessThan(told.time.ms.p90);
  });

  it('ends with 6 where it does not fit, and says what would', async () => {
    const { code, out } = await trainyard('--model Llama-2-70B --on A100-80GB:8 --json');
    expect(code).toBe(6);
    const told = JSON.parse(out);
    expect(told.fits).toBe('no');
    expect(told.remedies.length).toBeGreaterThan(2);
    expect(told.remedies[0].changes[0]).toEqual({
      code: expect.stringMatching(/^REMEDY_/),
      message: expect.stringMatching(/\.$/),
    });
  });

  it('is aligned for people, in GiB', async () => {
    const { code, out } = await trainyard('--model gpt2 --on rtx4090 --micro-batch 4 --tokens 10B');
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toBe('GPT-2: 124.4 M parameters, 12 layers');
    const table = lines.slice(lines.findIndex((line) => line.startsWith('GIB PER GPU')));
    const ends = table.slice(0, 8).map((line) => line.length);
    expect(new Set(ends).size).toBe(1);
    expect(out).toContain('It fits.');
    expect(out).toMatch(/Training on 10 B tokens: about .+, likely from .+ to /);
  });

  it('takes every option, and serves', async () => {
    const all =
      '--model mixtral-8x7b --on 16xA100-80GB --method lora --rank 32 --precision bf16 --optimiser adamw-8bit --sharding zero2 --offload optimiser --recompute full --no-flash --sequence 1024 --micro-batch 2 --global-batch 64 --tp 2 --pp 1 --sp --per-machine 8 --network 400 --tokens 2e9 --json';
    const trained = JSON.parse((await trainyard(all)).out);
    expect(trained.setup).toMatchObject({
      method: 'lora',
      lora: { rank: 32 },
      optimiser: 'adamw-8bit',
      sharding: 'zero2',
      offload: 'optimiser',
      recomputation: 'full',
      flashAttention: false,
      sequence: 1024,
      microBatch: 2,
      globalBatch: 64,
      tensorParallel: 2,
      sequenceParallel: true,
    });
    const { out } = await trainyard(
      '--model Llama-3.1-70B --on H100:2 --inference --weights fp8 --cache fp8 --context 8192 --batch 8 --json',
    );
    expect(JSON.parse(out)).toMatchObject({
      fits: 'fits',
      setup: { kind: 'inference', weights: 'fp8', cache: 'fp8', context: 8192, batch: 8, tensorParallel: 2 },
    });
  });

  it('reads a config.json of this computer, and trains in fp16 where there is no bf16', async () => {
    const file = path.join(await tempDirectory('fit'), 'config.json');
    await writeFile(
      file,
      JSON.stringify({
        model_type: 'llama',
        hidden_size: 512,
        intermediate_size: 1024,
        num_hidden_layers: 4,
        num_attention_heads: 8,
        vocab_size: 1000,
        max_position_embeddings: 512,
      }),
    );
    const { code, out } = await trainyard('--on V100 --json --model', file);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      accelerator: 'V100',
      gpus: 1,
      setup: { precision: 'fp16', sequence: 512, sharding: 'ddp' },
    });
  });

  it.each([
    ['--model nothing --on H100', 3],
    ['--model ./nothing/config.json --on H100', 3],
    ['--model gpt2 --on Nothing:8', 3],
    ['--model gpt2 --on H100:0', 2],
    ['--model gpt2 --on H100:x', 2],
    ['--model gpt2', 2],
    ['--model gpt2 --on H100 --micro-batch 0', 2],
    ['--model gpt2 --on H100 --tokens many', 2],
    ['--model gpt2 --on H100 --method nonsense', 2],
    ['--model gpt2 --on H100:2 --tp 4', 2],
  ])('%s ends with %i', async (line, code) => {
    expect((await trainyard(line)).code).toBe(code);
  });
});
