# What the other scripts share; read with `.` after ty_root (everything of ours) and ty_bin (this folder) are set.
# POSIX sh only: dash, busybox ash, bash 3.2. Nothing here starts a program where the shell can do it by itself.

# A process started from inside one of our runs (a terminal there) must not carry that run's tag.
unset TRAINYARD_RUN_ID TRAINYARD_EPOCH TRAINYARD_ATTEMPT TRAINYARD_ENV

if [ -r /proc/self/stat ] && [ -z "${TY_NO_PROC-}" ]; then ty_proc=1; else ty_proc=; fi

ty_is_run() {
  case $1 in
    *[!0-9a-z]* | '') return 1 ;;
    ????????????) return 0 ;;
    *) return 1 ;;
  esac
}
ty_is_number() {
  case $1 in
    *[!0-9]* | '' | ????????????*) return 1 ;;
    *) return 0 ;;
  esac
}

# Which start of which machine this is: ty_boot, ty_host. A home on NFS is shared by several machines, so both count.
ty_identify() {
  ty_boot= ty_host=
  if [ -n "$ty_proc" ]; then
    read -r ty_boot </proc/sys/kernel/random/boot_id
    ty_name=
    read -r ty_name </proc/sys/kernel/hostname
    ty_machine=
    { [ -r /etc/machine-id ] && read -r ty_machine </etc/machine-id; } 2>/dev/null
    ty_host=$ty_machine:$ty_name
  else
    ty_boot=$(sysctl -n kern.bootsessionuuid 2>/dev/null || sysctl -n kernel.random.boot_id 2>/dev/null)
    ty_host=local
  fi
  [ -n "$ty_boot" ] || ty_boot=unknown
}

# The machine's monotonic clock in hundredths of a second: ty_now. Without /proc the wall clock has to do.
ty_clock() {
  if [ -n "$ty_proc" ]; then
    read -r ty_now ty_rest </proc/uptime
    ty_now=${ty_now%.*}${ty_now#*.}
    while :; do case $ty_now in 0?*) ty_now=${ty_now#0} ;; *) break ;; esac done
  else
    ty_now=$(date +%s)00
  fi
}

# When process $1 was started, in whatever unit the system has: ty_started; empty for none and for a dead one not yet
# collected. With the boot's id this names a process for ever: a recycled number has another start.
ty_look_up() {
  ty_started=
  case $1 in '' | *[!0-9]*) return 1 ;; esac
  if [ -n "$ty_proc" ]; then
    ty_line=
    # A process may have a newline in its name: all lines count.
    { while IFS= read -r ty_rest; do ty_line=$ty_line$ty_rest; done </proc/"$1"/stat; } 2>/dev/null
    [ -n "$ty_line" ] || return 1
    ty_line=${ty_line##*) }
    case $ty_line in Z* | X* | x*) return 1 ;; esac
    ty_split_start $ty_line
  else
    ty_line=$(LC_ALL=C ps -o stat= -o lstart= -p "$1" 2>/dev/null)
    case $ty_line in '' | Z*) return 1 ;; esac
    ty_words=
    for ty_rest in ${ty_line#* }; do ty_words=${ty_words:+${ty_words}_}$ty_rest; done
    ty_started=$ty_words
  fi
  [ -n "$ty_started" ]
}
ty_split_start() {
  shift 19
  ty_started=$1
}

# Whether process $1 that was started at $2 is alive (in this boot).
ty_is_alive() {
  ty_look_up "$1" && [ "$ty_started" = "$2" ]
}

# Small records are one line in a file that was given its length at the launch and is overwritten in place: that needs
# no room on a full disk, and a reader sees the old line or the new one.
ty_put() {
  { printf '%-127s\n' "$2" 1<>"$1"; } 2>/dev/null
}
ty_get() {
  ty_record=
  { read -r ty_record <"$1"; } 2>/dev/null
  [ -n "$ty_record" ]
}

# The facts that the launch wrote down about attempt directory $1.
ty_read_start() {
  ty_get "$1/start" || return 1
  set -- $ty_record
  [ $# -eq 9 ] && [ "$1" = v1 ] || return 1
  ty_a_boot=$2 ty_a_host=$3 ty_a_sup=$4 ty_a_supstart=$5 ty_a_up=$6 ty_a_wall=$7 ty_a_token=$8 ty_a_grace=$9
}
ty_read_pid() {
  ty_a_pid= ty_a_pidstart=
  ty_get "$1/pid" || return 1
  ty_a_pid=${ty_record%% *} ty_a_pidstart=${ty_record#* }
}
ty_has_ended() {
  ty_get "$1/state" || return 1
  case $ty_record in ended* | lost*) return 0 ;; *) return 1 ;; esac
}

