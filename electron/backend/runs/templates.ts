import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { TrainyardError } from '#shared/domain/error.ts';

const index = z.array(
  z.object({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    /** The task file, relative to the templates' directory. */
    file: z.string(),
    'zh-CN': z.object({ title: z.string(), description: z.string() }),
  }),
);

export interface Template {
  id: string;
  title: string;
  description: string;
  /** Title and description in further languages, by language tag. */
  translations: Record<string, { title: string; description: string }>;
  yaml: string;
  /** What relative paths in it start from. */
  directory: string;
}

/** The bundled runs that work as they are. Rejects with TEMPLATES_DAMAGED when the installation is not whole. */
export async function readTemplates(directory: string): Promise<Template[]> {
  try {
    const entries = index.parse(JSON.parse(await readFile(path.join(directory, 'index.json'), 'utf8')));
    return await Promise.all(
      entries.map(async ({ id, title, description, file, ...rest }) => {
        const full = path.join(directory, file);
        const yaml = await readFile(full, 'utf8');
        const translations = { 'zh-CN': rest['zh-CN'] };
        return { id, title, description, translations, yaml, directory: path.dirname(full) };
      }),
    );
  } catch (error) {
    throw new TrainyardError(
      'TEMPLATES_DAMAGED',
      'The bundled templates cannot be read. Install Trainyard again, or write a task file of your own.',
      { details: error instanceof Error ? error.message : String(error), cause: error },
    );
  }
}
