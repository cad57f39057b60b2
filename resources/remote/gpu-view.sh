# gpu-view.sh PID|- SECONDS
# The live view of a machine's accelerators and of the processes on them; of PID and what it started only, where one is given.
root=$1 seconds=$2
[ "$root" != - ] || root=

# The process and its descendants, and everyone in its session, separated by spaces.
members() {
  ps -A -o pid= -o ppid= -o sess= 2>/dev/null | LC_ALL=C awk -v root="$root" '
    { parent[$1] = $2; session[$1] = $3 }
    END {
      for (pid in parent) {
        found = session[pid] == root
        for (at = pid; !found && at in parent && at > 1 && steps++ < 1000000; at = parent[at]) found = at == root
        if (found) printf "%s ", pid
      }
    }'
}

if command -v nvitop >/dev/null 2>&1; then
  [ -n "$root" ] || exec nvitop
  exec nvitop --pid $(members)
fi
if [ -z "$root" ] && command -v nvtop >/dev/null 2>&1; then exec nvtop; fi
if ! command -v nvidia-smi >/dev/null 2>&1; then
  printf 'Nothing here shows accelerators: nvidia-smi, nvitop and nvtop are all missing on this machine.\r\n'
  exit 1
fi

gpu=index,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw
show() {
  printf '%-3s %-28s %6s %22s %6s %9s\n' GPU Name Busy Memory Temp Power
  nvidia-smi --query-gpu=$gpu --format=csv,noheader,nounits 2>&1 | LC_ALL=C awk -F ', *' '
    NF < 7 { print; next }
    { printf "%-3s %-28.28s %5s%% %9s / %6s MiB %4s C %7s W\n", $1, $2, $3, $4, $5, $6, $7 }'
  if [ -n "$root" ]; then printf '\nProcesses of this run\n'; else printf '\nProcesses\n'; fi
  printf '%8s %12s %6s %6s  %s\n' PID 'GPU memory' 'CPU %' 'Mem %' Command
  wanted=all
  [ -z "$root" ] || wanted=" $(members)"
  nvidia-smi --query-compute-apps=pid,used_memory --format=csv,noheader,nounits 2>/dev/null |
    while IFS=', ' read -r pid memory _; do
      case $pid in '' | *[!0-9]*) continue ;; esac
      case $wanted in all | *" $pid "*) ;; *) continue ;; esac
      set -- $(ps -o pcpu= -o pmem= -p "$pid" 2>/dev/null)
      command=$(ps -o args= -p "$pid" 2>/dev/null | LC_ALL=C tr -c '\040-\176\n' '?' | cut -c1-60)
      printf '%8s %8s MiB %6s %6s  %s\n' "$pid" "$memory" "${1:--}" "${2:--}" "$command"
    done
  printf '\n%s, every %s s; Ctrl-C ends it\n' "$(date '+%H:%M:%S')" "$seconds"
}
trap 'printf "\033[?25h"; exit 0' INT TERM HUP
printf '\033[?25l\033[2J'
while :; do
  # Drawn over what is there, line by line: nothing flickers.
  show | while IFS= read -r line; do printf '%s\033[K\r\n' "$line"; done | { printf '\033[H'; cat; printf '\033[J'; }
  sleep "$seconds"
done
