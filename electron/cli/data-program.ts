import { type Command, Option } from 'commander';
import { labels } from '#shared/domain/label.ts';
import type { Act, Add } from './adding.ts';

interface Plain {
  json?: boolean;
}

/** `trainyard data …` and `trainyard sites policy`, with their options. */
export function addDataVerbs(
  program: Command,
  sites: Command,
  add: Add,
  act: Act,
  json: (options: Plain) => boolean,
): void {
  const load = () => import('./verbs/data.ts');
  const data = add(program, 'data', 'data that must not go everywhere');
  const jsonOf = (options: Plain) => json({ ...data.opts(), ...options });
  act(add(data, 'list', 'list what is labelled'), async (options: Plain) =>
    (await load()).listData(jsonOf(options)),
  );
  act(
    add(data, 'add <path>', 'label a file or a folder; one that is labelled already is changed')
      .addOption(new Option('--label <label>', 'how sensitive it is').choices(labels).makeOptionMandatory())
      .option('--name <name>', 'call it so')
      .option('--countries <list>', 'it may go to these only: DE,FR; "any" for no limit'),
    async (path: string, options: { label: string; name?: string; countries?: string } & Plain) =>
      (await load()).addData(path, { ...options, json: jsonOf(options) }),
  );
  act(
    add(data, 'remove <path>', 'take a label away, by path or by name'),
    async (path: string, options: Plain) => (await load()).removeData(path, jsonOf(options)),
  );
  act(
    add(data, 'report [search]', 'tell what ran where, with which data'),
    async (search: string | undefined, options: Plain) =>
      (await load()).reportData(search ?? '', jsonOf(options)),
  );
  act(
    add(sites, 'policy <site>', 'tell or say what a site may hold, and where it stands')
      .addOption(new Option('--max-label <label>', 'it may hold this at most').choices(labels))
      .option('--country <code>', 'two letters, such as DE; "none" for not known')
      .option('--region <name>', 'such as Bayern; "none" for not known'),
    async (site: string, options: { maxLabel?: string; country?: string; region?: string } & Plain) =>
      (await load()).sitePolicy(site, { ...options, json: json({ ...sites.opts(), ...options }) }),
  );
}
