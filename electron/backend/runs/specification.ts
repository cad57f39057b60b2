import { z } from 'zod';
import type { Told } from '#shared/domain/because.ts';
import { sayBox } from '#shared/domain/box-sentences.ts';
import { codeSnapshot } from '#shared/domain/run.ts';
import { taskSpec } from '#shared/domain/spec.ts';

/** A name as it may be shown anywhere: one line, and nothing that moves a terminal's cursor. */
export const shownName = (name: string): string =>
  name
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ')
    .trim()
    .slice(0, 200);

/**
 * What lies on the box beside a run, so that any Trainyard that connects finds it whole. Read back from boxes that we do
 * not control: checked like any input, and bounded. It never holds a secret.
 */
export const specification = z.object({
  version: z.literal(1),
  name: z.string().min(1).max(200),
  yaml: z.string().max(1_000_000),
  spec: taskSpec,
  snapshot: codeSnapshot.nullable(),
  priority: z.number().int(),
  acceleratorsAsked: z.string().max(1000),
  accelerators: z.array(z.object({ index: z.number().int(), uuid: z.string().max(200) })).max(1024),
  /** What the relative paths of the task started from on the computer that launched it. */
  baseDirectory: z.string().nullable(),
  /** Names of secrets that were given with the launch: a restart asks for them again. */
  secretNames: z.array(z.string().max(200)).max(1000),
});
export type Specification = z.infer<typeof specification>;

/** The specification, or why it is none. */
export function readSpecification(
  text: string,
): { ok: true; value: Specification } | { ok: false; why: Told } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, why: sayBox('BOX_SPEC_NO_JSON') };
  }
  const checked = specification.safeParse(json);
  if (checked.success) return { ok: true, value: checked.data };
  const [issue] = checked.error.issues;
  const at = issue?.path.join('.') ?? '';
  return {
    ok: false,
    why: at === '' ? sayBox('BOX_SPEC_DAMAGED_WHOLE') : sayBox('BOX_SPEC_DAMAGED', { at }),
  };
}

export const writeSpecification = (value: Specification): string =>
  JSON.stringify(specification.parse(value));
