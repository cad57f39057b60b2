/** SSH: one shared connection per machine, over ssh2 or the system's OpenSSH; ssh_config, known_hosts, prompts. */
export { needsUser } from './errors.ts';
export type {
  Credentials,
  Prompter,
  Question,
  SshConnection,
  SshConnectionState,
  SshPool,
  SshTarget,
  WantedSecret,
} from './interface.ts';
