# How ~/.ssh/authorized_keys is changed so that no key in it is lost, whatever is killed and whoever else writes to it. The first part of
# copy-key.sh, which says: $id and $mark, a session's; $keys, the file; $line, what is to be added; refuse; sessions_over.

# authorized_keys may be a link; what is renamed over it must be what it leads to.
real_keys() {
  hops=0
  while [ -L "$keys" ] && [ "$hops" -lt 20 ]; do
    to=$(readlink "$keys") || refuse 'write authorized_keys is a link that cannot be read'
    case $to in /*) keys=$to ;; *) keys=${keys%/*}/$to ;; esac
    hops=$((hops + 1))
  done
}

# Of a process what tells it from a later one with its number. A dash where it has ended, and without /proc.
started() {
  stat=
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null
  set -- ${stat##*)}
  # Where nobody buries them the dead go on having a number.
  if [ "${1-}" = Z ] || [ -z "${20-}" ]; then printf -; else printf '%s' "${20}"; fi
}
# Where a process's number means what it means here: until the next boot, in this container. And which machine this is.
boot= host= machine=
{ read -r boot </proc/sys/kernel/random/boot_id; read -r host </proc/sys/kernel/hostname; read -r machine </etc/machine-id; } 2>/dev/null
here="${boot:--} $(readlink /proc/self/ns/pid 2>/dev/null || echo -)"
machine=${machine:+$host/$machine}
me="$$ $(started $$) ${machine:--} $here"
turn=$HOME/.trainyard/copies/.keys-turn

# $1: a link that names its owner. Exit 0 where that is gone for sure, or where nobody needs it so long.
is_over() {
  owner=$(readlink "$1" 2>/dev/null) || return 1
  minutes=1
  set -- "$1" $owner
  if [ -z "$boot" ]; then :
  elif [ "${5-} ${6-}" = "$here" ]; then
    [ "$(started "$2")" = "$3" ] || return 0
    minutes=10
  # This machine, before its last boot.
  elif [ "${4-}" = "$machine" ] && [ "${5-}" != "$boot" ]; then return 0
  fi
  [ -n "$(find "$1" -prune -mmin "+$minutes" 2>/dev/null)" ]
}

# Copies of the same user take turns; an editor that knows nothing of this is found by comparing (below).
lock_keys() {
  mkdir -p "${turn%/*}" || refuse 'write no directory for copies'
  turns=0
  until ln -s "$me" "$turn" 2>/dev/null || [ "$(readlink "$turn" 2>/dev/null)" = "$me" ]; do
    if is_over "$turn"; then
      # Of those who find that out only one takes it away, who looks once more.
      if ln -s "$me" "$turn.over" 2>/dev/null; then
        ! is_over "$turn" || rm -f "$turn"
        rm -f "$turn.over"
      else
        ! is_over "$turn.over" || rm -f "$turn.over"
      fi
    fi
    turns=$((turns + 1))
    [ "$turns" -lt 600 ] || refuse 'write authorized_keys is locked'
    sleep 0.1 2>/dev/null || sleep 1
  done
  trap '[ "$(readlink "$turn" 2>/dev/null)" != "$me" ] || rm -f "$turn"' EXIT
  # What is begun is brought to its end: it takes no time.
  trap '' HUP INT TERM
}

# $1: a file. Exit 0 where its last byte is a newline, or it is empty.
ends_well() { [ ! -s "$1" ] || [ -z "$(tail -c 1 "$1")" ]; }
sum_of() { { cksum <"$1" || cksum </dev/null; } 2>/dev/null; }
same() {
  sum=$(sum_of "$1")
  [ -n "$sum" ] && [ "$sum" = "$(sum_of "$2")" ]
}

# What $old is without the lines of sessions in $over; $last: 1 where its last line has an end. What notes said of a line that goes is
# true of the next of ours behind it.
without_ours() {
  awk -v over=" trainyard-copy-($over)([+]made)?([+]bare)?\$" -v last="$last" '
    { text = $0; mine = 0; note = "" }
    match(text, / trainyard-copy-[0-9a-z]+([+]made)?([+]bare)?$/) { note = substr(text, RSTART + 1) }
    text ~ over { made = made || note ~ /[+]made/; bare = bare || note ~ /[+]bare/; mine = 1; next }
    note && (made || bare) {
      made = made || note ~ /[+]made/; bare = bare || note ~ /[+]bare/
      sub(/([+]made)?([+]bare)?$/, "", text)
      text = text (made ? "+made" : "") (bare ? "+bare" : "")
    }
    { if (open) printf "\n"; printf "%s", text; open = 1; bare = 0; made = 0 }
    END { if (open && !bare && (last || mine)) printf "\n" }
  ' "$old"
}

# Rewrites authorized_keys without our line and those of sessions that are over, and with the one in $line where there is one. All other
# bytes stay as they are. Notes behind our mark say what is to be undone with it: "+made" (there was no such file), "+bare" (what was its
# last line had no newline).
rewrite_keys() {
  real_keys
  # Whoever was here before has been killed in the middle: in turn nobody else is in here.
  for left in "$keys".trainyard-copy-*.[0-9]*; do
    case $left in *.new | *.held) left=${left%.*} ;; esac
    ! { [ -e "$left" ] || [ -e "$left.new" ] || [ -e "$left.held" ]; } || settle "$left" || :
  done
  tries=0
  while :; do
    over=$(sessions_over)
    [ -n "$line" ] || grep -Eq " trainyard-copy-($over)([+]made)?([+]bare)?\$" "$keys" 2>/dev/null || return 0
    tries=$((tries + 1))
    [ "$tries" -le 50 ] || refuse 'write authorized_keys is changed all the time'
    old=$keys.$mark.$$ new=$keys.$mark.$$.new held=$keys.$mark.$$.held notes= fresh=
    # In this order: the old one stands alone with what is held only where the new one has been put in its place.
    if [ -e "$keys" ]; then
      # Whatever is still written to it in the moment in which it is replaced can be read here.
      ln "$keys" "$held" 2>/dev/null
      # Twice, so that the new one has the mode and owner, too.
      cp -p "$keys" "$new" 2>/dev/null && cp -p "$new" "$old" 2>/dev/null || give_up
    else
      mkdir -p "${keys%/*}" 2>/dev/null
      { : >"$new" && : >"$old"; } 2>/dev/null || give_up
      fresh=1
    fi
    last=0
    ! ends_well "$old" || last=1
    without_ours >"$new" || give_up
    # Where the disk is full busybox's awk ends as if all were well.
    [ "$(without_ours | cksum)" = "$(sum_of "$new")" ] || give_up
    if [ ! -s "$new" ] && { [ -n "$fresh" ] || grep -Eq " trainyard-copy-($over)[+]made" "$old"; }; then notes=+made; fi
    made=$notes
    if [ -n "$line" ]; then
      ends_well "$new" || { printf '\n' >>"$new" && notes=$notes+bare; } || give_up
      printf '%s %s%s\n' "$line" "$mark" "$notes" >>"$new" || give_up
    fi
    # An older sync takes no file. Over a network only this tells that there was no room.
    said=$(sync "$new" 2>&1) || case $said in *'o space left on device'* | *'uota exceeded'* | *'nput/output error'*) give_up ;; esac
    # Somebody else may have written to it meanwhile: then once more from the start.
    if same "$old" "$keys"; then
      if [ -z "$line" ] && [ -n "$made" ]; then
        rm -f "$new" && rm -f "$keys"
      elif [ -n "$fresh" ]; then
        # Not over one that somebody has made in this moment.
        ln "$new" "$keys" 2>/dev/null || [ -e "$keys" ] || mv -f "$new" "$keys" || give_up
        if [ -e "$new" ] && ! [ "$new" -ef "$keys" ]; then fresh=lost; fi
        rm -f "$new"
      else
        mv -f "$new" "$keys" || give_up
      fi
      settle "$old" && [ "$fresh" != lost ] && return 0
      continue
    fi
    rm -f "$held" "$old" "$new"
  done
}

# $1: the old one beside authorized_keys, of a replacement that has been done or broken off. What was appended to the file as it was
# replaced comes after it. Exit 1 where the file was rewritten instead, and is put back: to begin anew.
settle() {
  if [ -e "$1.held" ] && [ -e "$1" ] && [ ! -e "$1.new" ] && ! [ "$1.held" -ef "$keys" ] && ! same "$1.held" "$1"; then
    size=$(wc -c <"$1")
    more=$(($(wc -c <"$1.held") - size))
    if [ -e "$keys" ] && [ "$more" -gt 0 ] && [ "$(head -c "$((size))" "$1.held" | cksum)" = "$(sum_of "$1")" ]; then
      # Whoever was killed here may have done it already.
      if [ "$(tail -c "$more" "$keys" | cksum)" != "$(tail -c "$more" "$1.held" | cksum)" ]; then
        { ! ends_well "$1" || ends_well "$keys" || printf '\n'; tail -c "$more" "$1.held"; } >>"$keys" || refuse "write $keys cannot be changed"
      fi
    elif [ ! -e "$keys" ] || [ "$(theirs "$keys")" = "$(theirs "$1")" ]; then
      mv -f "$1.held" "$keys" || refuse "write $keys cannot be changed"
      rm -f "$1"
      return 1
    else
      # Rewritten twice, here and there, since somebody was killed in between: no key of either is lost.
      more=$(theirs "$1.held" lines | keys=$keys awk 'BEGIN { while ((getline text <ENVIRON["keys"]) > 0) has[text] = 1 } !has[$0]')
      [ -z "$more" ] || { ends_well "$keys" || printf '\n'; printf '%s\n' "$more"; } >>"$keys" || refuse "write $keys cannot be changed"
    fi
  fi
  rm -f "$1.held" "$1" "$1.new" || :
}
# $1: a file. What in it is none of ours; its sum, or itself.
theirs() {
  grep -Ev ' trainyard-copy-[0-9a-z]+([+]made)?([+]bare)?$' "$1" | if [ -n "${2-}" ]; then cat; else cksum; fi
}

give_up() {
  rm -f "$held" "$old" "$new" 2>/dev/null
  refuse "write $keys cannot be changed"
}

