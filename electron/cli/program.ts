import { Command, InvalidArgumentError, Option } from 'commander';
import { labels } from '#shared/domain/label.ts';
import type { Act, Add } from './adding.ts';
import { addCopyVerb } from './copy-program.ts';
import { addCostVerbs } from './costs-program.ts';
import { addDataVerbs } from './data-program.ts';
import { addFileVerbs, addRemoveVerb } from './file-program.ts';
import { addFitVerb } from './fit-program.ts';
import { addKeepVerbs } from './keep-program.ts';
import { addMoveVerbs } from './move-program.ts';
import { addPlanVerbs } from './plan-program.ts';
import { addPolicyVerbs } from './policy-program.ts';
import { addPortVerbs } from './ports-program.ts';
import { addQuotaVerbs } from './quotas-program.ts';
import { addVaultVerbs } from './vault-program.ts';

const repeatable = (value: string, before: string[] = []): string[] => [...before, value];
const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
  return value;
};

/**
 * The whole command line: every verb with its options. A verb's own code is loaded when it runs. `done` is told the exit
 * code that a verb ends with.
 */
export function buildProgram(version: string, done: (exitCode: number) => void): Command {
  const program = new Command('trainyard')
    .description('Launch, watch, stop and find training runs on your own machines.')
    .version(version, '-V, --version')
    .option('--json', 'print JSON')
    .showHelpAfterError('(`trainyard help` lists what there is)')
    .configureHelp({ showGlobalOptions: true })
    .enablePositionalOptions()
    .exitOverride();
  /** `--json` is taken before and after the verb. */
  const add = (parent: Command, signature: string, description: string): Command =>
    parent.command(signature).description(description).option('--json', 'print JSON');
  const act = (command: Command, run: (...args: never[]) => Promise<number | undefined>): void => {
    command.action(async (...args: unknown[]) => {
      done((await run(...(args.slice(0, -1) as never[]))) ?? 0);
    });
  };
  const json = (options: { json?: boolean }): boolean => options.json ?? program.opts().json ?? false;

  act(
    add(program, 'ps', 'list runs, the newest first')
      .option('-a, --all', 'all of them, archived ones too')
      .option('--on <machine>', 'those of one machine')
      .option('--running', 'those that have not ended'),
    async (options: { all?: boolean; on?: string; running?: boolean; json?: boolean }) =>
      (await import('./verbs/ps.ts')).listRuns({ ...options, json: json(options) }),
  );
  act(add(program, 'show <run>', 'tell all about a run'), async (run: string, options: { json?: boolean }) =>
    (await import('./verbs/runs.ts')).showRun(run, json(options)),
  );
  act(
    add(program, 'run <file>', 'launch the task of a YAML file')
      .requiredOption('--on <machine>', 'the machine it runs on; "local" is this computer')
      .option('--env <K=V>', 'set a variable of the task (repeatable)', repeatable)
      .option(
        '--secret <name>',
        'take a secret from the environment variable of that name, else ask (repeatable)',
        repeatable,
      )
      .option('--credential <name>', 'NAME=CREDENTIAL: take it from the vault (repeatable)', repeatable)
      .option('--name <name>', 'call the run so')
      .option('--priority <number>', 'from -100 to 100 in the queue of its machine', wholeNumber)
      .addOption(
        new Option('--sensitivity <label>', 'how sensitive it is; else as what it reads').choices(labels),
      )
      .option('--override <reason>', 'as an owner: let it go where its data may not, for this reason')
      .addOption(new Option('-f, --follow', 'print its log until it ends, end with its exit code'))
      .addOption(new Option('-d, --detach', 'return once it is queued').conflicts('follow')),
    async (file: string, options: import('./verbs/run.ts').RunOptions) =>
      (await import('./verbs/run.ts')).runTask(file, { ...options, json: json(options) }),
  );
  act(
    add(program, 'logs <run>', "print a run's log")
      .option('-f, --follow', 'go on as it grows, end with the exit code of the run')
      .option('--from <byte>', 'begin at this byte; negative: so many before the end', wholeNumber)
      .option('--search <pattern>', 'print the lines that match (an extended regular expression)')
      .option('--epoch <number>', 'of this attempt, not the newest', wholeNumber),
    async (run: string, options: import('./verbs/logs.ts').LogsOptions) =>
      (await import('./verbs/logs.ts')).printLog(run, { ...options, json: json(options) }),
  );
  act(
    add(program, 'stop <run...>', 'end runs in order: TERM, then KILL after the grace').option(
      '--grace <seconds>',
      'time between the two',
      wholeNumber,
    ),
    async (runs: string[], options: { grace?: number; json?: boolean }) =>
      (await import('./verbs/runs.ts')).stopRuns(runs, options.grace, json(options)),
  );
  act(
    add(program, 'kill <run...>', 'end runs at once'),
    async (runs: string[], options: { json?: boolean }) =>
      (await import('./verbs/runs.ts')).killRuns(runs, json(options)),
  );
  act(
    add(program, 'restart <run>', 'launch a run again, with the same code')
      .option('--on <machine>', 'on another machine')
      .option('--override <reason>', 'as an owner: let it go where its data may not, for this reason')
      .option('--secret <name>', 'a secret it needs, as for `run` (repeatable)', repeatable)
      .option('--credential <name>', 'one from the vault, as for `run` (repeatable)', repeatable),
    async (
      run: string,
      options: Omit<import('./verbs/runs.ts').RestartOptions, 'json'> & { json?: boolean },
    ) => (await import('./verbs/runs.ts')).restartRun(run, { ...options, json: json(options) }),
  );
  addRemoveVerb(program, add, act, json);

  const sites = add(program, 'sites', 'the places you have connected').action(async () => {
    done(await (await import('./verbs/sites.ts')).listSites(json(sites.opts())));
  });
  addSiteVerbs(sites, add, act, json);

  const machines = add(program, 'machines', 'the machines and what they have').action(async () => {
    done(await (await import('./verbs/machines.ts')).listMachines('', json(machines.opts())));
  });
  act(
    add(machines, 'list [search]', 'list them'),
    async (search: string | undefined, options: { json?: boolean }) =>
      (await import('./verbs/machines.ts')).listMachines(
        search ?? '',
        json({ ...machines.opts(), ...options }),
      ),
  );
  act(
    add(machines, 'show <machine>', 'tell all about one'),
    async (machine: string, options: { json?: boolean }) =>
      (await import('./verbs/machines.ts')).showMachine(machine, json({ ...machines.opts(), ...options })),
  );
  act(
    add(machines, 'refresh [machine...]', 'ask them again what they have; none named: all of them'),
    async (names: string[], options: { json?: boolean }) =>
      (await import('./verbs/machines.ts')).refreshMachines(names, json({ ...machines.opts(), ...options })),
  );

  act(
    program
      .command('ssh <machine> [command...]')
      .description("open the system's ssh to a machine; a command after `--` runs there")
      .passThroughOptions(),
    async (machine: string, command: string[]) => (await import('./verbs/ssh.ts')).openSsh(machine, command),
  );

  act(
    program
      .command('shell [machine]')
      .description(
        'open a terminal of the app in this one; ~. closes it, ~d leaves it open in the app, ~? helps',
      )
      .option('--run <run>', "in a run's directory, with its environment")
      .option('--tmux', 'kept by tmux over there: it outlives the connection and the app'),
    async (machine: string | undefined, options: import('./verbs/shell.ts').ShellOptions) =>
      (await import('./verbs/shell.ts')).openShell(machine, options),
  );
  addVaultVerbs(program, add, act, json);
  addCopyVerb(program, add, act, json);
  addFileVerbs(program, add, act, json);
  addFitVerb(program, add, act, json);
  addPlanVerbs(program, add, act, json);
  addCostVerbs(program, add, act, json);
  addQuotaVerbs(program, add, act, json);
  addPortVerbs(program, add, act, json);
  addMoveVerbs(program, add, act, json, done);
  addPolicyVerbs(program, machines, add, act, json);
  addDataVerbs(program, sites, add, act, json);
  addKeepVerbs(program, add, act, json);
  addUpkeepVerbs(program, add, act, json);
  addActivityVerbs(program, add, act, json, done);
  addTokenVerbs(program, add, act, json);
  return program;
}

