import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** One file of patterns and the directory that they are relative to ('' for the workdir, `../` steps above it taken off). */
interface Rules {
  matcher: Ignore;
  /** Put before a path that is relative to the workdir, or taken off it, to make it relative to the rules. */
  relative(pathInWorkdir: string): string;
}

/**
 * What a snapshot leaves out, by the rules that git and SkyPilot have: a `.skyignore` at the top replaces everything else;
 * without one, `.gitignore` at every level (also above the workdir, within its repository) and `.git/info/exclude`. The
 * deepest file with a matching pattern decides, and nothing inside an ignored directory is looked at.
 */
export class IgnoreRules {
  readonly #stack: Rules[];
  readonly #nested: boolean;

  private constructor(stack: Rules[], nested: boolean) {
    this.#stack = stack;
    this.#nested = nested;
  }

  static ofWorkdir(workdir: string): IgnoreRules {
    const skyignore = path.join(workdir, '.skyignore');
    if (existsSync(skyignore)) return new IgnoreRules([rulesOf(skyignore, (inWorkdir) => inWorkdir)], false);
    return new IgnoreRules(rulesAbove(workdir), true);
  }

  /** With the directory's own .gitignore on top, where it has one and that counts. `directory` is relative, '' for the top. */
  inside(workdir: string, directory: string, hasGitignore: boolean): IgnoreRules {
    if (!this.#nested || !hasGitignore) return this;
    const prefix = directory === '' ? '' : `${directory}/`;
    const rules = rulesOf(path.join(workdir, directory, '.gitignore'), (inWorkdir) =>
      inWorkdir.slice(prefix.length),
    );
    return new IgnoreRules([...this.#stack, rules], true);
  }

  ignores(pathInWorkdir: string, isDirectory: boolean): boolean {
    const asked = isDirectory ? `${pathInWorkdir}/` : pathInWorkdir;
    for (let index = this.#stack.length - 1; index >= 0; index--) {
      const rules = this.#stack[index];
      if (rules === undefined) continue;
      const { ignored, unignored } = rules.matcher.test(rules.relative(asked));
      if (ignored) return true;
      if (unignored) return false;
    }
    return false;
  }
}

const rulesOf = (file: string, relative: Rules['relative']): Rules => ({
  matcher: ignore({ allowRelativePaths: false }).add(textOf(file)),
  relative,
});

function textOf(file: string): string {
  // A .gitignore that is a directory or cannot be read has no patterns, as for git.
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, 'utf8') : '';
}

/** `.git/info/exclude` and the .gitignore files from the repository's top down to above the workdir, weakest first. */
function rulesAbove(workdir: string): Rules[] {
  const top = repositoryOf(workdir);
  if (top === null) return [];
  const steps = path
    .relative(top, workdir)
    .split(path.sep)
    .filter((step) => step !== '');
  const found: Rules[] = [];
  const consider = (file: string, depth: number) => {
    if (!existsSync(file)) return;
    const prefix = steps
      .slice(depth)
      .map((step) => `${step}/`)
      .join('');
    const rules = rulesOf(file, (inWorkdir) => prefix + inWorkdir);
    // Rules that ignore the workdir itself were not meant for what the user chose to run.
    if (prefix !== '' && rules.matcher.test(prefix).ignored) return;
    found.push(rules);
  };
  consider(path.join(top, '.git', 'info', 'exclude'), 0);
  for (let depth = 0; depth < steps.length; depth++) {
    consider(path.join(top, ...steps.slice(0, depth), '.gitignore'), depth);
  }
  return found;
}

/** The directory at or above it that has a `.git`, or null. */
export function repositoryOf(directory: string): string | null {
  for (let at = directory; ; at = path.dirname(at)) {
    if (existsSync(path.join(at, '.git'))) return at;
    if (path.dirname(at) === at) return null;
  }
}
