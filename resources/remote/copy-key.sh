# The single-use key of a copy from box to box. POSIX sh, awk; on the source also ssh and ssh-keygen. $1: the verb, $2: the
# session's id. Everything of a session lies in ~/.trainyard/copies/ID, mode 0700, on both machines:
#   source        key, key.pub, known_hosts, config, lane0 … gentle0 … (sockets of its connections), holder-lane, holder-gentle, alive
#   destination   copy-receive.sh, copy-key.sh, stage, expires, timer; and one line in ~/.ssh/authorized_keys that ends with trainyard-copy-ID
# Refusals as in copy.sh.

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

# authorized_keys may be a link; what is renamed over it must be what it leads to.
real_keys() {
  hops=0
  while [ -L "$keys" ] && [ "$hops" -lt 20 ]; do
    to=$(readlink "$keys") || refuse 'write authorized_keys is a link that cannot be read'
    case $to in /*) keys=$to ;; *) keys=${keys%/*}/$to ;; esac
    hops=$((hops + 1))
  done
}

# Copies of the same user take turns; an editor that knows nothing of this lock is found by comparing (below).
lock_keys() {
  mkdir -p "$HOME/.trainyard/copies" || refuse 'write no directory for copies'
  lock=$HOME/.trainyard/copies/.keys-lock turns=0
  until mkdir "$lock" 2>/dev/null; do
    turns=$((turns + 1))
    # Who held it was killed: nobody needs it so long.
    [ -z "$(find "$lock" -prune -mmin +1 2>/dev/null)" ] || rmdir "$lock" 2>/dev/null
    [ "$turns" -lt 600 ] || refuse 'write authorized_keys is locked'
    sleep 0.1 2>/dev/null || sleep 1
  done
  trap 'rmdir "$lock" 2>/dev/null' EXIT
  trap 'exit 1' HUP INT TERM
}

# $1: a file. Exit 0 where its last byte is a newline, or it is empty.
ends_well() { [ ! -s "$1" ] || [ -z "$(tail -c 1 "$1")" ]; }

# Rewrites authorized_keys without our line, and with the one in $line where there is one. All other bytes stay as they are.
# Notes behind our mark say what is to be undone with it: "+made" (there was no such file), "+bare" (what was its last line
# had no newline).
rewrite_keys() {
  real_keys
  tries=0
  while :; do
    [ -n "$line" ] || grep -q "$mark" "$keys" 2>/dev/null || return 0
    tries=$((tries + 1))
    [ "$tries" -le 50 ] || refuse 'write authorized_keys is changed all the time'
    old=$keys.$mark.$$ new=$keys.$mark.$$.new held=$keys.$mark.$$.held notes=
    if [ -e "$keys" ]; then
      # Whatever is still written to it in the moment in which it is replaced can be read here.
      ln "$keys" "$held" 2>/dev/null
      # Twice, so that the new one has the mode and owner, too.
      cp -p "$keys" "$old" 2>/dev/null && cp -p "$old" "$new" 2>/dev/null || give_up
      ! grep -q "$mark+made" "$old" || notes=+made
    else
      mkdir -p "${keys%/*}" 2>/dev/null
      { : >"$old" && : >"$new"; } 2>/dev/null || give_up
      notes=+made
    fi
    last=0
    ! ends_well "$old" || last=1
    awk -v ours=" $mark([+]made)?([+]bare)?\$" -v last="$last" '
      $0 ~ ours { bare = /[+]bare$/; mine = 1; next }
      { if (open) printf "\n"; printf "%s", $0; open = 1; bare = 0; mine = 0 }
      END { if (open && !bare && (last || mine)) printf "\n" }
    ' "$old" >"$new" || give_up
    if [ -n "$line" ]; then
      ends_well "$new" || { printf '\n' >>"$new" && notes=$notes+bare; } || give_up
      printf '%s %s%s\n' "$line" "$mark" "$notes" >>"$new" || give_up
    fi
    sync "$new" 2>/dev/null || :
    # Somebody else may have written to it meanwhile: then once more from the start.
    if [ "$(cksum <"$old")" = "$( (cat "$keys" 2>/dev/null || :) | cksum)" ]; then
      if [ -z "$line" ] && [ "$notes" = +made ] && [ ! -s "$new" ]; then
        rm -f "$keys" "$new"
      else
        mv -f "$new" "$keys" || give_up
      fi
      carry_over && return 0
      continue
    fi
    rm -f "$old" "$new" "$held"
  done
}

# What was appended to the file as it was replaced comes after it; one that was rewritten is put back, to begin anew.
carry_over() {
  if [ -e "$held" ] && [ "$(cksum <"$held")" != "$(cksum <"$old")" ]; then
    size=$(wc -c <"$old")
    size=$((size))
    if [ -e "$keys" ] && [ "$(head -c "$size" "$held" | cksum)" = "$(cksum <"$old")" ]; then
      tail -c "+$((size + 1))" "$held" >>"$keys"
    else
      mv -f "$held" "$keys"
      rm -f "$old"
      return 1
    fi
  fi
  rm -f "$old" "$held"
}

give_up() {
  rm -f "$old" "$new" "$held" 2>/dev/null
  refuse "write $keys cannot be changed"
}

# In seconds from now, as sshd reads it: local time. Empty where date cannot tell.
at_time() {
  now=$(date +%s)
  date -d "@$((now + $1))" +%Y%m%d%H%M 2>/dev/null || date -r "$((now + $1))" +%Y%m%d%H%M 2>/dev/null
}

case $verb in
  # At the source. $3 host, $4 port, $5 user; host keys ("TYPE KEY" a line) on stdin. Prints the public key.
  make)
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
      while [ -e "$dir/alive" ] && [ -z "$(find "$dir/alive" -mmin +10 2>/dev/null)" ]; do
        sleep 5 &
        sleeper=$!
        wait "$sleeper"
      done
      kill $$
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
    mkdir -p "$dir" 2>/dev/null || refuse "write $dir"
    { printf '%s' "$TY_RECEIVE" >"$dir/copy-receive.sh" && printf '%s' "$TY_KEY" >"$dir/copy-key.sh" && printf '%s' "$7" >"$dir/stage"; } ||
      refuse "write $dir"
    options="restrict,command=\"sh $dir/copy-receive.sh forced $dir\""
    [ -z "$3" ] || options="from=\"$3\",$options"
    until=
    [ "$5" != 1 ] || until=$(at_time "$4")
    [ -z "$until" ] || options="expiry-time=\"$until\",$options"
    printf '%s\n' "$(($(date +%s) + $4))" >"$dir/expires"
    # The timer first: from the line's first moment on there is somebody to remove it.
    if [ ! -f "$dir/timer" ]; then
      apart=
      ! command -v setsid >/dev/null 2>&1 || apart=setsid
      $apart sh "$dir/copy-key.sh" timer "$id" </dev/null >/dev/null 2>&1 &
      printf '%s\n' "$!" >"$dir/timer"
    fi
    set -- $6
    line="$options $1 $2"
    lock_keys
    # Whoever has removed the session while this was on its way, or waited, is not undone.
    [ -f "$dir/expires" ] || refuse 'key the session is gone'
    rewrite_keys
    ;;
  # At the destination: waits until the time is over or the session is gone.
  timer)
    sleeper=
    trap '' HUP
    trap 'kill $sleeper 2>/dev/null; exit' TERM
    printf '%s\n' "$$" >"$dir/timer"
    while [ -f "$dir/expires" ]; do
      read -r expires <"$dir/expires"
      left=$((expires - $(date +%s)))
      [ "$left" -gt 0 ] || break
      [ "$left" -lt 30 ] || left=30
      sleep "$left" &
      sleeper=$!
      wait "$sleeper"
    done
    trap - TERM
    line=
    lock_keys
    rewrite_keys
    rm -rf "$dir"
    ;;
  # Anywhere: nothing of the session is left afterwards. Prints how many of its lines are still there: 0.
  remove)
    # In turn with who lays it, whose connection may be gone while it still goes on: it finds the session there, or no longer. Where there
    # can be no turns, nothing was ever laid.
    line=
    if mkdir -p "$HOME/.trainyard/copies" 2>/dev/null || grep -q "$mark" "$keys" 2>/dev/null; then
      lock_keys
      rewrite_keys
    fi
    timer=
    [ ! -f "$dir/timer" ] || read -r timer <"$dir/timer"
    case $timer in
      '' | *[!0-9]*) ;;
      *) [ -d /proc/self ] && ! grep -q "$id" "/proc/$timer/cmdline" 2>/dev/null || kill "$timer" 2>/dev/null ;;
    esac
    # Who holds connections of it has not heard yet where the line to it is dead. Without /proc it sees by itself that all is gone.
    for holder in "$dir"/holder-*; do
      [ -f "$holder" ] && read -r holder <"$holder" || continue
      case $holder in '' | *[!0-9]*) continue ;; esac
      ! grep -q "$id" "/proc/$holder/cmdline" 2>/dev/null || kill "$holder" 2>/dev/null
    done
    rm -rf "$dir"
    if [ -e "$keys" ]; then grep -c "$mark" "$keys" || :; else printf '0\n'; fi
    ;;
  *) refuse "verb $verb" ;;
esac
