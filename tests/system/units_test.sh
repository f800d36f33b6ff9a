#!/bin/sh
# The units as they would be installed: verified, and at most 2.0 on systemd's exposure scale.
# usage: tests/system/units_test.sh
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
if ! command -v systemd-analyze >/dev/null; then
    echo "units: skipped: there is no systemd-analyze here"
    exit 0
fi
dir=$(mktemp -d /tmp/units_XXXXXX)
trap 'rm -rf "$dir"' EXIT
failed=0

fail() {
    echo "units: $*"
    failed=1
}

for name in pitboard-hub pitboard-bay pitboard-screen; do
    unit=$dir/$name.service
    printf '#!/bin/sh\n' >"$dir/$name" && chmod +x "$dir/$name"
    sed -e "s#@BINDIR@#$dir#g" -e 's#@SYSCONFDIR@#/etc#g' "$root/systemd/$name.service" >"$unit"
    grep -q '@[A-Z]*@' "$unit" && fail "$name: a place is left open: $(grep -m 1 '@[A-Z]*@' "$unit")"
    for line in Type=notify Restart=always StartLimitIntervalSec=0 NoNewPrivileges=yes ProtectSystem=strict; do
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
