# make_environment SHELL…: runs the setup script unless it has succeeded on this box before. Only one at a time per key;
# done only when it ended with 0; a failed or killed one is tried again by the next attempt. One that leaves something in the
# working directory (a .venv, a clone, a build) is done for this run only: another run has a directory of its own.
make_environment() {
  place=$ty_root/envs/$setup_key
  for_this_run=${attempt%/attempts/*}/setup-$setup_key
  mkdir -p "$place" || {
    complain "The directory $place for the setup cannot be made."
    exit 125
  }
  [ -f "$for_this_run" ] && return 0
  [ -f "$place/done" ] && return 0
  lock_environment
  if [ -f "$place/done" ]; then
    unlock_environment
    return 0
  fi
  TRAINYARD_SETUP_DIR=$place
  export TRAINYARD_SETUP_DIR
  : >"$place/began"
  "$@" -c "$in_environment" "$attempt/setup.sh" 8>&-
  setup_code=$?
  ty_get "$attempt/state"
  # The supervisor says why.
  case $ty_record in *\?*) exit 125 ;; esac
  if [ "$setup_code" -eq 0 ]; then
    ty_clock
    done=$place/done
    [ -n "$(find . -newer "$place/began" 2>&1 | head -n 1)" ] && done=$for_this_run
    { printf '%s %s\n' "$TRAINYARD_RUN_ID" "$ty_now" >"$place/.done.$$" && ty_sync "$place/.done.$$" &&
      mv "$place/.done.$$" "$done"; } || printf 'trainyard: this setup could not be marked as done\n'
    unlock_environment
    return 0
  fi
  unlock_environment
  last=$(tail -n 8 "$attempt/log" 2>/dev/null | tail -c 800)
  { printf '%-1023s\n' "Setup failed with code $setup_code: $(printf '%s' "$last" | tr '\n\r\t' '   ')" 1<>"$attempt/complaint"; } 2>/dev/null
  exit "$setup_code"
}

if command -v flock >/dev/null 2>&1 && [ -z "${TY_NO_FLOCK-}" ]; then
  lock_environment() {
    exec 8>>"$place/lock"
    flock -n 8 || {
      printf 'trainyard: waiting for the same setup in another run\n'
      flock 8
    }
  }
  unlock_environment() { exec 8>&-; }
else
  lock_environment() {
    told=
    ty_identify
    ty_look_up $$
    until ln -s "$$ $ty_started $ty_boot" "$place/lock.owner" 2>/dev/null; do
      owner=$(readlink "$place/lock.owner")
      mine=$ty_started
      set -- $owner
      if [ "${3-}" != "$ty_boot" ] || ! ty_is_alive "${1-}" "${2-}"; then
        [ "$(readlink "$place/lock.owner")" = "$owner" ] && rm -f "$place/lock.owner"
      else
        [ -n "$told" ] || printf 'trainyard: waiting for the same setup in another run\n'
        told=1
        sleep 1
      fi
      ty_started=$mine
    done
  }
  unlock_environment() { rm -f "$place/lock.owner"; }
fi
