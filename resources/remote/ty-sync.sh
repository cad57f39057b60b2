# Code on a box. POSIX sh; needs tar and one of sha256sum, shasum, openssl. The first argument is the verb.
#
# <root>/objects/<layer>/data.tar  files of one layer, named by a hash of what it holds
#                       /gone      paths, each ended by a NUL, that its parent has and it has not
#                       /meta      "parent sha256-of-data.tar bytes-of-data.tar"; parent "-": none
# <root>/objects/snapshots/<id>    the name of the snapshot's topmost layer
#
#                       /spare    its files, unpacked ahead of the next launch; moved away by it
#
# A layer is complete or not there: it is made aside, verified by its hash, then renamed. A tree is assembled by
# unpacking its layers from the bottom up. Answers are lines that start with "ty-sync ".

# Complaints are told apart by their words.
LC_ALL=C
export LC_ALL
in= aside=
# Layers that this very call has taken in and hashed, each between spaces.
verified=' '

say() { printf 'ty-sync %s\n' "$*"; }

# What went wrong, told from what the system said about it.
refuse() {
  [ -z "$in" ] || rm -rf "$in"
  [ -z "$aside" ] || rm -rf "$aside"
  case $1 in
    *'o space left'* | *'uota exceeded'* | *'rote only'* | *'short write'*) say "refused full $(free_kib)" ;;
    *) say "refused write $(printf '%s' "$1" | tr '\n' ' ' | cut -c 1-500)" ;;
  esac
  exit 0
}

free_kib() { df -Pk "$root" 2>/dev/null | awk 'NR == 2 { print $4 }'; }

# $1: file, $2: its size. openssl is four times as fast where it is, but slower to start.
sha256_of() {
  if [ "$2" -gt 8388608 ] && command -v openssl >/dev/null 2>&1; then
    openssl dgst -sha256 <"$1" | sed 's/^.* //'
  elif command -v sha256sum >/dev/null 2>&1; then
    sum=$(sha256sum <"$1") && printf '%s\n' "${sum%% *}"
  elif command -v shasum >/dev/null 2>&1; then
    sum=$(shasum -a 256 <"$1") && printf '%s\n' "${sum%% *}"
  elif command -v openssl >/dev/null 2>&1; then
    openssl dgst -sha256 <"$1" | sed 's/^.* //'
  else
    say 'refused nohash'
    exit 0
  fi
}

size_of() { set -- $(ls -ln "$1") && printf '%s\n' "$5"; }

prepare() {
  umask 077
  objects=$root/objects
  [ -d "$objects/snapshots" ] || why=$(mkdir -p "$objects/snapshots" 2>&1) || refuse "$why"
  command -v tar >/dev/null 2>&1 || { say 'refused notar'; exit 0; }
}

# Takes one unpacked layer from "$in" into its place. $1: its name.
keep_layer() {
  [ -d "$objects/$1" ] && { rm -rf "$in/$1"; return; }
  read -r parent sha bytes <"$in/$1/meta" || refuse "the meta of $1 is missing"
  [ -f "$in/$1/data.tar" ] || mv "$objects/parts/$1.$client" "$in/$1/data.tar" 2>/dev/null || refuse "the data of $1 is missing"
  [ "$(sha256_of "$in/$1/data.tar" "$bytes")" = "$sha" ] || {
    rm -rf "$in"
    say "refused damaged $1"
    exit 0
  }
  # To the disk before it counts as there; where the system's sync takes no file, the next start of a box checks sizes.
  sync "$in/$1/data.tar" 2>/dev/null
  why=$(mv "$in/$1" "$objects/$1" 2>&1) || [ -d "$objects/$1" ] || refuse "$why"
  # Another sync of the same layer was quicker: the second went inside the first.
  [ ! -e "$objects/$1/$1" ] || rm -rf "$objects/$1/$1"
  verified="$verified$1 "
}

