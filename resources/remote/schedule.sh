# What has boot.sh run when the machine starts: cron where it runs, else systemd for this user, else nothing. Read with `.`.
# Of the user's crontab only the line that ends with our mark and names our root is ever written or taken away.

# Text as one word for a shell; a crontab takes % for a newline.
schedule_quote() {
  printf '%s\n' "$1" | LC_ALL=C awk -v q="'" '{ n = split($0, part, q); text = part[1]
    for (i = 2; i <= n; i++) text = text q "\\" q q part[i]
    gsub(/%/, "\\\\%", text); printf "%s%s%s", q, text, q }'
}
schedule_line() {
  schedule_root=$(schedule_quote "$ty_root")
  schedule_wanted="@reboot $(schedule_quote "$ty_sh") $(schedule_quote "$ty_bin/boot.sh") $schedule_root $(schedule_quote "$ty_sh") >/dev/null 2>&1 # trainyard"
}

# schedule_crontab on|off: 0: done; 1: cannot be, schedule_why says why. What is there and cannot be read is left alone.
schedule_crontab() {
  schedule_why='there is no crontab'
  command -v crontab >/dev/null 2>&1 || return 1
  if ! schedule_lock; then
    schedule_why='the crontab is being changed by another'
    return 1
  fi
  schedule_edit "$1"
  schedule_done=$?
  rmdir "$ty_root/tmp/crontab.lock" 2>/dev/null
  rm -f "$ty_root/tmp/crontab.$$" "$ty_root/tmp/crontab.$$.new"
  return $schedule_done
}
schedule_lock() {
  schedule_tries=0
  until mkdir "$ty_root/tmp/crontab.lock" 2>/dev/null; do
    [ -z "$(find "$ty_root/tmp/crontab.lock" -prune -mmin +2 2>/dev/null)" ] || rmdir "$ty_root/tmp/crontab.lock" 2>/dev/null
    [ $((schedule_tries += 1)) -gt 300 ] && return 1
    sleep 0.1
  done
}
schedule_edit() {
  schedule_file=$ty_root/tmp/crontab.$$
  if ! schedule_why=$(LC_ALL=C crontab -l 2>&1 >"$schedule_file"); then
    case $schedule_why in
      *'no crontab'* | *'No such file'*) : >"$schedule_file" ;;
      *) return 1 ;;
    esac
  fi
  # The environment: awk reads escapes in what comes by -v.
  schedule_wanted=$schedule_wanted schedule_root=$schedule_root LC_ALL=C awk -v how="$1" '
    index($0, ENVIRON["schedule_root"]) && / # trainyard$/ { next }
    { print }
    END { if (how == "on") print ENVIRON["schedule_wanted"] }' "$schedule_file" >"$schedule_file.new" || {
    schedule_why='no room'
    return 1
  }
  if cmp -s "$schedule_file" "$schedule_file.new"; then return 0; fi
  schedule_why=$(crontab "$schedule_file.new" 2>&1) || return 1
  # Some say nothing and do nothing.
  crontab -l 2>/dev/null | grep -qF "$schedule_root" || [ "$1" = off ] || {
    schedule_why='the crontab does not keep it'
    return 1
  }
}

# Whether somebody reads crontabs here: in a container there often is a crontab and no cron.
schedule_cron_runs() {
  if [ -n "$ty_proc" ] && [ -r /proc/1/comm ]; then
    cat /proc/[0-9]*/comm 2>/dev/null | grep -qE '^(cron|crond|cronie|fcron|dcron|bcron-start)$' && return 0
  else
    # launchd starts it when there is a crontab.
    [ "$(uname)" = Darwin ] && return 0
    ps -axo comm= 2>/dev/null | grep -qE '(^|/)(cron|crond|fcron|dcron)$' && return 0
    ps -o comm 2>/dev/null | grep -qE '^(cron|crond|fcron|dcron)$' && return 0
    [ -z "$ty_proc" ] || [ -e /run/crond.pid ] || [ -e /var/run/crond.pid ] && return 0
  fi
  schedule_why='no cron runs'
  return 1
}

schedule_unit=trainyard-boot.service
schedule_unit_directory=${XDG_CONFIG_HOME:-${HOME-}/.config}/systemd/user
# For this user without a login, which needs lingering.
schedule_systemd() {
  command -v systemctl >/dev/null 2>&1 || return 1
  schedule_user=$(id -un)
  if [ ! -e "/var/lib/systemd/linger/$schedule_user" ]; then
    case $(loginctl show-user "$schedule_user" -p Linger 2>/dev/null) in
      *=yes) ;;
      *)
        schedule_why="$schedule_why; systemd does not start anything of $schedule_user's before a login (loginctl enable-linger)"
        return 1
        ;;
    esac
  fi
  # The unit's own quoting: in double quotes, with % and \ and $ and " doubled or escaped.
  schedule_words=
  for schedule_word in "$ty_sh" "$ty_bin/boot.sh" "$ty_root" "$ty_sh"; do
    schedule_words="$schedule_words \"$(printf '%s\n' "$schedule_word" | sed 's/[\\"]/\\&/g; s/%/%%/g; s/\$/$$/g')\""
  done
  schedule_words=${schedule_words# }
  # ExecStart wants a path.
  case $ty_sh in /*) ;; *) schedule_words="/usr/bin/env $schedule_words" ;; esac
  schedule_text="[Unit]
Description=Trainyard: runs that go on after a reboot

[Service]
Type=oneshot
RemainAfterExit=yes
KillMode=process
ExecStart=$schedule_words

[Install]
WantedBy=default.target"
  schedule_file=$schedule_unit_directory/$schedule_unit
  if [ "$(cat "$schedule_file" 2>/dev/null)" != "$schedule_text" ]; then
    schedule_said=$({ mkdir -p "$schedule_unit_directory" && printf '%s\n' "$schedule_text" >"$schedule_file"; } 2>&1) || {
      schedule_why="$schedule_why; $schedule_said"
      return 1
    }
  fi
  schedule_said=$(systemctl --user enable "$schedule_unit" 2>&1) && return 0
  schedule_why="$schedule_why; $schedule_said"
  rm -f "$schedule_file"
  return 1
}

# schedule_on: schedule_by is cron or systemd, or 1 and schedule_why.
schedule_on() {
  schedule_why=
  case $ty_root$ty_sh in *'
'*) schedule_why='a newline in a path'; return 1 ;; esac
  schedule_line
  if schedule_cron_runs && schedule_crontab on; then
    schedule_by=cron
    return 0
  fi
  schedule_by=systemd
  schedule_systemd
}
schedule_off() {
  schedule_line
  schedule_crontab off
  [ -e "$schedule_unit_directory/$schedule_unit" ] || return 0
  systemctl --user disable "$schedule_unit" >/dev/null 2>&1
  rm -f "$schedule_unit_directory/$schedule_unit"
}
# Whether any run is to be started at boot.
schedule_wanted_by_any() {
  for schedule_plan in "$ty_root"/runs/*/boot; do
    [ -f "$schedule_plan" ] && return 0
  done
  return 1
}