# The length of file $1 in ty_size. (Not wc: busybox's reads the whole file.)
ty_measure() {
  set -- $(LC_ALL=C ls -lnLd "$1" 2>/dev/null)
  ty_size=${5:-0}
}

# ty_tagged RUN EPOCH: processes that carry this attempt's tag in their environment, also those that left its session.
ty_tagged() {
  ty_tag=TRAINYARD_ATTEMPT=$1.$2.
  ty_pids=
  if [ -n "$ty_proc" ]; then
    if printf 'a\0b' | grep -qzF b 2>/dev/null; then ty_z=z; else ty_z=; fi
    for ty_rest in $(LC_ALL=C grep -lsF$ty_z -e "$ty_tag" /proc/[0-9]*/environ 2>/dev/null); do
      ty_rest=${ty_rest#/proc/}
      ty_pids="$ty_pids ${ty_rest%/environ}"
    done
  else
    ty_pids=$(ps -axEww -o pid=,command= 2>/dev/null | LC_ALL=C awk -v tag="$ty_tag" 'index($0, tag) { printf " %s", $1 }')
    [ -n "$ty_pids" ] || ty_pids=$(ps axeww -o pid=,command= 2>/dev/null | LC_ALL=C awk -v tag="$ty_tag" 'index($0, tag) && !/ awk -v tag=/ { printf " %s", $1 }')
  fi
  [ -n "$ty_pids" ]
}

# Whether attempt $2 of run $1 may still have a process. Where that cannot be seen (it runs on another machine that shares
# this home), it may. Needs ty_identify.
ty_may_live() {
  ty_a_dir=$ty_root/runs/$1/attempts/$2
  ty_has_ended "$ty_a_dir" && return 1
  ty_read_start "$ty_a_dir" || return 1
  if [ "$ty_a_boot" != "$ty_boot" ]; then
    [ "$ty_a_host" != "$ty_host" ]
    return
  fi
  ty_is_alive "$ty_a_sup" "$ty_a_supstart" && return 0
  ty_read_pid "$ty_a_dir" && ty_is_alive "$ty_a_pid" "$ty_a_pidstart" && return 0
  ty_tagged "$1" "$2"
}

# The newest epoch this box has accepted for run $1, in ty_epoch; 0: none.
ty_read_epoch() {
  ty_epoch=0
  ty_get "$ty_root/runs/$1/epoch" && ty_is_number "$ty_record" && ty_epoch=$ty_record
}

# ty_tree PID: the process, its descendants, and everyone in its session or group, as "pid:start" words in ty_members.
# Only to be asked while PID is known to be ours: its number names the session.
ty_tree() {
  if [ -n "$ty_proc" ]; then
    ty_members=$(LC_ALL=C awk -v root="$1" -f "$ty_bin/tree.awk" /proc/[0-9]*/stat)
  else
    ty_members=$(LC_ALL=C ps -axo pid=,ppid=,pgid=,lstart= 2>/dev/null | LC_ALL=C awk -v root="$1" -f "$ty_bin/tree.awk" -)
  fi
}

# Tells every connected laptop that something about run $1 has changed (see watch.sh). In the background: one that does
# not listen must hold nobody up.
ty_notify() {
  for ty_rest in "$ty_root"/watch/*.fifo; do
    [ -p "$ty_rest" ] || continue
    (
      exec 9>&- 2>/dev/null
      printf '%s\n' "$1" 1<>"$ty_rest"
    ) &
  done
}

# ty_write FILE TEXT: a new file, or ty_why says why not: a shell's own printf does not.
ty_write() {
  { printf '%s\n' "$2" >"$1"; } 2>/dev/null && return 0
  ty_why=$( (printf '%s\n' "$2" | LC_ALL=C cat >"$1") 2>&1)
  rm -f "$1"
  return 1
}

# Has the files written to the disk. Old systems know only the whole of it.
ty_sync() {
  sync "$@" 2>/dev/null || sync
}

# Starts a script of ours in a session of its own that outlives the connection and leaves INT and QUIT as they are (a
# shell's `&` would have them ignored, and the trainer with them): a session's leader that calls setsid has to fork.
ty_detach() {
  ty_script=$1
  shift
  if command -v setsid >/dev/null 2>&1; then
    setsid setsid "$ty_sh" "$ty_bin/$ty_script" "$ty_root" "$ty_sh" "$@"
  elif command -v perl >/dev/null 2>&1; then
    perl -e 'use POSIX; fork and exit 0; setsid(); exec @ARGV' "$ty_sh" "$ty_bin/$ty_script" "$ty_root" "$ty_sh" "$@"
  else
    (trap '' HUP; exec "$ty_sh" "$ty_bin/$ty_script" "$ty_root" "$ty_sh" "$@") &
  fi
}
