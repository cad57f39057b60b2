# Copying, on either machine. POSIX sh; needs find, tar, dd, xargs and one of openssl, sha256sum, shasum. $1: the verb.
# Travels with each call: nothing of it is installed. Names come NUL-separated on stdin and begin with "./", so that
# neither a dash nor a newline in them means anything. What is refused is said on stderr as "!word details", exit 3.
#
# At a destination everything that is not yet verified lies in $stage, a directory ".trainyard-copy-…" beside it:
#   in/NAME   a large file while it comes, or a pack of small ones as a directory
#   out/      for an instant: a file under its own name, before it is renamed into its place

LC_ALL=C
export LC_ALL
umask 077

refuse() { printf '!%s\n' "$*" >&2; exit 3; }

# $1: what a program said. Tells a full disk from the rest.
refuse_write() {
  case $1 in
    *'o space left'* | *'uota exceeded'* | *'short write'*) refuse "full $(free_kib "${2:-.}")" ;;
    *) refuse "write $(printf '%s' "$1" | tr '\n' ' ' | cut -c 1-500)" ;;
  esac
}

free_kib() { df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print $4 }'; }

at_home() {
  case $1 in
    '~') printf '%s.' "$HOME" ;;
    '~/'*) printf '%s.' "$HOME/${1#\~/}" ;;
    *) printf '%s.' "$1" ;;
  esac
}

# Beside a training, as little in its way as can be.
gently() {
  [ "$TY_GENTLE" = 1 ] || return 0
  renice -n 19 -p $$ >/dev/null 2>&1
  ! command -v ionice >/dev/null 2>&1 || ionice -c 3 -p $$ >/dev/null 2>&1
}

empty=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
# Prints "HASH NAME" a line; openssl is four times as fast as the rest where the processor helps it.
find_hasher() {
  for hasher in 'openssl dgst -sha256 -r' sha256sum 'shasum -a 256' 'busybox sha256sum'; do
    case $($hasher /dev/null 2>/dev/null) in "$empty"*) return 0 ;; esac
  done
  refuse 'tool sha256sum'
}

# How things are listed, each as TYPE or mode, size, times, inode, 512-byte blocks and name. Names end with NUL, or where
# that cannot be had with "//\n", which no name that find gives can hold.
find_lister() {
  if find /dev/null -prune -printf '' >/dev/null 2>&1; then lister=find
  elif stat -c '%f' /dev/null >/dev/null 2>&1; then lister=stat
  elif stat -f '%Xp' /dev/null >/dev/null 2>&1; then lister=bsd
  else refuse 'tool stat'
  fi
}

# For the shells that xargs starts, too. $@: where find begins; $depth: "-prune" for these alone.
list='
  case $lister in
    find) find "$@" -name ".trainyard-copy-*" -prune -o -printf "f %#m %y %s %T@ %C@ %i %b %p\0%l\0" $depth ;;
    stat) find "$@" -name ".trainyard-copy-*" -prune -o -exec stat -c "s %f - %s %y|%z| %i %b %n//" {} + $depth ;;
    bsd) find "$@" -name ".trainyard-copy-*" -prune -o -exec stat -f "b %Xp - %z %Fm %Fc %i %b %N//" {} + $depth ;;
  esac
  [ "$lister" = find ] || find "$@" -name ".trainyard-copy-*" -prune -o $depth -type l -exec sh -c "for f; do printf \"l %s\0%s\0\" \"\$f\" \"\$(readlink \"\$f\")\"; done" sh {} +
'

# Into the directory of a place. What is not there is said by exit 4.
enter() {
  cd "$1" 2>/dev/null && return
  [ -e "$1" ] || [ -L "$1" ] || { printf '!missing\n' >&2; exit 4; }
  why=$(cd "$1" 2>&1) || refuse "read $why"
}

