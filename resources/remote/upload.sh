# Takes in files from the page, after browse-lib.sh. $1: the verb, $2: where to, $3: a name of ours for the upload. What is not
# yet whole and verified lies beside its place as ".trainyard-upload-NAME".

verb=$1
read_path "$2"
temporary=./.trainyard-upload-$3
shift 3

# Directories that are missing on the way to $path are made.
make_parents() {
  case $path in ?*/*) parent=${path%/*}/ ;; *) return ;; esac
  # Others make the same ones at the same time.
  [ -d "$parent" ] || said=$(mkdir -p -- "$parent" 2>&1) || [ -d "$parent" ] || {
    case $said in *': File exists' | *': Not a directory') refuse notdir ;; esac
    refuse_write "$said"
  }
}

# Of other uploads that nobody took up again.
sweep() {
  find . -maxdepth 1 -name '.trainyard-upload-*' ! -name "${temporary#./}" -mtime +1 -exec rm -rf {} + 2>/dev/null
}

# $1: whether what is there may be replaced.
check_place() {
  [ ! -d "$file" ] || refuse isdir
  if [ -e "$file" ] || [ -L "$file" ]; then
    [ "$1" = 1 ] || refuse exists
    [ -f "$file" ] || [ ! -e "$file" ] || refuse notfile
  fi
}

size_of() { if [ -f "$1" ]; then wc -c <"$1" | tr -d ' '; else echo 0; fi; }

# $1: seconds since the epoch, $2: the same as touch -t takes it, in UTC. Of what is in its place: by the age of what is not yet
# there it is told what nobody goes on with.
set_time() { touch -d "@$1" "$file" 2>/dev/null || TZ=UTC touch -t "$2" "$file" 2>/dev/null; }

# The temporary file, whole and right, goes to its place; $1: whether something may be replaced.
put_in_place() {
  check_place "$1"
  if [ -e "$file" ]; then
    find_lister
    set -- "$1" $(owned "$file")
    chown "$3" "$temporary" 2>/dev/null
    chmod "$2" "$temporary"
  fi
  to_disk "$temporary"
  if [ "$1" = 1 ]; then said=$(mv -f -- "$temporary" "$file" 2>&1) || refuse_write "$said"
  elif said=$(ln -- "$temporary" "$file" 2>&1); then rm -f -- "$temporary"
  else
    check_place 0
    said=$(mv -f -- "$temporary" "$file" 2>&1) || refuse_write "$said"
  fi
}

hash_of() { find_hasher || refuse 'tool sha256sum'; h=$($hasher <"$1"); printf '%s' "${h%% *}"; }

# $1: count=N or skip=N, in MiB, of what is not yet whole.
hash_of_part() {
  find_hasher || refuse 'tool sha256sum'
  h=$(dd if="$temporary" bs=1048576 "$1" 2>/dev/null | $hasher)
  printf '%s' "${h%% *}"
}

case $verb in
  # How much of it is here. $1: whether something may be replaced, $2: KiB that are wanted.
  open)
    make_parents
    stand
    [ "$1" = 0 ] || follow
    check_place "$1"
    [ -w . ] || refuse denied
    sweep
    size=$(size_of "$temporary")
    free=$(free_kib)
    [ -z "$free" ] || [ $((free + size / 1024)) -ge "$2" ] || { rm -f -- "$temporary"; refuse "full $free"; }
    printf '%s\0%s' "$full" "$size"
    ;;
  # SHA-256 of the first $1 MiB of what is here.
  begun)
    stand
    hash_of_part "count=$1"
    ;;
  # Stdin goes on from MiB $1. One that was cut off may still be writing what had come: the same bytes to the same places.
  take)
    stand
    said=$(dd of="$temporary" bs=1048576 seek="$1" conv=notrunc 2>&1) || {
      # Ended by somebody: what has come is as good as before.
      [ $? -lt 128 ] || refuse short
      case $said in *'o space left'* | *'uota exceeded'*) rm -f -- "$temporary" ;; esac
      refuse_write "$said"
    }
    size_of "$temporary"
    ;;
  # All is here: $1 bytes, $2 its hash, $3 $4 its time, $5: whether something may be replaced. $6 $7: of the first so many MiB the
  # hash is that, and $2 that of what follows. Tells the hash of all.
  finish)
    stand
    [ "$(size_of "$temporary")" = "$1" ] || refuse short
    all=$(hash_of "$temporary")
    if [ -z "${6-}" ]; then [ "$all" = "$2" ]
    else [ "$(hash_of_part "count=$6")" = "$7" ] && [ "$(hash_of_part "skip=$6")" = "$2" ]
    fi || { rm -f -- "$temporary"; refuse damaged; }
    put_in_place "$5"
    set_time "$3" "$4"
    printf '%s\0%s' "$full" "$all"
    ;;
  # A small file whole: the same, its bytes on stdin.
  small)
    make_parents
    stand
    [ "$5" = 0 ] || follow
    check_place "$5"
    trap 'rm -f -- "$temporary"' 0
    trap 'exit 1' 1 2 13 15
    said=$(cat 2>&1 >"$temporary") || refuse_write "$said"
    [ "$(size_of "$temporary")" = "$1" ] || refuse short
    [ "$(hash_of "$temporary")" = "$2" ] || refuse damaged
    put_in_place "$5"
    set_time "$3" "$4"
    printf '%s' "$full"
    ;;
  # Many small files for the directory, as a tar on stdin. $1: their hashes, in the order in which a shell lists their names. None
  # is written over: what is there already stays, and is told by name.
  batch)
    path=$path/.
    make_parents
    enter "$path"
    here
    sweep
    find_hasher || refuse 'tool sha256sum'
    command -v tar >/dev/null 2>&1 || refuse 'tool tar'
    trap 'cd "$here" && rm -rf -- "$temporary"' 0
    trap 'exit 1' 1 2 13 15
    said=$(mkdir -- "$temporary" 2>&1) || refuse_write "$said"
    said=$(tar -xof - -C "$temporary" 2>&1) || {
      case $said in *'nexpected E'* | *'short read'* | *runcated*) refuse short ;; esac
      refuse_write "$said"
    }
    cat >/dev/null
    cd "$temporary" || refuse "write $temporary is gone"
    for name in ./* ./.[!.]* ./..?*; do
      [ ! -f "$name" ] || set -- "$@" "$name"
    done
    expected=$1
    shift
    [ "$($hasher "$@" | cut -c 1-64)" = "$expected" ] || refuse damaged
    to_disk "$@"
    count=$#
    for name; do
      if [ -e ".$name" ] || [ -L ".$name" ]; then printf '%s\0' "${name#./}"; else set -- "$@" "$name"; fi
    done
    shift "$count"
    [ "$#" = 0 ] || said=$(mv -n -- "$@" .. 2>&1) || refuse_write "$said"
    for name; do [ ! -e "$name" ] || printf '%s\0' "${name#./}"; done
    printf '/%s' "$here"
    ;;
  # What is here of it goes.
  drop)
    [ ! -d "${path%/*}/" ] || { stand; rm -f -- "$temporary"; }
    ;;
  *) refuse "verb $verb" ;;
esac
exit 0
