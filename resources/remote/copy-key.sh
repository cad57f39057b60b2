# The single-use key of a copy from box to box. POSIX sh, awk; on the source also ssh and ssh-keygen. $1: the verb, $2: the
# session's id. Everything of a session lies in ~/.trainyard/copies/ID, mode 0700, on both machines:
#   source        key, key.pub, known_hosts, config, lane0 … gentle0 … (sockets of its connections), holder-lane, holder-gentle, alive
#   destination   copy-receive.sh, copy-key.sh, stage, expires, timer; and one line in ~/.ssh/authorized_keys that ends with trainyard-copy-ID
# Behind authorized-keys.sh, with which it is one script. Refusals as in copy.sh.

LC_ALL=C
export LC_ALL
unset TZ
umask 077
refuse() { printf '!%s\n' "$*" >&2; exit 3; }

verb=$1 id=$2
case $id in '' | *[!0-9a-z]*) refuse 'a bad id' ;; esac
dir=$HOME/.trainyard/copies/$id
mark=trainyard-copy-$id
keys=$HOME/.ssh/authorized_keys

# The ids of sessions that have been removed: a request that was long on its way finds them, and does nothing. The last thousand.
gone=$HOME/.trainyard/copies/.gone
is_gone() { grep -qx "${1-$id}" "$gone" 2>/dev/null; }
# $1: an id; in turn only.
note_gone() {
  is_gone "$1" || printf '%s\n' "$1" >>"$gone" || return 0
  [ "$(wc -l <"$gone")" -le 2000 ] || { tail -n 1000 "$gone" >"$gone.new" && mv -f "$gone.new" "$gone"; } || return 0
} 2>/dev/null

# $1: a session's directory at the destination. Exit 0 where its time is over: its timer may have been killed, or a reboot.
is_past() {
  expires=
  { read -r expires <"$1/expires"; } 2>/dev/null
  case $expires in '' | *[!0-9]*) return 0 ;; esac
  [ "$expires" -le "$(date +%s)" ]
}

# In turn: what other sessions have left here that nobody clears up any more, or somebody who was interrupted.
clear_others() {
  for other in "$HOME"/.trainyard/copies/*; do
    [ -d "$other" ] && [ "$other" != "$dir" ] || continue
    if is_gone "${other##*/}"; then :
    elif [ -e "$other/expires" ]; then
      is_past "$other" || continue
    # At a source something is written every minute as long as somebody speaks.
    else
      [ -z "$(find "$other" -mmin -180 2>/dev/null | head -n 1)" ] || continue
    fi
    note_gone "${other##*/}"
    rm -rf "$other"
  done
}

# The sessions whose lines are to go, with "|" between them: this one, and those of this account that have been removed, whose time is
# over or whose directory is gone. In turn nobody else is about to write one of these.
sessions_over() {
  printf '%s' "$id"
  sed -n 's/.*command="sh \([^" ]*\)\/copy-receive\.sh forced .* trainyard-copy-\([0-9a-z]*\)\([+][a-z]*\)*$/\2 \1/p' "$keys" 2>/dev/null |
    while read -r other place; do
      [ "$other" != "$id" ] && [ "$place" = "$HOME/.trainyard/copies/$other" ] || continue
      is_gone "$other" || is_past "$place" || continue
      printf '|%s' "$other"
    done
}

# Exit 0 where process $1 is one of this session's: numbers are given anew.
is_ours() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
  if [ -d /proc/self ]; then grep -q "$id" "/proc/$1/cmdline" 2>/dev/null
  else case $(ps -o args= -p "$1" 2>/dev/null) in *"$id"*) ;; *) return 1 ;; esac
  fi
}

# What a killed holder held. Without /proc its own watch does this.
kill_lanes() {
  for process in $(grep -ls "$id" /proc/[0-9]*/cmdline 2>/dev/null); do
    process=${process#/proc/}
    process=${process%/cmdline}
    case " $(tr '\0' ' ' <"/proc/$process/cmdline" 2>/dev/null)" in
      *" lanes $id "* | *"/copies/$id/config "*) kill "$process" 2>/dev/null ;;
    esac
  done
}

# In seconds from now, as sshd reads it: local time. Empty where date cannot tell.
at_time() {
  now=$(date +%s)
  date -d "@$((now + $1))" +%Y%m%d%H%M 2>/dev/null || date -r "$((now + $1))" +%Y%m%d%H%M 2>/dev/null
}

