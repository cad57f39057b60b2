/** SSH: one shared connection per machine, over ssh2 or the system's OpenSSH; ssh_config, known_hosts, prompts. */

export { type ConfigSurroundings, realSurroundings } from './config/files.ts';
export { previewHosts } from './config/preview.ts';
export { needsUser } from './errors.ts';
export type {
  Credentials,
  Prompter,
  Question,
  SshConnection,
  SshConnectionState,
  SshLane,
  SshPool,
  SshReach,
  SshTarget,
  WantedSecret,
} from './interface.ts';
export { createSshPool, type SshPoolOptions } from './pool/pool.ts';
export { programsOn } from './pool/staying.ts';
