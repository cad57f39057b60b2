# What moves have left on a machine. POSIX sh and awk. $1: the verb.
#   list DIRECTORIES…   lines of "ty-left NAME VALUE", the last one "ty-left end": of each run its id and the KiB of its working
#                       directory; staging directories of copies (KiB, 1 where one is in use, path with %-escapes), looked for
#                       among the runs and in DIRECTORIES; sessions of copies from box to box and lines in authorized_keys (id, 1 in use)
#   drop PATH           removes a staging directory, unless it is in use; prints "ok" or "refused busy"
LC_ALL=C
export LC_ALL
root=$HOME/.trainyard
if [ ! -d "$root" ]; then
  for root in "${XDG_STATE_HOME:-/nowhere}/trainyard" "/var/tmp/trainyard-$(id -u)"; do [ ! -d "$root" ] || break; done
fi
say() { printf 'ty-left %s\n' "$*"; }
kib_of() { du -sk "$1" 2>/dev/null | awk 'NR == 1 { print $1 }'; }
# A copy that goes on writes all the time; whose computer was closed over it comes back to it, later.
is_fresh() { [ -n "$(find "$1" -mmin -10 2>/dev/null | head -n 1)" ]; }
is_stage() { case ${1##*/} in .trainyard-copy-*[!0-9a-f]* | .trainyard-copy-) return 1 ;; .trainyard-copy-*) [ -d "$1" ] && [ ! -L "$1" ] ;; *) return 1 ;; esac; }

verb=$1
shift
if [ "$verb" = drop ]; then
  is_stage "$1" || { echo ok; exit 0; }
  if is_fresh "$1"; then echo 'refused busy'; exit 0; fi
  rm -rf "$1" && echo ok
  exit
fi

for home in "$root"/runs/*; do
  [ -d "$home" ] || continue
  [ ! -d "$home/code" ] || say run "${home##*/}" "$(kib_of "$home/code")"
done
{
  find "$root/runs" -maxdepth 4 -type d -name '.trainyard-copy-*' 2>/dev/null || :
  for directory in "$@"; do
    case $directory in '~/'*) directory=$HOME/${directory#\~/} ;; esac
    find "$directory" -maxdepth 1 -type d -name '.trainyard-copy-*' 2>/dev/null || :
  done
} | sort -u | while IFS= read -r stage; do
  is_stage "$stage" || continue
  busy=0
  ! is_fresh "$stage" || busy=1
  say stage "$(kib_of "$stage")" "$busy" "$(printf '%s' "$stage" | sed 's/%/%25/g; s/ /%20/g')"
done

# At the source somebody holds its connections; at the destination it is only seen by what it writes.
is_held() {
  ! is_fresh "$1" || return 0
  for holder in "$1"/holder-*; do
    [ -f "$holder" ] && read -r pid _ <"$holder" || continue
    case $pid in '' | *[!0-9]*) continue ;; esac
    ! kill -0 "$pid" 2>/dev/null || return 0
  done
  stage=$(cat "$1/stage" 2>/dev/null)
  [ -n "$stage" ] && is_fresh "$stage"
}
{
  for session in "$root"/copies/*; do [ ! -d "$session" ] || printf '%s\n' "${session##*/}"; done
  sed -n 's/.* trainyard-copy-\([0-9a-z]*\)\([+][a-z]*\)*$/\1/p' "$HOME/.ssh/authorized_keys" 2>/dev/null
} | sort -u | while read -r id; do
  case $id in '' | *[!0-9a-z]*) continue ;; esac
  busy=0
  ! is_held "$root/copies/$id" || busy=1
  say session "$id" "$busy"
done
say end
