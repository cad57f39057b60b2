# How an attempt ends: its exit record, then nobody of it may be left.

signal_name() {
  case $1 in
    129) echo SIGHUP ;; 130) echo SIGINT ;; 131) echo SIGQUIT ;; 132) echo SIGILL ;; 133) echo SIGTRAP ;;
    134) echo SIGABRT ;; 136) echo SIGFPE ;; 137) echo SIGKILL ;; 139) echo SIGSEGV ;; 141) echo SIGPIPE ;;
    142) echo SIGALRM ;; 143) echo SIGTERM ;; *) echo - ;;
  esac
}

# In place, in a file that already has its room; should even that fail, again until it does not, or the run is removed.
put_surely() {
  until ty_put "$1" "$2"; do
    [ -d "$attempt" ] || exit 0
    sleep 2
  done
}

# record_exit CODE
record_exit() {
  code=$1
  by=itself
  if ty_get "$attempt/stop"; then
    case $ty_record in timer*) by=timer ;; *) by=user ;; esac
  elif ty_get "$attempt/state"; then
    case $ty_record in *\?*) never_began ;; esac
  fi
  ty_clock
  wall=$(date +%s)
  name=-
  [ "$code" != - ] && [ "$code" -gt 128 ] && name=$(signal_name "$code")
  put_surely "$attempt/exit" "v1 $code $name $by $ty_now $wall $ty_boot"
  ty_sync "$attempt/exit"
}

never_began() {
  ty_get "$attempt/complaint" && return 0
  by=supervisor
  text="The shell ended with code $code before the script began: look at the login files (.profile, .bash_profile) on this machine."
  { printf '%-1023s\n' "$text" 1<>"$attempt/complaint"; } 2>/dev/null
  [ "$code" = 0 ] && code=125
}

# The attempt's processes, all of them, in `left`: by its tag, and those of its session that were seen with `known`
# ("pid:start" words) and are still the same.
known=
find_left() {
  left=
  ty_tagged "$run" "$epoch" && left=$ty_pids
  for member in $known; do
    pid=${member%%:*}
    case " $left " in *" $pid "*) continue ;; esac
    ty_is_alive "$pid" "${member#*:}" && left="$left $pid"
  done
  [ -n "$left" ]
}

# When the stop that was asked for becomes a KILL (hundredths of the monotonic clock); empty: none was asked.
read_deadline() {
  deadline=
  if ty_get "$attempt/stop"; then
    deadline=${ty_record#* }
    deadline=${deadline%% *}
  fi
}

# After the first process has ended: whoever it left behind gets TERM (unless a stop sent it already), what remains of
# the grace, and KILL.
sweep() {
  ty_read_pid "$attempt" && ty_tree "$ty_a_pid" && known=$ty_members
  find_left || return 0
  ty_clock
  read_deadline
  if [ -z "$deadline" ]; then
    kill -TERM $left 2>/dev/null
    own_deadline=$((ty_now + 500))
  fi
  pause=0.05
  while find_left; do
    read_deadline
    ty_clock
    if [ "$ty_now" -ge "${deadline:-$own_deadline}" ]; then kill -KILL $left 2>/dev/null; pause=0.05; fi
    sleep $pause
    case $pause in 0.05) pause=0.1 ;; 0.1) pause=0.2 ;; *) pause=0.5 ;; esac
  done
  ty_clock
}
