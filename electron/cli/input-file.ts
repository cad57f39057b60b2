import { readFile } from 'node:fs/promises';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';

/** The text of a file that was named on the command line. Throws `missing` where there is none, USAGE where it cannot be read. */
export async function textOfFile(
  file: string,
  missing: 'TASK_FILE_NOT_FOUND' | 'PRICE_FILE_NOT_FOUND',
): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new TrainyardError(
      isMissing ? missing : 'USAGE',
      isMissing ? `There is no file ${file}.` : `${file} cannot be read: ${(error as Error).message}`,
      { params: { file }, cause: error },
    );
  }
}
