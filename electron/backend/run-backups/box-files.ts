import type { RunsPrograms } from '#backend/processes/index.ts';
import { cannotWrite } from './errors.ts';

const home = `
directory=$1
case $directory in '~') directory=$HOME ;; '~/'*) directory=$HOME/\${directory#'~/'} ;; esac
`;
const writeScript = `${home}
mkdir -p -- "$directory" && cd -- "$directory" || exit 1
umask 077
cat >".$2.$$" || { rm -f ".$2.$$"; exit 1; }
{ sync ".$2.$$" 2>/dev/null || sync; } && mv -f ".$2.$$" "$2"
`;
/** Only what is below a directory of backups, two names deep, is ever removed. */
const removeScript = `${home}
case $2/$3 in */*/* | ../* | */.. | ./* | */. | /* | */) exit 64 ;; esac
cd -- "$directory/$2" 2>/dev/null || exit 0
rm -rf -- "./$3" 2>/dev/null || { chmod -R u+rwx "./$3" && rm -rf -- "./$3"; }
cd .. && rmdir -- "./$2" 2>/dev/null
exit 0
`;
const listScript = `${home}
cd -- "$directory" 2>/dev/null || exit 0
for file in */*/backup.json; do [ -f "$file" ] && printf '%s\\n' "\${file%/backup.json}"; done
exit 0
`;
const readScript = `${home}
cat -- "$directory/$2"
`;
/** A directory that would mislead is put beside, once. */
const asideScript = `${home}
[ -d "$directory" ] || exit 0
[ -e "$directory.$2" ] && exit 0
mv -- "$directory" "$directory.$2"
`;
const absoluteScript = `${home}
printf '%s\\n' "$directory"
`;
const largestDescription = 256 * 1024 * 1024;

/** The few things that keeping does on a machine by itself; copying is the copies' room's. */
export class BoxFiles {
  readonly #programs: RunsPrograms;
  readonly #machineName: string;

  constructor(programs: RunsPrograms, machineName: string) {
    this.#programs = programs;
    this.#machineName = machineName;
  }

  /** Written aside, synced, renamed. Rejects with BACKUP_CANNOT_WRITE. */
  async write(directory: string, name: string, content: string, signal: AbortSignal): Promise<void> {
    const result = await this.#programs.exec(
      { script: writeScript, args: [directory, name] },
      { signal, stdin: content, timeoutMs: 120_000 },
    );
    if (result.exitCode !== 0)
      throw cannotWrite(this.#machineName, result.stderr.toString('utf8').slice(-500));
  }

  /** One backup (`run/backup`) below a directory of backups. One that is not there is gone already. */
  async remove(base: string, runId: string, name: string, signal: AbortSignal): Promise<void> {
    const result = await this.#programs.exec(
      { script: removeScript, args: [base, runId, name] },
      { signal, timeoutMs: 600_000 },
    );
    if (result.exitCode !== 0)
      throw cannotWrite(this.#machineName, result.stderr.toString('utf8').slice(-500));
  }

  /** "run/backup" of each that has a description. */
  async list(base: string, signal: AbortSignal): Promise<string[]> {
    const result = await this.#programs.exec(
      { script: listScript, args: [base] },
      { signal, timeoutMs: 60_000 },
    );
    return result.stdout
      .toString('utf8')
      .split('\n')
      .filter((line) => /^[0-9a-z]{12}\/[0-9a-z]{12}$/.test(line))
      .slice(0, 10_000);
  }

  /** null: not there, or not to be read. */
  async read(directory: string, name: string, signal: AbortSignal): Promise<string | null> {
    const result = await this.#programs.exec(
      { script: readScript, args: [directory, name] },
      { signal, timeoutMs: 120_000, maxOutputBytes: largestDescription },
    );
    return result.exitCode === 0 ? result.stdout.toString('utf8') : null;
  }

  async putAside(directory: string, suffix: string, signal: AbortSignal): Promise<void> {
    const result = await this.#programs.exec(
      { script: asideScript, args: [directory, suffix] },
      { signal, timeoutMs: 60_000 },
    );
    if (result.exitCode !== 0)
      throw cannotWrite(this.#machineName, result.stderr.toString('utf8').slice(-500));
  }

  /** The same place without a leading `~/`. */
  async absolute(directory: string, signal: AbortSignal): Promise<string> {
    const result = await this.#programs.exec({ script: absoluteScript, args: [directory] }, { signal });
    return result.stdout.toString('utf8').replace(/\n$/, '');
  }
}
