import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { quote } from '#backend/processes/index.ts';

export interface Scripts {
  /** Names this set of scripts: another version of Trainyard has another, and both may be on one box. */
  hash: string;
  /** Shell text for stdin of `installScript`: calls `file NAME CONTENT` for each. */
  payload: string;
}

/** What belongs to the supervisor; the folder holds scripts of other rooms too. */
const ours = [
  'alive.sh',
  'arm.sh',
  'armed.sh',
  'ask.sh',
  'begin.sh',
  'boot.sh',
  'bootstart.sh',
  'disarm.sh',
  'end.sh',
  'entomb.sh',
  'files.sh',
  'follow.sh',
  'handlers.awk',
  'job.sh',
  'launch.sh',
  'lib.sh',
  'lock.sh',
  'log.sh',
  'remove.sh',
  'schedule.sh',
  'search.sh',
  'setup.sh',
  'status.awk',
  'status.sh',
  'stop.sh',
  'stopper.sh',
  'supervise.sh',
  'timer.sh',
  'tree.awk',
  'warm-job.sh',
  'warm-keep.sh',
  'warm.sh',
  'watch.sh',
];

export async function loadScripts(directory: string): Promise<Scripts> {
  const present = new Set(await readdir(directory));
  const files = await Promise.all(
    ours
      .filter((name) => present.has(name))
      .map(async (name) => ({ name, text: await readFile(path.join(directory, name), 'utf8') })),
  );
  const hash = createHash('sha256');
  for (const { name, text } of files) hash.update(`${name}\0${text}\0`);
  const lines = files.map(({ name, text }) => `file ${name} ${quote(text)}`);
  return { hash: hash.digest('hex').slice(0, 16), payload: `${lines.join('\n')}\n#complete` };
}

/** resources/remote, from a clone. A packaged app says where it has them. */
export const scriptsOfClone = (): string =>
  fileURLToPath(new URL('../../../../resources/remote', import.meta.url));

/**
 * Finds the place for everything of ours on the box. $1: the scripts' hash. Prints "present|absent home|elsewhere" and
 * the place. Outside the home only a directory that is ours alone will do: others may write to /var/tmp too.
 */
export const findPlaceScript = `
try() {
  case $1 in /?*) ;; *) return 1 ;; esac
  if [ ! -d "$1" ]; then
    why=$(LC_ALL=C mkdir -p -m 700 "$1" 2>&1) || case $why in
      # Room can be made, and then everything should be where it belongs.
      *'No space left'* | *quota*) printf 'full\\n%s\\n' "$why"; exit 0 ;;
      *) return 1 ;;
    esac
  fi
  [ -w "$1" ] && [ -x "$1" ] || return 1
  if [ -f "$1/bin/$hash/lib.sh" ]; then printf 'present %s\\n%s\\n' "$2" "$1"; else printf 'absent %s\\n%s\\n' "$2" "$1"; fi
  exit 0
}
private() {
  [ -d "$1" ] || mkdir -m 700 "$1" 2>/dev/null || return 1
  [ ! -L "$1" ] || return 1
  set -- "$1" $(ls -ldn "$1")
  case $2 in drwx------*) [ "$4" = "$uid" ] ;; *) return 1 ;; esac
}
hash=$1
umask 077
try "\${HOME:+$HOME/.trainyard}" home
try "\${XDG_STATE_HOME:+$XDG_STATE_HOME/trainyard}" elsewhere
uid=$(id -u)
private "/var/tmp/trainyard-$uid" && try "/var/tmp/trainyard-$uid" elsewhere
echo none
`;

/** $1: the place, $2: the hash; the payload on stdin. Writes aside, syncs, renames: a half set of scripts never shows. */
export const installScript = `
umask 077
new=$1/bin/.$2.$$
why=$(mkdir -p "$1/bin" "$1/runs" "$1/envs" "$1/objects" "$1/tmp" "$1/watch" "$new" 2>&1) || { printf 'refused write %s\\n' "$why"; exit 0; }
file() { { printf '%s' "$2" >"$new/$1"; } 2>/dev/null || failed=1; }
payload=$(cat)
case $payload in *'
#complete') ;; *) rm -rf "$new"; echo 'refused incomplete'; exit 0 ;; esac
failed=
eval "$payload"
if [ -n "$failed" ]; then
  why=$( (: && printf '%s' "$payload" >"$new/all") 2>&1)
  rm -rf "$new"
  printf 'refused write %s\\n' "$why"
  exit 0
fi
sync "$new"/* "$new" 2>/dev/null || sync
[ -d "$1/bin/$2" ] || mv "$new" "$1/bin/$2" 2>/dev/null
rm -rf "$new" "$1/bin/$2/.$2".*
[ -f "$1/bin/$2/lib.sh" ] && echo ok || echo 'refused failed the scripts could not be moved into place'
`;

/** Runs one verb of the installed scripts. $1: the place, $2: hash, $3: the shell, $4: the verb, then its arguments. Ends with 75 where they are missing. */
export const verbScript = `
ty_root=$1 ty_bin=$1/bin/$2 ty_sh=$3 ty_verb=$4
shift 4
[ -f "$ty_bin/$ty_verb.sh" ] || exit 75
. "$ty_bin/lib.sh"
. "$ty_bin/$ty_verb.sh"
`;
export const scriptsMissing = 75;