# The layers of $1 from the bottom up, in $chain; ends with "missing" where one is not there.
find_chain() {
  chain= layer=$1
  while [ "$layer" != - ]; do
    [ -f "$objects/$layer/meta" ] || { say "missing $layer"; exit 0; }
    read -r parent sha bytes <"$objects/$layer/meta"
    case $verified in
      *" $layer "*) ;;
      *)
        [ "$(size_of "$objects/$layer/data.tar")" = "$bytes" ] || {
          rm -rf "${objects:?}/$layer"
          say "missing $layer"
          exit 0
        }
        ;;
    esac
    chain="$layer $chain" layer=$parent
  done
}

# Unpacks $chain into directory $1.
unpack() {
  for layer in $chain; do
    if [ -s "$objects/$layer/gone" ]; then
      why=$(cd "$1" && xargs -0 rm -rf -- <"$objects/$layer/gone" 2>&1) || refuse "$why"
    fi
    why=$(tar -xpof "$objects/$layer/data.tar" -C "$1" 2>&1) || refuse "$why"
  done
}

at_home() {
  case $1 in
    '~') printf '%s\n' "$HOME" ;;
    '~/'*) printf '%s\n' "$HOME/${1#\~/}" ;;
    *) printf '%s\n' "$1" ;;
  esac
}

# A new directory that holds exactly the tree. $1: where. Done again for the same tree it changes nothing.
assemble_new() {
  dest=$(at_home "$1")
  umask 022
  if [ -e "$dest" ] || [ -L "$dest" ]; then
    known=
    [ ! -f "$dest.layer" ] || read -r known <"$dest.layer"
    [ "$known" = "$top" ] && return
    say 'refused exists'
    exit 0
  fi
  aside=$dest.new.$$
  take_spare || { why=$(mkdir -p "$aside" 2>&1) || refuse "$why"; }
  unpack "$aside"
  why=$({ printf '%s\n' "$top" >"$dest.layer" && mv "$aside" "$dest"; } 2>&1) || refuse "$why"
  aside=
}

# One that is being made is done before a second one would be.
await_spare() {
  for making in "$objects/$lowest"/spare.*; do
    turns=0
    while [ -d "$making" ] && kill -0 "${making##*.}" 2>/dev/null && [ "$turns" -lt 300 ]; do
      sleep 0.03 2>/dev/null || sleep 1
      turns=$((turns + 1))
    done
  done
}

# The lowest layer's spare becomes "$aside", and $chain is what is still to be unpacked. Only within one file system.
take_spare() {
  lowest=${chain%% *}
  await_spare
  [ -d "$objects/$lowest/spare" ] || return 1
  case $dest in "$root"/*) ;; *) return 1 ;; esac
  mkdir -p "${dest%/*}" 2>/dev/null && mv "$objects/$lowest/spare" "$aside" 2>/dev/null || return 1
  chmod 755 "$aside"
  chain=${chain#* }
}

# Unpacks the lowest layer once more while nobody waits: the next launch only has to rename it.
prepare_spare() {
  [ ! -e "$objects/$1/spare" ] || return 0
  for other in "$objects/$1"/spare.*; do
    [ -d "$other" ] || continue
    [ -n "$(find "$other" -prune -mmin +30)" ] || return 0
    rm -rf "$other"
  done
  apart=
  ! command -v setsid >/dev/null 2>&1 || apart=setsid
  $apart sh -c '
    umask 022
    new=$1/spare.$$
    mkdir "$new" 2>/dev/null || exit
    tar -xpof "$1/data.tar" -C "$new" && [ ! -e "$1/spare" ] && mv "$new" "$1/spare"
    rm -rf "$new" "$1/spare/${new##*/}"
  ' sh "$objects/$1" </dev/null >/dev/null 2>&1 &
}

# Adds the tree to whatever is at $1 already.
assemble_into() {
  dest=$(at_home "$1")
  umask 022
  why=$(mkdir -p "$dest" 2>&1) || refuse "$why"
  unpack "$dest"
}