type Json = (options: { json?: boolean }) => boolean;

function addSiteVerbs(sites: Command, add: Add, act: Act, json: Json): void {
  const jsonOf = (options: { json?: boolean }) => json({ ...sites.opts(), ...options });
  act(add(sites, 'list', 'list them'), async (options: { json?: boolean }) =>
    (await import('./verbs/sites.ts')).listSites(jsonOf(options)),
  );
  act(
    add(sites, 'add <host>', 'add an SSH host: an alias of ~/.ssh/config, or [user@]name[:port]')
      .option('--name <name>', 'call it so')
      .option('--host-name <name>', 'its real name or address')
      .option('--user <user>', 'log in as')
      .option('--port <port>', 'its SSH port', wholeNumber)
      .option('--identity <file>', 'the key to use')
      .option('--config <file>', 'another ssh_config')
      .option('--no-connect', 'do not connect now'),
    async (host: string, options: import('./verbs/sites.ts').AddOptions) =>
      (await import('./verbs/sites.ts')).addSite(host, { ...options, json: jsonOf(options) }),
  );
  act(
    add(sites, 'import [host...]', 'add hosts of ~/.ssh/config; none named: all of them').option(
      '--config <file>',
      'another ssh_config',
    ),
    async (hosts: string[], options: { config?: string; json?: boolean }) =>
      (await import('./verbs/sites.ts')).importSites(hosts, { ...options, json: jsonOf(options) }),
  );
  act(
    add(
      sites,
      'preview [host...]',
      'show how hosts of ~/.ssh/config would be reached; connects to nothing',
    ).option('--config <file>', 'another ssh_config'),
    async (hosts: string[], options: { config?: string; json?: boolean }) =>
      (await import('./verbs/preview.ts')).previewSites(hosts, { ...options, json: jsonOf(options) }),
  );
  act(
    add(sites, 'test <site>', 'connect step by step, and say where it fails'),
    async (site: string, options: { json?: boolean }) =>
      (await import('./verbs/sites.ts')).testSite(site, jsonOf(options)),
  );
  act(
    add(sites, 'remove <site>', 'forget a site; its runs go on over there').option(
      '--force',
      'even while it has runs that have not ended',
    ),
    async (site: string, options: { force?: boolean; json?: boolean }) =>
      (await import('./verbs/sites.ts')).removeSite(site, options.force ?? false, jsonOf(options)),
  );
}

