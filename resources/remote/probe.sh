# What is this box? Answers in one round trip, on stdout, with nothing but POSIX sh and the commands every Unix has.
#   $1 nonce   random; marks our lines apart from whatever a noisy login prints
#   $2 mode    full | light (what changes by the minute: load, memory, accelerators and who uses them)
#   $3 seconds for each command that may hang (nvidia-smi, df on a stale NFS …); default 15
# Frame:  NONCE begin SECTION / |data… / NONCE end SECTION.  Data lines always start with '|', so nothing that a program
# prints can look like a mark. A limited command's last line is "|exit N"; without it, or with 137, it had to be ended.
# Writes nothing to the box's disks, needs no root, and leaves no process behind.

nonce=$1
mode=${2:-full}
slow=${3:-15}
nl='
'
tab=$(printf '\t')
LC_ALL=C
export LC_ALL
PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/nvidia/bin:/usr/lib/wsl/lib:/opt/rocm/bin:/opt/homebrew/bin:$HOME/.local/bin
export PATH
setsid=
if command -v setsid >/dev/null 2>&1; then setsid=setsid; fi

has() { command -v "$1" >/dev/null 2>&1; }
begins() { printf '%s begin %s\n' "$nonce" "$1"; }
ends() { printf '%s end %s\n' "$nonce" "$1"; }

# say KEY VALUE: one line whatever is in the value.
say() {
  said=$2
  case $said in *"$nl"*) said=$(printf '%s' "$said" | tr '\n' ' ') ;; esac
  printf '|%s=%s\n' "$1" "$said"
}

# first_line FILE: without a process, and quietly when it is not there.
first_line() {
  line=
  if [ -r "$1" ]; then IFS= read -r line <"$1" 2>/dev/null; fi
}

# own_pid: of the (sub)shell that calls it, which $$ is not; without a process where /proc tells of this very namespace.
own=
if [ -r /proc/self/stat ]; then read -r own _ </proc/self/stat; fi
if [ "$own" = "$$" ]; then
  own_pid() { read -r own _ </proc/self/stat; }
else
  own_pid() { own=$(exec sh -c 'echo "$PPID"'); }
fi

# watch_over SECONDS TARGET READER: ends the target when its time is over; then, where it cannot be ended (stuck in the
# kernel), at least the reader that waits for it. It naps by the second, so that nothing sleeps on long after it was
# called off by a plain TERM; a trap around `wait` would do without, but busybox's can miss the signal.
watch_over() {
  left=$1
  while [ "$left" -gt 0 ]; do
    sleep 1
    left=$((left - 1))
    kill -0 "$3" || return 0
  done
  end_it "$2"
  sleep 1
  kill -9 "$3"
}
end_it() { kill -9 "-$1" 2>/dev/null || kill -9 "$1" 2>/dev/null; }

# limited SECONDS BYTES COMMAND…: runs it with both limits, prints its lines behind '|'. `exec PROGRAM …` for a program of
# its own, else a function. Returns 0: exit 0; 1: another exit code; 2: cut off.
# The command is let go into the background so that no shell waits for it: only `head` does, and `head` can be killed.
# Redirections are made by `exec` in subshells: on a function or a group, dash keeps the old descriptor open beside it.
limited() {
  limit=$1 bytes=$2
  shift 2
  if [ "$1" = exec ]; then
    shift
    set -- exec $setsid "$@"
  fi
  {
    (
      exec </dev/null 2>/dev/null
      (
        own_pid
        echo "$own"
        "$@"
      )
      printf '\nexit %s\n' "$?"
    ) &
  } | {
    IFS= read -r target
    own_pid
    (
      exec </dev/null >/dev/null 2>&1
      watch_over "$limit" "$target" "$own"
    ) &
    echo "$! $target"
    exec head -c "$bytes" 2>/dev/null
  } | {
    IFS=' ' read -r dog target
    last=
    while IFS= read -r line || [ -n "$line" ]; do
      printf '|%s\n' "$line"
      last=$line
    done
    case $last in
      'exit 0') outcome=0 ;;
      'exit ' | 'exit '*[!0-9]* | 'exit 137') outcome=2 ;;
      'exit '*) outcome=1 ;;
      *) outcome=2 ;;
    esac
    if [ "$outcome" = 2 ]; then end_it "$target"; fi
    kill "$dog" 2>/dev/null
    exit "$outcome"
  }
}

