#!/usr/bin/env bash
# Measures what sharding costs on this machine: one run of a study of 200 metros on one core and on two, then one, two and four shards of it side by
# side, each on one core, and their merge. It prints a table of Markdown; the machine should have nothing else to do.
#
#   measure.sh EDGEWISE
set -euo pipefail
edgewise=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > world.yaml << END
title: What sharding costs
duration: 180s
check_warm_up: false
replications: 4
network: {metros: {top: 200}}
workloads:
  - {name: site, preset: web-static, requests_per_second: 20000, objects: 100000}
  - {name: api, preset: api-dynamic, requests_per_second: 5000}
placements:
  - {name: region, origin: us-west-2, compute: us-west-2}
  - {name: pops, extends: region, edge_caches: {provider: aws, sites: all, size: 64MiB}}
  - {name: larger pops, extends: region, edge_caches: {provider: aws, sites: all, size: 512MiB}}
  - {name: mid-tier, extends: pops, mid_tier_caches: {sites: us-east-1, size: 4GiB}}
END
TIMEFORMAT='%R %U %S'
row() { # name, times of the shards, times of the merge
    awk -v name="$1" -v all="$2" -v merge="$3" 'BEGIN {
        split(all, a, " "); split(merge, m, " ")
        printf "| %s | %.1f | %.1f | %s |\n", name, a[1], a[2] + a[3], merge == "" ? "" : sprintf("%.1f", m[2] + m[3])
    }'
}
echo "| | wall, s | CPU, s | merge and report, CPU, s |"
echo "|---|---:|---:|---:|"
row "\`edgewise run\`, one core" "$( { export GOMAXPROCS=1; time "$edgewise" run world.yaml -o single -q -w 1; } 2>&1 | tail -n 1)" ""
row "\`edgewise run\`, two cores" "$( { time "$edgewise" run world.yaml -o double -q -w 2; } 2>&1 | tail -n 1)" ""
for count in 1 2 4; do
    shards() {
        local pids=() index
        for index in $(seq 0 $((count - 1))); do GOMAXPROCS=1 "$edgewise" shard world.yaml --store "store-$count" --index "$index" --count "$count" -w 1 -q & pids+=($!); done
        wait "${pids[@]}"
    }
    all=$( { time shards; } 2>&1 | tail -n 1)
    merge=$( { time "$edgewise" merge "store-$count" -o "merged-$count" -q; } 2>&1 | tail -n 1)
    diff -r single "merged-$count" > /dev/null || { echo "the report of $count shards differs" >&2; exit 1; }
    row "$count $([ "$count" = 1 ] && echo shard || echo shards), one core each" "$all" "$merge"
done