function addUpkeepVerbs(program: Command, add: Add, act: Act, json: Json): void {
  const config = add(program, 'config', 'settings');
  const jsonOf = (options: { json?: boolean }) => json({ ...config.opts(), ...options });
  act(
    add(config, 'get [key]', 'print one or all'),
    async (key: string | undefined, options: { json?: boolean }) =>
      (await import('./verbs/config.ts')).getSettings(key, jsonOf(options)),
  );
  act(
    add(config, 'set <key> <value>', 'change one'),
    async (key: string, value: string, options: { json?: boolean }) =>
      (await import('./verbs/config.ts')).setSetting(key, value, jsonOf(options)),
  );
  act(
    add(config, 'unset <key>', 'put one back to its default'),
    async (key: string, options: { json?: boolean }) =>
      (await import('./verbs/config.ts')).unsetSetting(key, jsonOf(options)),
  );
  act(
    add(config, 'file', 'print where settings.json is, and what of it could not be taken'),
    async (options: { json?: boolean }) => (await import('./verbs/config.ts')).printFile(jsonOf(options)),
  );
  act(add(config, 'path', 'print the data directory'), async (options: { json?: boolean }) =>
    (await import('./verbs/config.ts')).printPath(jsonOf(options)),
  );

  const backup = add(program, 'backup', "backups of Trainyard's own database");
  const backupJson = (options: { json?: boolean }) => json({ ...backup.opts(), ...options });
  act(add(backup, 'list', 'list them'), async (options: { json?: boolean }) =>
    (await import('./verbs/backup.ts')).listBackups(backupJson(options)),
  );
  act(add(backup, 'now', 'make one'), async (options: { json?: boolean }) =>
    (await import('./verbs/backup.ts')).backUpNow(backupJson(options)),
  );
  act(
    add(backup, 'restore <file>', 'put one in the place of the database; what was there is kept'),
    async (file: string, options: { json?: boolean }) =>
      (await import('./verbs/backup.ts')).restoreBackup(file, backupJson(options)),
  );

  act(
    add(program, 'check <file...>', 'check task files; needs no app and no network').option(
      '--env <K=V>',
      'a variable the files leave open (repeatable)',
      repeatable,
    ),
    async (files: string[], options: { env?: string[]; json?: boolean }) =>
      (await import('./verbs/check.ts')).checkFiles(files, options.env ?? [], json(options)),
  );
  act(
    add(program, 'checkpoints <run-or-directory>', 'saved states of a run, or in a directory (MACHINE:DIR)')
      .option('--framework <name>', 'take them for those of this framework; else it is found out')
      .option('--pattern <glob>', 'those of your own: "step-{step}.bin"'),
    async (
      given: string,
      options: Omit<import('./verbs/checkpoints.ts').CheckpointsOptions, 'json'> & { json?: boolean },
    ) => (await import('./verbs/checkpoints.ts')).listCheckpoints(given, { ...options, json: json(options) }),
  );
  act(
    program
      .command('serve')
      .description('serve the app to a browser on this computer, or with TLS to others')
      .option('--host <address>', 'another address than loopback needs TLS and a named token', '127.0.0.1')
      .option('--port <port>', '0: any free one', wholeNumber, 0)
      .option('--tls-cert <file>', 'serve with TLS: the certificate (PEM)')
      .option('--tls-key <file>', 'and its key (PEM)')
      .option('--open', 'open the browser')
      .option('--json', 'print the address as JSON'),
    async (options: import('./verbs/serve.ts').ServeOptions) =>
      (await import('./verbs/serve.ts')).serve({ ...options, json: json(options) }),
  );
  act(
    add(program, 'open', 'sign a browser in to the app that is being served'),
    async (options: { json?: boolean }) => (await import('./verbs/open.ts')).openApp(json(options)),
  );
  act(
    program.command('completion <shell>').description('print the completion script for bash, zsh or fish'),
    async (shell: string) => (await import('./verbs/completion.ts')).printCompletion(shell, program),
  );
  act(program.command('names <kind>', { hidden: true }), async (kind: string) =>
    (await import('./verbs/completion.ts')).printNames(kind),
  );
}