clock() { date '+%s.%N'; }

# --- what changes by the minute ---------------------------------------------------------------------------------------

now_section() {
  begins now
  first_line /proc/sys/kernel/random/boot_id
  if [ -n "$line" ]; then say boot_id "$line"; else say boot_id "$(sysctl -n kern.bootsessionuuid 2>/dev/null)"; fi
  first_line /proc/uptime
  if [ -n "$line" ]; then say uptime "${line%% *}"; else say boot_time "$(sysctl -n kern.boottime 2>/dev/null)"; fi
  first_line /proc/loadavg
  if [ -n "$line" ]; then say load1 "${line%% *}"; else say load1 "$(sysctl -n vm.loadavg 2>/dev/null)"; fi
  if [ -r /proc/meminfo ]; then
    seen=0
    while read -r key value _; do
      case $key in
        MemTotal:) say memory_kib "$value"; seen=$((seen + 1)) ;;
        MemAvailable:) say memory_available_kib "$value"; seen=$((seen + 1)) ;;
      esac
      if [ "$seen" = 2 ]; then break; fi
    done </proc/meminfo
  elif has sysctl; then
    say memory_bytes "$(sysctl -n hw.memsize 2>/dev/null || sysctl -n hw.physmem 2>/dev/null)"
    if has vm_stat; then say vm_stat "$(vm_stat 2>/dev/null | head -n 12)"; fi
  fi
  ends now
}

# --- what a box is ----------------------------------------------------------------------------------------------------

# The kernel says it as 0-3,8-11.
count_cpus() {
  cpus=0
  first_line /sys/devices/system/cpu/online
  case $line in
    '' | *[!0-9,-]*)
      cpus=$(getconf _NPROCESSORS_ONLN 2>/dev/null || nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null)
      return
      ;;
  esac
  while [ -n "$line" ]; do
    range=${line%%,*}
    line=${line#"$range"}
    line=${line#,}
    cpus=$((cpus + ${range#*-} - ${range%-*} + 1))
  done
}

system_section() {
  begins system
  say user "$(id -un 2>/dev/null || id -u)"
  say home "$HOME"
  if [ ! -d "$HOME" ]; then say home_state missing
  elif [ ! -w "$HOME" ]; then say home_state read-only
  fi
  shell=$SHELL
  if [ -r /etc/passwd ] && [ -z "$shell" ]; then
    shell=$(awk -F: -v uid="$(id -u)" '$3 == uid { print $7; exit }' /etc/passwd)
  fi
  say shell "$shell"
  say uname "$(uname -s -r -m 2>/dev/null)"
  first_line /proc/sys/kernel/hostname
  if [ -n "$line" ]; then say host "$line"; else say host "$(uname -n 2>/dev/null)"; fi
  if [ -r /etc/os-release ]; then
    while IFS= read -r line; do
      case $line in PRETTY_NAME=*) say os "${line#PRETTY_NAME=}" ;; esac
    done </etc/os-release
  elif has sw_vers; then
    say os "$(sw_vers -productName) $(sw_vers -productVersion)"
  fi
  count_cpus
  say cpus "$cpus"
  model=
  if [ -r /proc/cpuinfo ]; then
    while IFS= read -r line; do
      case $line in
        'model name'*) model=${line#*: }; break ;;
        '') break ;;
      esac
    done </proc/cpuinfo
    if [ -z "$model" ] && has lscpu; then model=$(lscpu 2>/dev/null | sed -n 's/^Model name: *//p' | head -n 1); fi
  else
    model=$(sysctl -n machdep.cpu.brand_string 2>/dev/null || sysctl -n hw.model 2>/dev/null)
  fi
  say cpu_model "$model"
  if [ ! -d /proc/self ]; then say proc missing; fi
  ends system
}

disks_section() {
  begins disks
  # One file system that hangs silences the whole of df: then at least the two that matter, each by itself.
  limited "$slow" 65536 exec df -P -k || { limited 3 4096 exec df -P -k /; limited 3 4096 exec df -P -k "$HOME"; }
  ends disks
  if [ -r /proc/mounts ]; then
    begins mounts
    mounted=0
    while [ "$mounted" -lt 512 ] && read -r _ where type how _; do
      mounted=$((mounted + 1))
      case $how in
        ro | ro,*) printf '|ro %s %s\n' "$type" "$where" ;;
        *) printf '|rw %s %s\n' "$type" "$where" ;;
      esac
    done </proc/mounts
    ends mounts
  fi
}

