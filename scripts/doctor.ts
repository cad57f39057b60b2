/** `npm run doctor [-- --json]`: what is here, what is missing, what it is for, how to get it. Changes nothing. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { findElectron, hasDisplay } from './electron-runtime.ts';
import { root } from './tools.ts';

interface Finding {
  name: string;
  state: 'ok' | 'missing';
  needed: 'always' | 'sometimes';
  found: string;
  purpose: string;
  advice: string;
}

const onPath = (program: string): string | null => {
  for (const directory of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const ending of process.platform === 'win32' ? ['.exe', '.cmd'] : ['']) {
      const file = path.join(directory, program + ending);
      if (directory && existsSync(file)) return file;
    }
  }
  return null;
};
const says = (program: string, ...args: string[]): string => {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000 });
  return ((stdout || stderr) ?? '').trim().split('\n')[0] ?? '';
};

function finding(
  name: string,
  found: string | null,
  purpose: string,
  advice: string,
  needed: Finding['needed'] = 'sometimes',
): Finding {
  return {
    name,
    state: found === null ? 'missing' : 'ok',
    needed,
    found: found ?? '',
    purpose,
    advice: found === null ? advice : '',
  };
}

function look(): Finding[] {
  const packageJson = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const ssh = onPath('ssh');
  const python = onPath('python3');
  const torch = ['python3', '/usr/bin/python3']
    .map((program) =>
      spawnSync(program, ['-c', 'import torch; print(torch.__version__)'], {
        encoding: 'utf8',
        timeout: 60_000,
      }),
    )
    .find(({ status }) => status === 0);
  const chromium = ['chromium', 'chromium-browser', 'google-chrome'].map(onPath).find(Boolean) ?? null;
  const free = statfsSync(homedir());
  return [
    finding('Trainyard', packageJson.version, 'this app', '', 'always'),
    finding('Node', process.version, 'runs the backend and every script', '', 'always'),
    finding(
      'packages',
      existsSync(path.join(root, 'node_modules')) ? 'installed' : null,
      'what the app is built from',
      'npm ci',
      'always',
    ),
    finding(
      'free disk',
      `${Math.round((free.bavail * free.bsize) / 2 ** 30)} GiB in ${homedir()}`,
      'database, logs, code snapshots',
      '',
      'always',
    ),
    finding(
      'display',
      hasDisplay() ? (process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY ?? 'yes') : null,
      'the desktop window; without one the app opens in a browser',
      'start it where there is a screen, or use headless mode',
    ),
    finding(
      "Electron's runtime",
      findElectron(),
      'the desktop window',
      'npm start fetches it where github.com can be reached; ELECTRON_OVERRIDE_DIST_PATH names one that is there',
    ),
    finding(
      'ssh',
      ssh ? says(ssh, '-V') : null,
      'hosts that need certificates, security keys or GSSAPI',
      'install the OpenSSH client',
    ),
    finding(
      'ssh-agent',
      process.env.SSH_AUTH_SOCK && existsSync(process.env.SSH_AUTH_SOCK) ? process.env.SSH_AUTH_SOCK : null,
      'logs in with the keys your agent holds',
      'eval "$(ssh-agent)"; ssh-add',
    ),
    finding(
      'ssh_config',
      existsSync(path.join(homedir(), '.ssh', 'config')) ? '~/.ssh/config' : null,
      'hosts to import',
      'not needed: hosts can be added by hand',
    ),
    finding('git', onPath('git') ? says('git', '--version') : null, "notes a run's commit", 'install git'),
    finding(
      'Python 3',
      python ? says(python, '--version') : null,
      'the sample training',
      'install python3; without it the sample runs under Node',
    ),
    finding(
      'PyTorch',
      torch?.stdout.trim() ?? null,
      'the PyTorch sample on this computer',
      'apt-get install python3-torch, or pip install torch',
    ),
    finding(
      'nvidia-smi',
      onPath('nvidia-smi'),
      "this computer's own NVIDIA GPUs",
      "comes with NVIDIA's driver; not needed for GPUs elsewhere",
    ),
    finding('Chromium', chromium, 'the browser tests', 'apt-get install chromium'),
    finding(
      'sshd',
      existsSync('/usr/sbin/sshd') ? '/usr/sbin/sshd' : null,
      'the tests against real SSH servers, npm run lab',
      'apt-get install openssh-server',
    ),
  ];
}

const findings = look();
if (process.argv.includes('--json')) console.log(JSON.stringify(findings, null, 2));
else {
  const width = Math.max(...findings.map(({ name }) => name.length));
  for (const { name, state, found, purpose, advice } of findings) {
    console.log(
      `${state === 'ok' ? 'ok      ' : 'missing '} ${name.padEnd(width)}  ${state === 'ok' ? found : `${purpose}: ${advice}`}`,
    );
  }
}
process.exit(findings.some(({ state, needed }) => state === 'missing' && needed === 'always') ? 1 : 0);