function addActivityVerbs(
  program: Command,
  add: Add,
  act: Act,
  json: Json,
  done: (exitCode: number) => void,
): void {
  const activity = add(program, 'activity', 'who did what, in a log that shows every change to it');
  const jsonOf = (options: { json?: boolean }) => json({ ...activity.opts(), ...options });
  activity.action(async () => {
    done(await (await import('./verbs/activity.ts')).listActivity({ json: jsonOf({}) }));
  });
  act(
    add(activity, 'list', 'list it, the newest first')
      .option('--search <words>', 'entries with all these words')
      .option('--action <action>', '"run.launch", or "run" for all about runs')
      .option('--limit <number>', 'so many at most, up to 1000 (50)', wholeNumber),
    async (options: Omit<import('./verbs/activity.ts').ActivityOptions, 'json'> & { json?: boolean }) =>
      (await import('./verbs/activity.ts')).listActivity({ ...options, json: jsonOf(options) }),
  );
  act(
    add(activity, 'verify', 'find the first entry that was altered, removed or cut off; ends with 1 then'),
    async (options: { json?: boolean }) =>
      (await import('./verbs/activity.ts')).verifyActivity(jsonOf(options)),
  );
  act(
    add(activity, 'export', 'print the whole log, the oldest first').addOption(
      new Option('--format <format>', 'JSON lines, or CSV that is safe in a spreadsheet')
        .choices(['jsonl', 'csv'])
        .default('jsonl'),
    ),
    async ({ format }: { format: 'jsonl' | 'csv' }) =>
      (await import('./verbs/activity.ts')).exportActivity(format),
  );
}

function addTokenVerbs(program: Command, add: Add, act: Act, json: Json): void {
  const token = add(program, 'token', 'named tokens, for browsers to sign in with');
  const jsonOf = (options: { json?: boolean }) => json({ ...token.opts(), ...options });
  act(
    add(token, 'create <name>', 'make one and print it, this once')
      .addOption(
        new Option('--role <role>', 'what it may do')
          .choices(['viewer', 'operator', 'owner'])
          .makeOptionMandatory(),
      )
      .option('--expires <time>', 'when it ends: 12h, 30d, 8w; else it holds until it is revoked'),
    async (name: string, options: { role: string; expires?: string; json?: boolean }) =>
      (await import('./verbs/tokens.ts')).createToken(name, { ...options, json: jsonOf(options) }),
  );
  act(add(token, 'list', 'list them'), async (options: { json?: boolean }) =>
    (await import('./verbs/tokens.ts')).listTokens(jsonOf(options)),
  );
  act(
    add(token, 'revoke <name>', 'end one, and all that is open with it, at once'),
    async (name: string, options: { json?: boolean }) =>
      (await import('./verbs/tokens.ts')).revokeToken(name, jsonOf(options)),
  );
}
