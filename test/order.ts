import path from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Seconds of the files that take longest, measured among the others on two cores. A clone that has never run them knows only their sizes. */
const longest: Readonly<Record<string, number>> = {
  'integration/migrations/faults-processes': 230,
  'integration/migrations/faults-data': 210,
  'e2e/looks': 180,
  'integration/migrations/faults-links': 145,
  'integration/migrations/move': 115,
  'integration/runs/box-moving': 95,
  'integration/runs/box-supervisor': 80,
  'integration/migrations/faults-alone': 80,
  'integration/run-backups/keeping': 75,
  'integration/migrations/losses': 70,
  'integration/migrations/asleep': 70,
  'integration/samples/templates': 65,
  'integration/migrations/killed-after-stop': 65,
  'e2e/terminals': 60,
  'integration/migrations/killed-before-stop': 50,
  'integration/migrations/cut-off': 50,
  'integration/run-backups/faults': 50,
  'integration/migrations/back': 45,
  'integration/migrations/cli': 45,
  'e2e/runs': 40,
  'integration/migrations/dropbear': 40,
  'integration/copies/faults': 40,
  'integration/cli/access': 40,
  'integration/cli/vault': 40,
  'integration/cli/runs': 35,
  'integration/places/evacuate': 30,
  'integration/samples/digits': 30,
  'integration/copies/keys': 30,
  'integration/copies/lines': 30,
  'integration/runs/box-ssh': 30,
  'e2e/first-run': 30,
  'e2e/files': 30,
  'unit/backend/runs/spec/fuzz': 25,
  'unit/backend/store/open': 25,
  'unit/backend/files/send': 20,
};
const usual: Readonly<Record<string, number>> = { unit: 2, integration: 10, e2e: 20 };

const secondsOf = ({ moduleId, project }: TestSpecification): number => {
  const name = path
    .relative(import.meta.dirname, moduleId)
    .replaceAll(path.sep, '/')
    .replace(/\.test\.tsx?$/, '');
  return longest[name] ?? usual[project.name] ?? 1;
};

/** Each with the share of the work of them all that comes before it; those that take longest first. */
function inShares(files: readonly TestSpecification[]): { file: TestSpecification; share: number }[] {
  const all = files.reduce((sum, file) => sum + secondsOf(file), 0);
  let before = 0;
  return [...files]
    .sort((one, other) => secondsOf(other) - secondsOf(one))
    .map((file) => {
      const share = before / all;
      before += secondsOf(file);
      return { file, share };
    });
}

/**
 * Long files begin first, so that no core idles at the end. Projects that run at the same time are mixed by what they take: servers
 * mostly wait, unit tests never do, so at every time some of either keep the cores busy and none has too many against it.
 */
export class Mixed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = Map.groupBy(sorted, ({ project }) => project.name);
    const orderOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
    return [...projects.values()]
      .flatMap(inShares)
      .sort((one, other) => orderOf(one.file) - orderOf(other.file) || one.share - other.share)
      .map(({ file }) => file);
  }
}