verb=$1
shift
place=$(at_home "$1"; printf .)
place=${place%..}
shift
gently
case $verb in
  # What there is here: the place resolved, its kind, its parent, free KiB there, tools.
  look)
    kind=none
    [ ! -L "$place" ] || kind=link
    [ ! -f "$place" ] || kind=file
    [ ! -d "$place" ] || kind=directory
    at=$place
    while [ ! -d "$at" ] && [ "$at" != / ] && [ -n "$at" ]; do
      case $at in */*) at=${at%/*} ;; *) at=. ;; esac
      [ -n "$at" ] || at=/
    done
    has() { command -v "$1" >/dev/null 2>&1 && printf '%s=1\n' "$2"; }
    find_hasher
    cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || nproc 2>/dev/null)
    load=
    [ ! -r /proc/loadavg ] || read -r load _ </proc/loadavg
    printf 'cores=%s\nload=%s\n' "$cores" "$load"
    printf 'kind=%s\nfree=%s\nhome=%s\nuid=%s\nhasher=%s\nclock=%s\n' "$kind" "$(free_kib "$at")" "$(printf '%s' "$HOME" | tr '\n' '?')" "$(id -u)" "$hasher" "$(date +%s)"
    [ -w "$at" ] && printf 'writable=1\n'
    has tar tar; has ssh ssh; has ssh-keygen keygen; has setsid setsid; has gzip gzip; has zstd zstd
    tar --version 2>/dev/null | grep -q GNU && printf 'gnutar=1\n'
    : | tar -cf /dev/null --null -T - 2>/dev/null && printf 'tarnull=1\n'
    printf 'place=%s' "$place"
    ;;
  # Everything of a directory, or the one file.
  scan)
    find_lister
    depth=
    if [ -d "$place" ]; then enter "$place"; set -- .
    elif [ -e "$place" ] || [ -L "$place" ]; then
      case $place in */*) cd "${place%/*}/" || refuse "read $place" ;; esac
      set -- "./${place##*/}"
    else printf '!missing\n' >&2; exit 4
    fi
    eval "$list"
    exit 0
    ;;
  # The names on stdin with all below them ("deep") or alone ("flat"). Those that are not there are left out.
  list)
    find_lister
    enter "$place"
    depth=
    [ "$1" != flat ] || depth=-prune
    export lister depth list
    xargs -0 sh -c 'eval "$list"' sh 2>/dev/null
    exit 0
    ;;
  # Hashes the names on stdin, one line each as they are done; those that cannot be read are complained of on stderr.
  hash)
    find_hasher
    enter "$place"
    xargs -0 $hasher
    exit 0
    ;;
  # Both: hashes on stderr, and on stdout how the same files look once they were read.
  state)
    find_hasher
    find_lister
    enter "$place"
    depth=-prune
    export hasher lister depth list
    xargs -0 sh -c '$hasher "$@" 2>/dev/null >&3; eval "$list" 2>/dev/null' sh 3>&2
    exit 0
    ;;
  # The same for names with newlines or backslashes, which those lines cannot tell: "HASH  NAME//".
  hash-odd)
    find_hasher
    enter "$place"
    export hasher
    xargs -0 sh -c 'for f; do h=$($hasher <"$f") && printf "%s  %s//\n" "${h%% *}" "$f"; done' sh
    exit 0
    ;;
  # Chunk by chunk: $1 file, $2 MiB of each, $3 how many.
  chunks)
    find_hasher
    enter "$place"
    file=$(printf '%b.' "$1")
    file=${file%.}
    i=0
    while [ "$i" -lt "$3" ]; do
      h=$(dd if="$file" bs=1048576 skip=$((i * $2)) count="$2" 2>/dev/null | $hasher)
      printf '%s\n' "${h%% *}"
      i=$((i + 1))
    done
    ;;
  # Hashes a file that is still coming: $1, "SKIP COUNT" (MiB) a line on stdin as they are there.
  follow)
    find_hasher
    enter "$place"
    h=$(
      since=0
      while read -r skip count; do
        dd if="$1" bs=131072 skip="$((skip * 8))" count="$((count * 8))" 2>/dev/null
        # To the disk as it comes, so that little is left to wait for at the end.
        since=$((since + count))
        [ "$since" -lt 256 ] || { since=0; dd if=/dev/null of="$1" conv=notrunc,fsync </dev/null >/dev/null 2>&1 & }
      done | $hasher
    )
    printf '%s\n' "${h%% *}"
    ;;
  # An empty file $1, where there is none; with a size $2 it is all hole.
  touch)
    cd "$place" || refuse "write $place"
    why=$({ : >>"$1"; } 2>&1) || refuse_write "$why"
    [ -z "$2" ] || dd if=/dev/null of="$1" bs=1 seek="$2" count=0 2>/dev/null
    ;;
  # Makes the staging directory ($1, within the place's own directory) and says what lies in it: "NAME SIZE" a line.
  begin)
    why=$(umask 022 && mkdir -p "$place" 2>&1) || refuse_write "$why" /
    cd "$place" || refuse "write $place"
    why=$(mkdir -p "$1/in" "$1/out" 2>&1) || refuse_write "$why"
    # Of earlier copies that nobody took up again.
    find . -maxdepth 1 -name '.trainyard-copy-*' ! -name "$1" -mtime +7 -exec rm -rf {} + 2>/dev/null
    rm -rf "$1"/out/* "$1"/in/p* 2>/dev/null
    pwd -P
    cd "$1/in" && ls -ln | awk 'NF >= 9 && $1 ~ /^-/ { print $NF, $5 }'
    ;;
  # A tar of directories and links, made by us.
  untar)
    cd "$place" || refuse "write $place"
    why=$(tar -xpof - 2>&1) || refuse_write "$why"
    ;;
  # Removes the names on stdin: files and links ("files"), directories that are empty ("directories"), anything ("all").
  remove)
    cd "$place" || refuse "write $place"
    case $1 in
      files) why=$(xargs -0 rm -f -- 2>&1) || refuse_write "$why" ;;
      directories) xargs -0 rmdir -- 2>/dev/null ;;
      all) why=$(xargs -0 rm -rf -- 2>&1) || refuse_write "$why" ;;
    esac
    exit 0
    ;;
  # Verified files go to their places. $1: stage, $2: packs where there are some. 34 words a group on stdin, filled up with "/":
  #   p FROM TO NAME …   of a pack: FROM (below the stage) and TO are directories
  #   d FROM TO NAME …   of a pack: whole directories that are not there yet
  #   w FROM                   what is left of a pack of files that are not there yet
  #   l FROM TO NAME MODE MTIME SECONDS SIZE   a large file
  move)
    cd "$place" || refuse "write $place"
    TY_STAGE=$1
    export TY_STAGE
    # Large files are synced one by one.
    [ "$2" != packs ] || sync -f "$1" 2>/dev/null || sync
    why=$(xargs -0 -n 34 sh -c '
      kind=$1 from=$TY_STAGE/$2 to=$3
      shift 3
      # All of $1 into $2. One program for all of them. Where there are no hard links, one each.
      merge() {
        cp -rl "$1/." "$2" 2>/dev/null || (
          cd "$2" && top=$(pwd) && cd "$OLDPWD" && cd "$1" &&
            find . -type f -exec sh -c "for f; do mkdir -p \"\$0/\${f%/*}\" && mv -f \"\$f\" \"\$0/\$f\" || exit 1; done" "$top" {} +
        ) || exit 255
        rm -rf "$1"
      }
      # What is not here any more is in its place: this is asked a second time.
      if [ "$kind" = w ]; then
        [ -d "$from" ] || exit 0
        merge "$from" .
        exit
      fi
      if [ "$kind" = l ]; then
        [ -e "$from" ] || {
          [ ! -e "$TY_STAGE/out/$1" ] || mv -f -- "$TY_STAGE/out/$1" "$to/" || exit 255
          exit 0
        }
        [ "$(wc -c <"$from")" -eq "$5" ] || truncate -s "$5" "$from" 2>/dev/null || dd if=/dev/null of="$from" bs=1 seek="$5" count=0 2>/dev/null
        chmod "$2" "$from" || exit 255
        touch -d "@$3" "$from" 2>/dev/null || touch -d "@${3%.*}" "$from" 2>/dev/null || TZ=UTC touch -t "$4" "$from"
        dd if=/dev/null of="$from" conv=notrunc,fsync 2>/dev/null || sync
        mv -f -- "$from" "$TY_STAGE/out/$1" && exec mv -f -- "$TY_STAGE/out/$1" "$to/"
        exit 255
      fi
      n=$#
      for a; do [ "$a" = / ] || [ ! -e "$from/$a" ] || set -- "$@" "$from/$a"; done
      shift "$n"
      [ "$#" -gt 0 ] || exit 0
      [ -d "$to" ] || mkdir -p "$to" || exit 255
      if [ "$kind" = d ]; then
        mv -f -- "$@" "$to/" 2>/dev/null && exit 0
        # Somebody else has put something there meanwhile: it stays.
        for a; do
          [ ! -e "$a" ] || { mkdir -p "$to/${a##*/}" && merge "$a" "$to/${a##*/}"; } || exit 255
        done
        exit 0
      fi
      mv -f -- "$@" "$to/" || exit 255
    ' sh 2>&1) || refuse_write "$why"
    ;;
  # Everything of the copy in stage $1 that is not in its place goes; "done": its directories are as in the tar on stdin, and
  # what is in its place is on the disk.
  end)
    cd "$place" 2>/dev/null || exit 0
    rm -rf "./$1"
    [ "$2" = done ] || exit 0
    why=$(tar -xpof - 2>&1) || refuse_write "$why"
    sync -f . 2>/dev/null || sync
    ;;
  *) refuse "verb $verb" ;;
esac
