import type { CheckedTasks, TaskSpec } from '#shared/domain/spec.ts';
import { entryOf, Issues, wanted } from './issues.ts';
import { readName, readTask } from './task.ts';
import { type MapNode, readYaml, type YamlNode } from './yaml-tree.ts';

export interface CheckOptions {
  /** Values given with the launch (`--env NAME=…`): they override the file's and fill its nulls. */
  envs?: Readonly<Record<string, string>>;
}

/**
 * Reads a SkyPilot task YAML as SkyPilot 0.14 does. Never throws: what is wrong is in `errors`, in the file's order, each
 * with key, line and column. `tasks` holds what was understood, also where there are errors; run them only where `ok`.
 */
export function checkTasks(yaml: string, options: CheckOptions = {}): CheckedTasks {
  const issues = new Issues();
  const { documents, problems } = readYaml(yaml);
  for (const problem of problems) issues.invalid(problem, problem.key, problem.told);
  const tasks = problems.length > 0 ? [] : readDocuments(documents, options.envs ?? {}, issues);
  return { ok: issues.count === 0, tasks, errors: issues.sorted() };
}

function readDocuments(
  documents: readonly (YamlNode | null)[],
  given: Readonly<Record<string, string>>,
  issues: Issues,
): TaskSpec[] {
  const maps = documents.flatMap((document) => {
    if (document === null) return [];
    if (document.kind === 'map') return [document];
    issues.invalid(document, '', wanted("a task: a mapping with 'run', 'resources' and so on", document));
    return [];
  });
  const [first] = maps;
  if (issues.count > 0) return [];
  if (first === undefined) {
    issues.invalid({ line: 0, column: 0 }, '', "The file is empty. Add at least a 'run'.");
    return [];
  }
  if (isJobGroup(first, maps.length)) {
    const at = entryOf(first, 'execution')?.at ?? first;
    issues.unsupported(at, 'execution', 'Trainyard cannot run job groups (several tasks in parallel) yet.');
  }
  const header = isHeader(first) ? first : null;
  if (header !== null) checkHeader(header, maps.length, issues);
  const bodies = header === null || isJobGroup(first, maps.length) ? withoutHeader(maps) : maps.slice(1);
  const name = header === null ? null : readName(header, issues);
  const tasks = bodies.map((body) => readTask(body, given, issues));
  refuseSeveral(bodies, issues);
  const [task, body] = [tasks[0], bodies[0]];
  if (task === undefined || body === undefined) return [emptyTask(header ?? first, name, issues)];
  if (tasks.length === 1) refuseNothingToDo(task, body, issues);
  return tasks.map((each) => (tasks.length === 1 ? { ...each, name: name ?? each.name } : each));
}

const headerKeys = ['name', 'execution', 'primary_tasks', 'termination_delay', 'inter_connection'];

const isExecution = (map: MapNode, word: string): boolean => {
  const value = entryOf(map, 'execution')?.value;
  return value?.kind === 'scalar' && value.type === 'string' && value.text === word;
};
const isJobGroup = (first: MapNode, count: number): boolean => count > 1 && isExecution(first, 'parallel');

/** A first document of only a name (and how to go on) opens a pipeline. */
function isHeader(map: MapNode): boolean {
  const names = map.entries
    .map((entry) => entry.key)
    .toSorted()
    .join(' ');
  return names === 'name' || names === 'execution name';
}

const withoutHeader = (maps: readonly MapNode[]): readonly MapNode[] => {
  const [first] = maps;
  const isGroupHeader =
    first !== undefined &&
    maps.length > 1 &&
    isExecution(first, 'parallel') &&
    first.entries.every((entry) => headerKeys.includes(entry.key));
  return isGroupHeader ? maps.slice(1) : maps;
};

function checkHeader(header: MapNode, count: number, issues: Issues): void {
  const execution = entryOf(header, 'execution');
  if (execution === null || isExecution(header, 'serial') || isJobGroup(header, count)) return;
  const message = "A pipeline's execution is 'serial'; 'parallel' makes a job group of at least one task.";
  issues.invalid(execution.value, 'execution', message);
}

function refuseSeveral(bodies: readonly MapNode[], issues: Issues): void {
  const second = bodies[1];
  if (second === undefined) return;
  issues.unsupported(
    second,
    '',
    'This is a pipeline of {{count}} tasks; Trainyard runs one task at a time yet.',
    {
      count: bodies.length,
    },
  );
}

function emptyTask(header: MapNode, name: string | null, issues: Issues): TaskSpec {
  const task = readTask({ ...header, entries: [] }, {}, issues);
  refuseNothingToDo(task, header, issues);
  return { ...task, name };
}

/** SkyPilot then only starts the machine; a machine of one's own is there already. */
function refuseNothingToDo(task: TaskSpec, at: MapNode, issues: Issues): void {
  if (task.run !== null || task.setup !== null || issues.count > 0) return;
  issues.unsupported(at, 'run', "There is nothing to do: the task has neither 'run' nor 'setup'.");
}
