# What browse.sh and upload.sh have in common; it goes before them. POSIX sh; needs find or stat, dd, df.
# Paths come as words whose unusual bytes are "\0NNN", so that nothing in them means anything to a shell. What is refused is
# said on stderr as "!word details", exit 3.

LC_ALL=C
export LC_ALL
unset CDPATH

refuse() { printf '!%s\n' "$*" >&2; exit 3; }

free_kib() { df -Pk "${1:-.}" 2>/dev/null | sed -n '2s/.* \([0-9][0-9]*\)  *[0-9][0-9]*% .*/\1/p'; }

# $1: what a program said. Tells a full disk from the rest.
refuse_write() {
  case $1 in
    *'o space left'* | *'uota exceeded'* | *'short write'*) refuse "full $(free_kib)" ;;
    *'ermission denied'* | *'ot permitted'*) refuse denied ;;
    *'ead-only file system'*) refuse 'readonly' ;;
    *) refuse "write $(printf '%s' "$1" | tr '\n' ' ' | cut -c 1-500)" ;;
  esac
}

# Why $1 cannot be had.
refuse_because() {
  said=$(ls -Ld -- "$1" 2>&1 >/dev/null)
  case $said in
    *': No such file or directory') refuse missing ;;
    *': Permission denied') refuse denied ;;
    *': Not a directory') refuse notdir ;;
    *': Too many levels of symbolic links' | *': Symbolic link loop') refuse loop ;;
    '') if [ -d "$1" ]; then refuse denied; elif [ -L "$1" ] && [ ! -e "$1" ]; then refuse missing; else refuse notdir; fi ;;
    *) refuse "read $(printf '%s' "$said" | tr '\n' ' ' | cut -c 1-500)" ;;
  esac
}

# Sets $path from a word, a home written out, no slash at its end.
read_path() {
  path=$(printf '%b.' "$1")
  path=${path%.}
  case $path in '~') path=$HOME ;; '~/'*) path=$HOME/${path#\~/} ;; esac
  while :; do case $path in ?*/) path=${path%/} ;; *) break ;; esac; done
}

enter() { cd -P -- "$1" 2>/dev/null || refuse_because "$1"; }

here() { here=$(pwd -P; printf .); here=${here%??}; }

# Into the directory of $path. Sets $file (./NAME, or "." of the root) and $full; what a link at its end leads to is not looked at.
stand() {
  case $path in */*) parent=${path%/*}/ base=${path##*/} ;; *) parent=. base=$path ;; esac
  case $base in
    '' | . | ..)
      enter "$path"
      here
      [ "$here" != / ] || { file=. full=/; return 0; }
      path=$here parent=${here%/*}/ base=${here##*/}
      ;;
  esac
  enter "$parent"
  here
  file=./$base full=${here%/}/$base
}

# To where a link at $file leads, so far as that is there.
follow() {
  turns=0
  while [ -L "$file" ]; do
    turns=$((turns + 1))
    [ "$turns" -le 40 ] || refuse loop
    path=$(readlink "$file"; printf .)
    path=${path%??}
    while :; do case $path in ?*/) path=${path%/} ;; *) break ;; esac; done
    stand
  done
}

find_lister() {
  if find /dev/null -prune -printf '' >/dev/null 2>&1; then lister=find
  elif stat -c '%f' /dev/null >/dev/null 2>&1; then lister=stat
  elif stat -f '%Xp' /dev/null >/dev/null 2>&1; then lister=bsd
  else refuse 'tool stat'
  fi
}

# What find is given tells what there is: "f MODE TYPE SIZE MTIME INODE THERE", owner, name, target, each ended by NUL; where
# find cannot, one ended by "//\n", which no name can hold, and of links "l NAME", target and what is there.
as_find='f %m %y %s %T@ %i %Y\0%u\0%f\0%l\0'
as_stat='s %f %s %i|%y|%U/%n//'
as_bsd='b %Xp %z %i|%Fm|%Su/%N//'
of_link='for f; do
  if [ -d "$f" ]; then k=d; elif [ -f "$f" ]; then k=f; elif [ -e "$f" ]; then k=o; else k=N; fi
  t=$(readlink "$f"; printf .)
  printf "l %s\0%s\0%s\0" "$f" "${t%??}" "$k"
done'

# The facts of $1 alone; "L" as $2: of what a link leads to.
facts() {
  case $lister$2 in
    find) find "$1" -prune -printf "$as_find" ;;
    findL) find -H "$1" -prune -printf "$as_find" ;;
    stat) stat -c "$as_stat" "$1" ;;
    statL) stat -L -c "$as_stat" "$1" ;;
    bsd) stat -f "$as_bsd" "$1" ;;
    bsdL) stat -L -f "$as_bsd" "$1" ;;
  esac
}

# What tells one state of a file from another, as it is told of above.
version() {
  case $lister in
    find) find -H "$1" -prune -printf '%s %T@ %i' ;;
    stat) stat -L -c '%s %y %i' "$1" ;;
    bsd) stat -L -f '%z %Fm %i' "$1" ;;
  esac 2>/dev/null
}

# Mode and owner, to give them to another.
owned() {
  case $lister in
    find) find -H "$1" -prune -printf '%m %U:%G' ;;
    stat) stat -L -c '%a %u:%g' "$1" ;;
    bsd) stat -L -f '%Lp %u:%g' "$1" ;;
  esac 2>/dev/null
}

# To the disk; $@: files.
to_disk() {
  sync -- "$@" 2>/dev/null && return
  for one; do dd if=/dev/null of="$one" conv=notrunc,fsync 2>/dev/null || { sync; return; }; done
}


empty=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
# Prints "HASH NAME" a line; openssl is four times as fast as the rest where the processor helps it.
find_hasher() {
  for hasher in 'openssl dgst -sha256 -r' sha256sum 'shasum -a 256' 'busybox sha256sum'; do
    case $($hasher /dev/null 2>/dev/null) in "$empty"*) return 0 ;; esac
  done
  return 1
}

readable() {
  [ -e "$file" ] || refuse_because "$file"
  [ ! -d "$file" ] || refuse isdir
  [ -f "$file" ] || refuse notfile
  [ -r "$file" ] || refuse denied
}
