#!/bin/sh
# The units as they would be installed: verified, and at most 2.0 on systemd's exposure scale.
# usage: tests/system/units_test.sh
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
if ! command -v systemd-analyze >/dev/null; then
    echo "units: systemd-analyze is missing: make deps"
    exit 1
fi
dir=$(mktemp -d /tmp/units_XXXXXX)
trap 'rm -rf "$dir"' EXIT
failed=0

fail() {
    echo "units: $*"
    failed=1
}

# What every service has, and what only those have that run for ever.
always="NoNewPrivileges=yes ProtectSystem=strict"
for name in pitboard-hub pitboard-bay pitboard-screen pitboard-daily; do
    unit=$dir/$name.service
    for program in "$name" pitboard; do
        printf '#!/bin/sh\n' >"$dir/$program" && chmod +x "$dir/$program"
    done
    sed -e "s#@BINDIR@#$dir#g" -e 's#@SYSCONFDIR@#/etc#g' "$root/systemd/$name.service" >"$unit"
    grep -q '@[A-Z]*@' "$unit" && fail "$name: a place is left open: $(grep -m 1 '@[A-Z]*@' "$unit")"
    case $name in
    pitboard-daily) lines="Type=oneshot $always" ;;
    *) lines="Type=notify Restart=always StartLimitIntervalSec=0 $always" ;;
    esac
    for line in $lines; do
        grep -qx "$line" "$unit" || fail "$name: $line is missing"
    done
    said=$(systemd-analyze verify --man=no "$unit" 2>&1)
    # Only what is said of our unit counts: the machine's own units are not ours to judge.
    said=$(printf '%s\n' "$said" | grep -F "$name")
    [ -z "$said" ] || fail "$name: verify says: $said"
    systemd-analyze security --no-pager --offline=true --threshold=20 "$unit" >"$dir/security" 2>&1 ||
        fail "$name: exposure over 2.0: $(tail -n 1 "$dir/security")"
    echo "units: $name: exposure $(sed -n 's/.*service: \([0-9.]*\) .*/\1/p' "$dir/security")"
done
cp "$root/systemd/pitboard-daily.timer" "$dir/"
said=$(systemd-analyze verify --man=no "$dir/pitboard-daily.timer" 2>&1 | grep -F pitboard-daily)
[ -z "$said" ] || fail "pitboard-daily.timer: verify says: $said"
each=$(sed -n 's/^OnCalendar=//p' "$root/systemd/pitboard-daily.timer")
systemd-analyze calendar --iterations=1 "$each" >/dev/null 2>&1 || fail "pitboard-daily.timer: OnCalendar=$each means nothing"
for line in "WatchdogSec=15 hub" "WatchdogSec=15 bay" "WatchdogSec=30 screen"; do
    grep -qx "${line% *}" "$root/systemd/pitboard-${line#* }.service" || fail "pitboard-${line#* }: ${line% *} is missing"
done
if command -v systemd-sysusers >/dev/null; then
    mkdir -p "$dir/root/etc"
    systemd-sysusers --root="$dir/root" - <"$root/systemd/pitboard.sysusers" >"$dir/users" 2>&1 ||
        fail "sysusers: $(cat "$dir/users")"
    for group in pitboard pitboard-input; do
        grep -q "^$group:" "$dir/root/etc/group" || fail "sysusers makes no group $group"
    done
    # The udev rule gives devices to no group that nobody makes.
    sed -n 's/.*GROUP="\([^"]*\)".*/\1/p' "$root/systemd/pitboard.rules" | sort -u | while read -r group; do
        grep -q "^$group:" "$dir/root/etc/group" || echo "$group"
    done >"$dir/strange"
    [ ! -s "$dir/strange" ] || fail "the udev rule names group $(cat "$dir/strange"), which sysusers does not make"
fi
if command -v systemd-tmpfiles >/dev/null && [ "$(id -u)" = 0 ] && [ -f "$dir/root/etc/passwd" ]; then
    systemd-tmpfiles --root="$dir/root" --create - <"$root/systemd/pitboard.tmpfiles" >"$dir/tmpfiles" 2>&1 ||
        fail "tmpfiles: $(cat "$dir/tmpfiles")"
    mode=$(stat -c %a "$dir/root/var/lib/pitboard" 2>&1)
    [ "$mode" = 2750 ] || fail "tmpfiles makes the folder with mode $mode"
fi
[ $failed = 0 ] && echo "units: ok"
exit $failed
