# Takes in what is copied here, and does nothing else. POSIX sh; needs dd and tar. Called either as the command of a
# single-use key (forced SESSION; what is asked is in SSH_ORIGINAL_COMMAND) or with the stage and what is asked:
#   put NAME SEEK [1]    stdin to in/NAME from SEEK MiB on; 1: gently
#   holes NAME SEEK [1]  the same into a file that is all hole: zeros are left out where dd can
#   pack NAME 0 [1]      a tar on stdin to the directory in/NAME
#   gzip NAME, zstd NAME the same, compressed by that on its way
#   sink                 stdin to nowhere: to measure the way
#   who                  from which address this came
# With TY_HASH, the program that hashes files, a pack that is unpacked is told: "HASH NAME" a line.
# Names are letters and digits: who sends cannot say where anything lands.

LC_ALL=C
export LC_ALL
umask 077
if [ "$1" = forced ]; then
  session=$2
  stage=$(cat "$session/stage" 2>/dev/null; printf .)
  stage=${stage%.}
  set -f
  set -- $SSH_ORIGINAL_COMMAND
  gentle=$4
else
  stage=$1 gentle=$TY_GENTLE
  shift
fi

refuse() { printf '!%s\n' "$*" >&2; exit 3; }

refuse_write() {
  case $1 in
    *'o space left'* | *'uota exceeded'* | *'short write'*) refuse "full $(df -Pk "$stage" 2>/dev/null | awk 'NR == 2 { print $4 }')" ;;
    *) refuse "write $(printf '%s' "$1" | tr '\n' ' ' | cut -c 1-500)" ;;
  esac
}

# Its group's share, too: where each session has one of its own (autogroup), that is what counts between them. Not the least that
# there is: on a machine that is busy with much, nothing would ever arrive. Said again where the kernel takes only so many a second.
yield_share() {
  for turn in 1 2 3; do
    { [ -w "/proc/$1/autogroup" ] && ! echo 10 >"/proc/$1/autogroup"; } 2>/dev/null || return 0
    sleep 0.1 2>/dev/null || return 0
  done
}

if [ "$gentle" = 1 ]; then
  # With the sshd that serves this key, or this copy, alone.
  renice -n 19 -p $$ ${session:+"$PPID"} ${TY_LANE:+"$PPID"} >/dev/null 2>&1
  yield_share $$
  ! command -v ionice >/dev/null 2>&1 || ionice -c 3 -p $$ >/dev/null 2>&1
fi

verb=$1 name=$2 seek=$3
case $verb in
  who)
    printf '%s\n' "${SSH_CONNECTION%% *}"
    exit
    ;;
  sink)
    cat >/dev/null
    exit
    ;;
  put | holes | pack | gzip | zstd) ;;
  *) refuse 'asked for something that is no copying' ;;
esac
case $name in '' | *[!a-z0-9]*) refuse 'a bad name' ;; esac
case $seek in *[!0-9]*) refuse 'a bad place' ;; esac
[ -n "$stage" ] && cd "$stage/in" 2>/dev/null || refuse "write $stage is gone"
[ ! -L "$name" ] || refuse 'a link is in the way'
if [ "$verb" = put ] || [ "$verb" = holes ]; then
  conv=notrunc
  [ "$verb" = put ] || ! dd if=/dev/null of=/dev/null conv=sparse 2>/dev/null || conv=notrunc,sparse
  said=$(dd of="$name" bs=1048576 seek="${seek:-0}" conv="$conv" 2>&1) || refuse_write "$said"
  exit 0
fi
# What cannot be unpacked because it did not come as it was sent is sent again, as what was cut off.
damaged_or() {
  rm -f "$name.tar"
  case "$1 $(cat "$name.said" 2>/dev/null)" in *'o space left'* | *'uota exceeded'* | *'short write'*) refuse_write "$1 $(cat "$name.said")" ;; esac
  [ ! -s "$name.said" ] || exit 5
  refuse_write "$1"
}

rm -rf "$name" "$name.tar" "$name.said"
said=$(mkdir "$name" 2>&1) || refuse_write "$said"
case $(tar --version 2>/dev/null) in
  *GNU* | *bsdtar*)
    if [ "$verb" = pack ]; then said=$(tar -xpof - -C "$name" 2>&1) || refuse_write "$said"
    else said=$("$verb" -dc 2>"$name.said" | tar -xpof - -C "$name" 2>&1) || damaged_or "$said"
    fi
    ;;
  *)
    # Older small tars follow links that came in the same archive: it is looked through first.
    if [ "$verb" != pack ]; then "$verb" -dc >"$name.tar" 2>"$name.said" || damaged_or "$(cat "$name.said")"; fi
    said=$(cat 2>&1 >>"$name.tar") || { rm -f "$name.tar"; refuse_write "$said"; }
    if tar -tvf "$name.tar" 2>/dev/null | grep -q '^[lhbcp][-rwxsStT]\{9\} '; then rm -f "$name.tar"; refuse 'more than files in a pack'; fi
    said=$(tar -xpof "$name.tar" -C "$name" 2>&1) || { rm -f "$name.tar"; refuse_write "$said"; }
    rm -f "$name.tar"
    ;;
esac
# xargs may have made several archives where names are many: what is left over after the first is nothing.
cat >/dev/null
# What it cannot read is missing.
[ -z "$TY_HASH" ] || (cd "$name" && find . -type f -exec $TY_HASH {} +) 2>/dev/null || :