# python_at KIND PREFIX: version and torch's version from the names of directories; nothing is imported or run.
python_at() {
  if [ "$count" -ge 64 ]; then return; fi
  version='' torch=''
  if [ -r "$2/pyvenv.cfg" ]; then
    while IFS= read -r line; do
      case $line in
        'version = '* | 'version_info = '*) version=${line#*= } ;;
        'uv = '*) if [ "$1" = venv ]; then shift; set -- uv "$@"; fi ;;
      esac
    done <"$2/pyvenv.cfg"
  fi
  for site in "$2"/lib/python3.*/site-packages; do
    if [ ! -d "$site" ]; then continue; fi
    lib=${site%/site-packages}
    if [ -z "$version" ]; then version=${lib##*/python}; fi
    torch_in "$site"
  done
  if [ -z "$version" ]; then return; fi
  count=$((count + 1))
  prefix_shown=$2
  case $2 in *"$nl"* | *"$tab"*) prefix_shown=$(printf '%s' "$2" | tr '\n\t' '  ') ;; esac
  printf '%s\t%s\t%s\t%s\n' "$1" "$prefix_shown" "$version" "$torch"
}
torch_in() {
  for found in "$1"/torch-*.dist-info "$1"/torch-*.egg-info; do
    if [ -e "$found" ]; then
      found=${found##*/torch-}
      found=${found%.dist-info}
      torch=${found%.egg-info}
    fi
  done
}

pythons() {
  count=0
  # Not whichever python3 comes first on the PATH (a pyenv shim, a conda): those are found below by where they live.
  for python in /usr/bin/python3 /usr/local/bin/python3 /opt/homebrew/bin/python3; do
    if [ ! -x "$python" ]; then continue; fi
    version=$("$python" -V 2>&1)
    version=${version#Python }
    torch=
    root=${python%/bin/python3}
    short=${version%.*}
    if [ "$root" = /usr ]; then torch_in /usr/lib/python3/dist-packages; fi
    for site in "$root/lib/python$short/site-packages" "$root/lib64/python$short/site-packages" \
      "$root/lib/python$short/dist-packages" "/usr/local/lib/python$short/dist-packages" \
      "$HOME/.local/lib/python$short/site-packages"; do
      torch_in "$site"
    done
    printf 'system\t%s\t%s\t%s\n' "$python" "$version" "$torch"
  done
  for base in "$HOME"/miniconda3 "$HOME"/anaconda3 "$HOME"/miniforge3 "$HOME"/mambaforge "$HOME"/micromamba \
    "$HOME"/.conda /opt/conda /opt/miniconda3 /opt/anaconda3 /opt/miniforge3 /usr/local/miniconda3; do
    if [ ! -d "$base" ]; then continue; fi
    python_at conda "$base"
    for prefix in "$base"/envs/*; do python_at conda "$prefix"; done
  done
  for config in "$HOME"/pyvenv.cfg "$HOME"/*/pyvenv.cfg "$HOME"/.*/pyvenv.cfg "$HOME"/*/.venv/pyvenv.cfg \
    "$HOME"/*/venv/pyvenv.cfg "$HOME"/.venvs/*/pyvenv.cfg "$HOME"/.virtualenvs/*/pyvenv.cfg "$HOME"/venvs/*/pyvenv.cfg \
    /opt/*/pyvenv.cfg; do
    if [ -f "$config" ]; then python_at venv "${config%/pyvenv.cfg}"; fi
  done
  for prefix in "$HOME"/.local/share/uv/python/*; do python_at uv "$prefix"; done
  for prefix in "$HOME"/.pyenv/versions/*; do python_at pyenv "$prefix"; done
  return 0
}

# Each tool's first line about itself, where the version matters; it costs a process each. Of containers' programs it is
# enough that they are there: written in Go, they take longer to say their version than all the rest of this takes.
tools() {
  for tool in sbatch git uv nvcc; do
    if ! has "$tool"; then continue; fi
    answer=$("$tool" --version 2>/dev/null </dev/null)
    printf '%s\t%s\n' "$tool" "${answer%%"$nl"*}"
  done
  for tool in docker apptainer singularity podman rsync tmux screen flock setsid b2sum sha256sum openssl python3 conda \
    mamba micromamba pip tar gzip zstd curl wget nvidia-smi rocm-smi amd-smi torchrun srun enroot criu numactl inotifywait stdbuf tail nohup; do
    if has "$tool"; then printf '%s\t\n' "$tool"; fi
  done
  return 0
}

software_section() {
  begins tools
  limited "$slow" 16384 tools
  ends tools
  begins pythons
  limited "$slow" 65536 pythons
  ends pythons
}

# --- accelerators -----------------------------------------------------------------------------------------------------

nvidia_fields=index,uuid,name,memory.total,memory.used,utilization.gpu,temperature.gpu,power.draw,power.limit,driver_version
nvidia_query() { limited "$slow" 131072 exec nvidia-smi "--query-gpu=$1" --format=csv,noheader,nounits; }

nvidia_sections() {
  begins nvidia
  found=$(nvidia_query "$nvidia_fields,mig.mode.current")
  outcome=$?
  printf '%s\n' "$found"
  ends nvidia
  if [ "$outcome" = 2 ]; then return; fi # it hangs or floods: asking it again would cost as much again
  case $found in
    *'not a valid field'*)
      # An old driver refuses the whole query for one field it does not know.
      begins nvidia-old
      nvidia_query "$nvidia_fields" || nvidia_query index,uuid,name,memory.total,memory.used,driver_version
      ends nvidia-old
      ;;
    *)
      case $outcome$found in
        1* | *', Enabled'*)
          begins nvidia-list
          limited "$slow" 65536 exec nvidia-smi -L
          ends nvidia-list
          ;;
      esac
      if [ "$outcome" = 1 ]; then return; fi
      ;;
  esac
  begins nvidia-processes
  holders=$(limited "$slow" 65536 exec nvidia-smi --query-compute-apps=gpu_uuid,pid,used_memory --format=csv,noheader,nounits)
  printf '%s\n' "$holders"
  ends nvidia-processes
  begins processes
  limited 5 65536 describe_processes "$holders"
  ends processes
  if [ "$mode" = full ]; then
    begins nvidia-table
    limited "$slow" 4096 exec nvidia-smi
    ends nvidia-table
    first_line /proc/driver/nvidia/version
    begins nvidia-driver
    say kernel_module "$line"
    ends nvidia-driver
  fi
}

# describe_processes LINES: "pid TAB user TAB run TAB command" for each pid in the second column.
describe_processes() {
  known_uid='' known_user=''
  printf '%s\n' "$1" | awk -F', *' '$2 ~ /^[0-9]+$/ && !seen[$2]++ { print $2 }' | head -n 128 | while read -r pid; do
    uid='' user='' run='' command=''
    if [ -r "/proc/$pid/status" ]; then
      while read -r key value _; do
        if [ "$key" = Uid: ]; then uid=$value; break; fi
      done <"/proc/$pid/status"
      if [ "$uid" != "$known_uid" ]; then
        known_uid=$uid
        known_user=$(id -un "$uid" 2>/dev/null || echo "$uid")
      fi
      user=$known_user
      command=$(tr '\000\n\t' '   ' <"/proc/$pid/cmdline" 2>/dev/null | head -c 400)
      if [ -r "/proc/$pid/environ" ]; then
        run=$(tr '\n\000' ' \n' <"/proc/$pid/environ" 2>/dev/null | sed -n 's/^TRAINYARD_RUN_ID=\([0-9a-z]\{12\}\)$/\1/p' | head -n 1)
      fi
    else
      user=$(ps -o user= -p "$pid" 2>/dev/null)
      command=$(ps -o args= -p "$pid" 2>/dev/null | tr '\n\t' '  ' | head -c 400)
    fi
    printf '%s\t%s\t%s\t%s\n' "$pid" "$user" "$run" "$command"
  done
}

# The kernel's own figures for AMD cards: one line each, no Python to start.
amd_cards() {
  for device in /sys/class/drm/card[0-9]*/device; do
    first_line "$device/vendor"
    if [ "$line" != 0x1002 ] || [ ! -r "$device/mem_info_vram_total" ]; then continue; fi
    first_line "$device/unique_id"; id=$line
    first_line "$device/product_name"; name=$line
    first_line "$device/mem_info_vram_total"; total=$line
    first_line "$device/mem_info_vram_used"; used=$line
    first_line "$device/gpu_busy_percent"; busy=$line
    temperature='' power='' cap=''
    for sensor in "$device"/hwmon/hwmon*; do
      first_line "$sensor/temp1_input"; temperature=$line
      first_line "$sensor/power1_average"; power=$line
      first_line "$sensor/power1_cap"; cap=$line
    done
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$id" "$name" "$total" "$used" "$busy" "$temperature" "$power" "$cap"
  done
  return 0
}

other_accelerators() {
  if has rocm-smi; then
    begins rocm
    limited "$slow" 131072 exec rocm-smi --showproductname --showuniqueid --showmeminfo vram --showuse --showtemp --showpower --json
    ends rocm
  elif has amd-smi; then
    begins amd-static
    limited "$slow" 131072 exec amd-smi static --asic --vram --json
    ends amd-static
    begins amd-metric
    limited "$slow" 131072 exec amd-smi metric --usage --mem-usage --temperature --power --json
    ends amd-metric
  fi
  if [ -e /dev/kfd ]; then
    begins amd-cards
    limited 3 16384 amd_cards
    ends amd-cards
  fi
  if [ -e /etc/nv_tegra_release ] || [ -d /sys/module/tegra_fuse ]; then
    begins tegra
    first_line /etc/nv_tegra_release; say release "$line"
    say model "$(tr -d '\000' </proc/device-tree/model 2>/dev/null | head -c 200)"
    for load in /sys/devices/gpu.0/load /sys/devices/platform/gpu.0/load /sys/devices/platform/bus@0/*.gpu/load; do
      first_line "$load"
      if [ -n "$line" ]; then say load "$line"; break; fi
    done
    ends tegra
  fi
  if [ "$mode" = full ] && has system_profiler; then
    begins apple
    limited "$slow" 65536 exec system_profiler SPDisplaysDataType -json
    ends apple
  fi
}

accelerator_sections() {
  if has nvidia-smi; then nvidia_sections; fi
  other_accelerators
}

probe() {
  printf '\n%s begin clock\n|start=%s\n' "$nonce" "$(clock)"
  ends clock
  # The accelerators' tools wait for hardware: they are asked while everything else is gathered.
  accelerator_sections | {
    now_section
    if [ "$mode" = full ]; then
      system_section
      disks_section
      software_section
    fi
    cat
  }
  printf '%s begin done\n|end=%s\n' "$nonce" "$(clock)"
  ends done
}
probe </dev/null
