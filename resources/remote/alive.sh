# must_be_alive: answers and ends unless attempt `epoch` of `run` may be alive here. Sets home and attempt.
must_be_alive() {
  ty_is_run "$run" && ty_is_number "$epoch" || { echo 'refused failed bad arguments'; exit 0; }
  home=$ty_root/runs/$run
  attempt=$home/attempts/$epoch
  [ -d "$attempt" ] && ty_read_start "$attempt" || { echo 'refused unknown'; exit 0; }
  ty_identify
  if [ "$ty_a_host" != "$ty_host" ]; then echo 'refused elsewhere'; exit 0; fi
  if ty_get "$attempt/exit" || ! ty_may_live "$run" "$epoch"; then echo 'refused notalive'; exit 0; fi
}

# The process that record $1 of the attempt names (beater, timer), in `guard`, if it is alive.
find_guard() {
  guard=
  ty_get "$attempt/$1" || return 1
  ty_is_alive "${ty_record%% *}" "${ty_record#* }" && guard=${ty_record%% *}
  [ -n "$guard" ]
}
wake() {
  find_guard "$1" && kill -"$2" "$guard" 2>/dev/null
}