verb=$1
shift
case $verb in
  # $1: root, then names of layers: which of them are here, and how much came of those that are not. With the free space.
  have)
    root=$1 client=$2
    shift 2
    prepare
    for layer; do
      if [ -f "$objects/$layer/meta" ]; then
        say "has $layer"
      elif [ -f "$objects/parts/$layer.$client" ]; then
        say "part $layer $(size_of "$objects/parts/$layer.$client")"
      fi
    done
    say "free $(free_kib)"
    ;;
  # $1: root, $2: layer, $3: client, $4: bytes that are here already. The rest on stdin. Says how many bytes there are then.
  put)
    root=$1 layer=$2 client=$3 from=$4
    prepare
    [ -d "$objects/parts" ] || mkdir -p "$objects/parts" 2>/dev/null
    part=$objects/parts/$layer.$client
    if [ "$from" = 0 ]; then
      why=$(cat 2>&1 >"$part") || refuse "${why:-cannot write $part}"
    else
      [ "$(size_of "$part" 2>/dev/null)" = "$from" ] || { say 'refused damaged part'; exit 0; }
      why=$(cat 2>&1 >>"$part") || refuse "${why:-cannot write $part}"
    fi
    say "put $(size_of "$part")"
    ;;
  # $1: root, $2: client, $3: snapshot, $4: topmost layer, $5: new | into, $6: where, $7: how many layers come in a tar on stdin,
  # $8: yes where the next launch should find the lowest layer unpacked.
  sync)
    root=$1 client=$2 snapshot=$3 top=$4 how=$5 where=$6 sent=$7 ahead=$8
    prepare
    in=$objects/.in.$client.$$
    why=$(mkdir "$in" 2>&1) || refuse "$why"
    if [ "$sent" != 0 ]; then
      why=$(tar -xof - -C "$in" 2>&1) || refuse "$why"
      cat >/dev/null
    fi
    for layer in "$in"/*; do
      [ ! -d "$layer" ] || keep_layer "${layer##*/}"
    done
    rm -rf "$in"
    in=
    find_chain "$top"
    pointer=$objects/snapshots/$snapshot
    why=$({ printf '%s\n' "$top" >"$pointer.$$" && mv "$pointer.$$" "$pointer"; } 2>&1) || refuse "$why"
    lowest=${chain%% *}
    if [ "$how" = new ]; then assemble_new "$where"; else assemble_into "$where"; fi
    say done
    [ "$ahead" != yes ] || prepare_spare "$lowest"
    ;;
  # $1: root, $2: minutes. Removes the layers that no snapshot on stdin (a name per line), and none used within so many minutes, needs.
  gc)
    root=$1 minutes=$2
    prepare
    needed=' '
    while read -r snapshot; do
      [ ! -f "$objects/snapshots/$snapshot" ] || touch "$objects/snapshots/$snapshot"
    done
    before=$(du -sk "$objects" | awk '{ print $1 }')
    find "$objects/snapshots" -type f -mmin "+$minutes" -exec rm -f {} +
    for file in "$objects/snapshots"/*; do
      [ -f "$file" ] || continue
      read -r layer <"$file"
      while [ -n "$layer" ] && [ "$layer" != - ]; do
        case $needed in *" $layer "*) break ;; esac
        needed="$needed$layer "
        parent=
        [ ! -f "$objects/$layer/meta" ] || read -r parent sha bytes <"$objects/$layer/meta"
        layer=$parent
      done
    done
    for directory in "$objects"/*; do
      name=${directory##*/}
      case $name in snapshots | parts | '*') continue ;; esac
      case $needed in *" $name "*) ;; *) [ ! -f "$directory/meta" ] || [ -z "$(find "$directory/meta" -mmin "+$minutes")" ] || rm -rf "$directory" ;; esac
    done
    find "$objects" -maxdepth 1 -name '.in.*' -mmin "+$minutes" -exec rm -rf {} +
    [ ! -d "$objects/parts" ] || find "$objects/parts" -type f -mmin "+$minutes" -exec rm -f {} +
    say "freed $((before - $(du -sk "$objects" | awk '{ print $1 }')))"
    ;;
esac
