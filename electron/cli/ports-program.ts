import { type Command, InvalidArgumentError } from 'commander';
import type { Act, Add } from './adding.ts';
import type { ForwardOptions } from './verbs/forward.ts';

const portNumber = (text: string): number => {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  return port;
};

/** `trainyard forward`, with its options. */
export function addPortVerbs(
  program: Command,
  add: Add,
  act: Act,
  json: (options: { json?: boolean }) => boolean,
): void {
  const forward = add(program, 'forward', "ports of machines on this computer's loopback");
  const jsonOf = (options: { json?: boolean }) => json({ ...forward.opts(), ...options });
  act(
    forward
      .command('open <machine> <port>', { isDefault: true })
      .description('forward one; it stays until it is closed, also over lost connections and restarts')
      .option('--json', 'print JSON')
      .option('--local <port>', 'on this port here; else on the same number, where it is free', portNumber)
      .option('--host <host>', 'a host that the machine reaches, not the machine itself')
      .option('--run <run>', 'note that it is of this run')
      .option('--label <name>', 'call it so'),
    async (machine: string, port: string, options: Omit<ForwardOptions, 'json'> & { json?: boolean }) =>
      (await import('./verbs/forward.ts')).forwardPort(machine, port, { ...options, json: jsonOf(options) }),
  );
  act(add(forward, 'list', 'those that are forwarded'), async (options: { json?: boolean }) =>
    (await import('./verbs/forward.ts')).listForwards(jsonOf(options)),
  );
  act(
    add(forward, 'ports <machine>', 'what listens on a machine').option('--run <run>', 'of this run only'),
    async (machine: string, options: { run?: string; json?: boolean }) =>
      (await import('./verbs/forward.ts')).listListening(machine, options.run, jsonOf(options)),
  );
  act(
    add(forward, 'close <forward...>', 'close them: by their port here, their name or their id'),
    async (forwards: string[], options: { json?: boolean }) =>
      (await import('./verbs/forward.ts')).closeForwards(forwards, jsonOf(options)),
  );
}