case $verb in
  # At the source. $3 host, $4 port, $5 user; host keys ("TYPE KEY" a line) on stdin. Prints the public key.
  make)
    ! is_gone || refuse 'gone the session is over'
    mkdir -p "$dir" || refuse "write $dir"
    command -v ssh >/dev/null 2>&1 || refuse 'tool ssh'
    command -v ssh-keygen >/dev/null 2>&1 || refuse 'tool ssh-keygen'
    while read -r type key; do printf 'trainyard-copy %s %s\n' "$type" "$key"; done >"$dir/known_hosts" || refuse "write $dir"
    safe=$(printf '%s' "$dir" | sed 's/%/%%/g')
    cat >"$dir/config" <<END || refuse "write $dir"
IgnoreUnknown *
Host trainyard-copy
HostName $3
Port $4
User $5
HostKeyAlias trainyard-copy
IdentityFile "$safe/key"
IdentitiesOnly yes
IdentityAgent none
CertificateFile none
UserKnownHostsFile "$safe/known_hosts"
GlobalKnownHostsFile /dev/null
StrictHostKeyChecking yes
UpdateHostKeys no
CheckHostIP no
VerifyHostKeyDNS no
BatchMode yes
PreferredAuthentications publickey
ForwardAgent no
ForwardX11 no
ClearAllForwardings yes
PermitLocalCommand no
Ciphers aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes256-ctr,chacha20-poly1305@openssh.com
Compression no
ConnectTimeout 15
ServerAliveInterval 10
ServerAliveCountMax 3
EscapeChar none
LogLevel ERROR
END
    rm -f "$dir/key" "$dir/key.pub"
    why=$(ssh-keygen -q -t ed25519 -N '' -C "$mark" -f "$dir/key" 2>&1) || refuse "write $why"
    # Removed meanwhile: whoever did that may not have seen all of it.
    ! is_gone || { rm -rf "$dir"; refuse 'gone the session is over'; }
    cat "$dir/key.pub"
    printf '%s\n' "$dir"
    ;;
  # At the source: one question to the receiver. $3: what. Its trace names the server, should that refuse.
  ask) exec ssh -v -F "$dir/config" -S none trainyard-copy "$3" </dev/null ;;
  # At the source: how fast it goes. $3: times 64 KiB.
  try) dd if=/dev/zero bs=65536 count="$3" 2>/dev/null | ssh -F "$dir/config" -S "$dir/lane0" trainyard-copy sink ;;
  # At the source: $3 connections named $4, held while stdin is open and says something now and then; then nothing of the session is left.
  lanes)
    watch= loops= sleeper=
    is_alive() { if [ -z "$boot" ]; then kill -0 $$ 2>/dev/null; else [ "$(started $$)" != - ]; fi; }
    trap 'kill $loops $watch 2>/dev/null; [ "$4" != lane ] || rm -rf "$dir"' EXIT
    trap 'exit 1' HUP INT TERM
    if [ "$TY_GENTLE" = 1 ]; then
      renice -n 19 -p $$ >/dev/null 2>&1
      # Where each session has a share of its own, that is what counts between them.
      { [ ! -w "/proc/$$/autogroup" ] || echo 10 >"/proc/$$/autogroup"; } 2>/dev/null
    fi
    # A request that was long on its way finds the session removed.
    { : >"$dir/alive" && printf '%s\n' "$$" >"$dir/holder-$4"; } 2>/dev/null || refuse 'lanes the session is gone'
    name=$4 lane=0
    while [ "$lane" -lt "$3" ]; do
      (
        trap 'kill $ssh 2>/dev/null; exit' TERM HUP INT
        while [ -d "$dir" ]; do
          rm -f "$dir/$name$lane"
          ssh -F "$dir/config" -M -S "$dir/$name$lane" -N trainyard-copy </dev/null >/dev/null 2>"$dir/said-$name$lane" &
          ssh=$!
          wait "$ssh"
          sleep 2
        done
      ) &
      loops="$loops $!" lane=$((lane + 1))
    done
    (
      trap 'kill $sleeper 2>/dev/null; exit' TERM HUP INT
      # The session has been removed over another connection; or nobody spoke for ten minutes, the connection to who held this is
      # gone, and nobody told.
      while [ -e "$dir/alive" ] && [ -z "$(find "$dir/alive" -mmin +10 2>/dev/null)" ] && is_alive; do
        sleep 5 &
        sleeper=$!
        wait "$sleeper"
      done
      # Whoever holds them may have been killed, and clears nothing up.
      kill $$ $loops
      [ "$name" != lane ] || rm -rf "$dir"
    ) >/dev/null 2>&1 &
    watch=$!
    turns=0
    while [ "$turns" -lt 200 ]; do
      up=0
      for socket in "$dir/$name"*; do [ ! -S "$socket" ] || up=$((up + 1)); done
      [ "$up" -lt "$3" ] || break
      turns=$((turns + 1))
      sleep 0.1 2>/dev/null || { sleep 1; turns=$((turns + 9)); }
    done
    [ "$up" -gt 0 ] || refuse "lanes $(cat "$dir"/said-* 2>/dev/null | tail -n 1)"
    printf 'up %s\n' "$up"
    while read -r _ && [ -d "$dir" ]; do : >"$dir/alive"; done
    ;;
  # At the destination: what the key may call, and the line. $3: from which addresses ("" any, while that is found out), $4: seconds
  # that it is good for, $5: 1 where sshd knows expiry-time, $6: the public key, $7: stage. A timer removes it should nobody else.
  lay)
    case $dir in *[!A-Za-z0-9_./@+-]*) refuse "write $dir has characters that a key's command cannot hold" ;; esac
    ! is_gone || refuse 'gone the session is over'
    mkdir -p "$dir" 2>/dev/null || refuse "write $dir"
    # The key does nothing any more when its time is over, even where sshd cannot tell and a reboot has ended the timer.
    in_time='{ read -r expires <"$2/expires" && [ "$(date +%s)" -lt "$expires" ]; } 2>/dev/null || exit 255'
    { printf '%s\n%s' "$in_time" "$TY_RECEIVE" >"$dir/copy-receive.sh" && printf '%s' "$TY_KEY" >"$dir/copy-key.sh" && printf '%s' "$7" >"$dir/stage"; } ||
      refuse "write $dir"
    options="restrict,command=\"sh $dir/copy-receive.sh forced $dir\""
    [ -z "$3" ] || options="from=\"$3\",$options"
    until=
    [ "$5" != 1 ] || until=$(at_time "$4")
    [ -z "$until" ] || options="expiry-time=\"$until\",$options"
    # Whole at every moment: somebody may read it.
    printf '%s\n' "$(($(date +%s) + $4))" >"$dir/expires.new" && mv -f "$dir/expires.new" "$dir/expires" || refuse "write $dir"
    # The timer first: from the line's first moment on there is somebody to remove it.
    timer=
    [ ! -f "$dir/timer" ] || read -r timer <"$dir/timer"
    if ! is_ours "$timer"; then
      apart=
      ! command -v setsid >/dev/null 2>&1 || apart=setsid
      $apart sh "$dir/copy-key.sh" timer "$id" </dev/null >/dev/null 2>&1 &
      printf '%s\n' "$!" >"$dir/timer"
    fi
    set -- $6
    line="$options $1 $2"
    lock_keys
    # Whoever has removed the session while this was on its way, or waited, is not undone.
    if [ ! -f "$dir/expires" ] || is_gone; then
      rm -rf "$dir"
      refuse 'gone the session is over'
    fi
    rewrite_keys
    clear_others
    ;;
  # At the destination: waits until the time is over or the session is gone.
  timer)
    sleeper=
    rest() {
      sleep "$1" &
      sleeper=$!
      wait "$sleeper"
    }
    trap '' HUP
    trap 'kill $sleeper 2>/dev/null; exit' TERM
    printf '%s\n' "$$" >"$dir/timer"
    while [ -f "$dir/expires" ]; do
      read -r expires <"$dir/expires"
      left=$((expires - $(date +%s)))
      [ "$left" -gt 0 ] || break
      [ "$left" -lt 30 ] || left=30
      rest "$left"
    done
    line=
    # The disk may be full, or the file locked: as long as there is something of it, it is tried again.
    until (lock_keys && note_gone "$id" && rewrite_keys && rm -rf "$dir" && clear_others) || [ ! -d "$dir" ]; do rest 30; done
    ;;
  # Anywhere: nothing of the session is left afterwards. Prints how many of its lines are still there: 0.
  remove)
    # In turn with who lays it, whose connection may be gone while it still goes on: it finds the session there, or no longer. Where there
    # can be no turns, nothing was ever laid.
    line=
    # First what is secret: without it the other half opens nothing.
    rm -f "$dir/key"
    if mkdir -p "$HOME/.trainyard/copies" 2>/dev/null || grep -q "$mark" "$keys" 2>/dev/null; then
      lock_keys
      note_gone "$id"
      rewrite_keys
    fi
    timer=
    [ ! -f "$dir/timer" ] || read -r timer <"$dir/timer"
    ! is_ours "$timer" || kill "$timer" 2>/dev/null
    # Who holds connections of it has not heard yet where the line to it is dead. Without /proc it sees by itself that all is gone.
    for holder in "$dir"/holder-*; do
      [ -f "$holder" ] && read -r holder <"$holder" || continue
      if is_ours "$holder"; then kill "$holder" 2>/dev/null; else kill_lanes; fi
    done
    rm -rf "$dir"
    clear_others
    # Neither half may be left.
    [ ! -e "$dir/key" ] && [ ! -e "$dir/expires" ] || refuse "write $dir cannot be removed"
    if [ -e "$keys" ]; then grep -c "$mark" "$keys" || :; else printf '0\n'; fi
    ;;
  *) refuse "verb $verb" ;;
esac
