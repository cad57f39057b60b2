# What must be known of a machine before a run is moved from or to it: one round trip, nothing is changed. POSIX sh and awk.
# $1 source or destination; $2 the directory whose disk counts; $3 the run's working directory; $4 RUN.EPOCH of its attempt;
# $5 directory of its checkpoints; $6 number of the signal that makes it save; $7 its Python; $8 where its PyTorch is; "-" for
# what there is none of. Then the paths that it needs, numbered from 1. Answers are lines of "ty-move NAME VALUE".
LC_ALL=C
export LC_ALL
side=$1 room=$2 work=$3 attempt=$4 checkpoints=$5 signal=$6 python=$7 torch=$8
shift 8

say() { printf 'ty-move %s\n' "$*"; }
# One line, whatever is in it.
line() { printf '%s' "$1" | tr '\n\r' '  '; }

say architecture "$(uname -m 2>/dev/null)"
say system "$(uname -s 2>/dev/null)"

# The nearest directory above it that is there.
near=$room
while [ ! -d "$near" ] && [ "$near" != / ] && [ -n "$near" ]; do
  case $near in */*) near=${near%/*} ;; *) near=/ ;; esac
  [ -n "$near" ] || near=/
done
say disk "$(df -Pk "$near" 2>/dev/null | awk 'NR == 2 { print $4 }')"
say memory "$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null)"

# Ports that somebody listens on, in hex as the kernel writes them.
if [ -r /proc/net/tcp ]; then
  say ports $(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "0A" { sub(/.*:/, "", $2); print $2 }' | sort -u)
fi

number=0
for path in "$@"; do
  number=$((number + 1))
  if [ -d "$path" ]; then kind=directory; elif [ -e "$path" ]; then kind=file; else kind=none; fi
  say path "$number" "$kind"
done

version_of() {
  awk -F "'" '/^__version__/ { print $2; exit }' "$1/version.py" 2>/dev/null
}

if [ "$side" = destination ]; then
  if [ "$python" != - ]; then
    if [ -x "$python" ]; then say python there; else say python none; fi
  fi
  if [ "$torch" != - ] && [ -d "$torch" ]; then say torch "$(version_of "$torch")"; fi
  say end
  exit 0
fi

# The processes of the attempt: those that carry its tag.
pids=
if [ "$attempt" != - ] && [ -r /proc/self/stat ]; then
  for file in $(grep -laF "TRAINYARD_ATTEMPT=$attempt" /proc/[0-9]*/environ 2>/dev/null); do
    pid=${file#/proc/}
    pids="$pids ${pid%/environ}"
  done
fi
say processes $(set -- $pids; echo $#)

resident=0 handles=0 world=1
for pid in $pids; do
  while read -r name value unit; do
    case $name in
      VmRSS:) resident=$((resident + value)) ;;
      SigCgt:)
        [ "$signal" = - ] && continue
        # The low half holds the signals 1 to 32.
        while [ ${#value} -gt 8 ]; do value=${value#?}; done
        [ $(((0x$value >> (signal - 1)) & 1)) = 1 ] && handles=$((handles + 1))
        ;;
    esac
  done 2>/dev/null <"/proc/$pid/status"
  size=$(tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" | awk -F = '$1 == "WORLD_SIZE" { print $2; exit }')
  case $size in '' | *[!0-9]*) ;; *) [ "$size" -gt "$world" ] && world=$size ;; esac
done
say resident "$resident"
say handles "$handles"
say world "$world"

# Which Python and which PyTorch it has loaded: read from what is mapped, nothing is run.
for pid in $pids; do
  exe=$(readlink "/proc/$pid/exe" 2>/dev/null) || continue
  case ${exe##*/} in
    python*) ;;
    *) continue ;;
  esac
  say python "$(line "$exe")"
  lib=$(awk '/\/torch\/(lib\/libtorch|_C\.)/ { sub(/^[^\/]*/, ""); print; exit }' "/proc/$pid/maps" 2>/dev/null)
  case $lib in
    */torch/lib/*) lib=${lib%%/torch/lib/*}/torch ;;
    */torch/_C*) lib=${lib%%/torch/_C*}/torch ;;
    *) lib= ;;
  esac
  if [ -n "$lib" ]; then
    say torchdir "$(line "$lib")"
    say torch "$(version_of "$lib")"
  fi
  [ -n "$lib" ] && break
done

# What lies there, by kind: files and bytes. $1: directory, $2: a directory that is left out.
weigh() {
  [ -d "$1" ] || return 0
  (
    cd "$1" || exit 0
    find . -type f -exec ls -ln {} + 2>/dev/null
  ) | awk -v left="$2" '
    $1 ~ /^-/ && NF >= 9 {
      name = $0
      at = index(name, " ./")
      if (at == 0) next
      name = substr(name, at + 3)
      kind = "rest"
      if (left != "" && (name == left || index(name, left "/") == 1)) kind = "checkpoints"
      else if (name ~ /(^|\/)(\.?venv|env|envs|\.conda|node_modules|site-packages|conda-meta)\//) kind = "environment"
      else if (name ~ /^(data|dataset|datasets)\//) kind = "data"
      files[kind]++
      bytes[kind] += $5
    }
    END { for (kind in files) printf "ty-move size %s %d %.0f\n", kind, files[kind], bytes[kind] }'
}
if [ "$work" != - ]; then
  within=
  case $checkpoints in "$work"/*) within=${checkpoints#"$work"/} ;; esac
  weigh "$work" "$within"
  if [ -z "$within" ] && [ "$checkpoints" != - ] && [ -d "$checkpoints" ]; then
    find "$checkpoints" -type f -exec ls -ln {} + 2>/dev/null |
      awk '$1 ~ /^-/ { files++; bytes += $5 } END { if (files) printf "ty-move size checkpoints %d %.0f\n", files, bytes }'
  fi
fi
say end
