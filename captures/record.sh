#!/bin/sh
# Records the captures under captures/aws: replays the conversations of replay.py (and messages.py) over real TCP connections between
# network namespaces that have the addresses of the nodes, with tcpdump where the note's captures were made: at the
# target, and for API Gateway's responses at the client.
#
# Linux, as root: sh captures/record.sh. Needs ip, tcpdump, python3. Nothing leaves the namespaces, whose names begin with
# HOPSPEC_NETNS (hopspec, if that is not set): recordings at the same time need different ones.
set -eu
cd "$(dirname "$0")"
for tool in ip tcpdump python3; do
    command -v "$tool" >/dev/null || { echo "record.sh needs $tool, which is not on the path" >&2; exit 1; }
done

bridge=hopspec
prefix=${HOPSPEC_NETNS:-hopspec}
node() { echo "$prefix-$(echo "$1" | tr . -)"; }

cleanup() {
    for name in $(ip netns list | awk -v "prefix=$prefix-" 'index($1, prefix) == 1 { print $1 }'); do
        # Where the recording was broken off, programs are still in it.
        for id in $(ip netns pids "$name"); do kill "$id" 2>/dev/null || true; done
        ip netns delete "$name"
    done
}
trap cleanup EXIT
trap 'exit 1' INT TERM
cleanup

# One namespace a node, all on one bridge, which has a namespace of its own.
ip netns add "$prefix-$bridge"
ip -n "$prefix-$bridge" link add "$bridge" type bridge
ip -n "$prefix-$bridge" link set "$bridge" up
count=0
for address in $(python3 replay.py list | awk '{ for (i = 3; i <= NF; i++) print $i }' | sort -u); do
    count=$((count + 1))
    name=$(node "$address")
    mac=$(echo "$address" | awk -F. '{ printf "02:00:%02x:%02x:%02x:%02x", $1, $2, $3, $4 }')
    ip netns add "$name"
    ip -n "$name" link set lo up
    ip -n "$name" link add eth0 address "$mac" type veth peer name "port$count" netns "$prefix-$bridge"
    ip -n "$prefix-$bridge" link set "port$count" master "$bridge" up
    ip netns exec "$name" sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
    ip -n "$name" address add "$address/32" dev eth0
    ip -n "$name" link set eth0 up
    ip -n "$name" route add default dev eth0
    # Checksums as on a wire, where the tool for it is there.
    command -v ethtool >/dev/null && ip netns exec "$name" ethtool -K eth0 tx off >/dev/null 2>&1 || true
done

python3 replay.py list | while read -r path recorder server clients; do
    first=${clients%% *}
    if [ "$recorder" = client ]; then at=$first; else at=$server; fi
    mkdir -p "$(dirname "$path")"
    log=$(mktemp)
    # --immediate-mode: else the last packets may still be in the kernel when tcpdump ends. -B, in KiB: in that mode each
    # packet takes the room of the longest, and the usual 2 MiB are room for eight.
    ip netns exec "$(node "$at")" tcpdump -i eth0 --immediate-mode -B 16384 -U -n -Z root -w "$path" tcp 2>"$log" &
    dump=$!
    until grep -q 'listening on' "$log"; do sleep 0.05; done
    ready=$(mktemp)
    ip netns exec "$(node "$server")" python3 replay.py serve "$path" >"$ready" &
    serving=$!
    until grep -q ready "$ready"; do sleep 0.05; done
    number=0
    for client in $clients; do
        ip netns exec "$(node "$client")" python3 replay.py send "$path" "$number"
        number=$((number + 1))
    done
    wait "$serving"
    sleep 0.1
    kill -INT "$dump"
    wait "$dump" || true
    rm -f "$log" "$ready"
    echo "$path: $(wc -c <"$path") bytes"
done
