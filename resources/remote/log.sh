# log RUN EPOCH OFFSET LENGTH   Raw bytes. dd seeks by blocks on every system, so the end of a huge log is as near as its start.
ty_is_run "$1" && ty_is_number "$2" || exit 64
log=$ty_root/runs/$1/attempts/$2/log
[ -f "$log" ] || exit 66
block=65536
first=$(($3 / block)) within=$(($3 % block))
count=$(((within + $4 + block - 1) / block))
dd if="$log" bs=$block skip=$first count=$count 2>/dev/null | tail -c +$((within + 1)) | head -c "$4"
