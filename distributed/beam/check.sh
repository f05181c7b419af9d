#!/usr/bin/env bash
# Runs a study, a sweep and a search on Apache Beam with a runner and workers that are processes of their own, kills workers in the
# middle, and compares every byte of the reports with those of single runs.
#
#   check.sh [SCENARIO]
#
# It wants Go alone. Exits with 77 where processes cannot talk to each other here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scenario=$(realpath "${1:-$here/testdata/study.yaml}")
deciding=$here/testdata/deciding.yaml
sweep=$here/testdata/sweep.yaml
search=$here/testdata/search.yaml
skip() { echo "skipped: $*"; exit 77; }

work=$(mktemp -d)
pids=()
stop() {
    status=$?
    for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
    wait || true
    if [ $status != 0 ] && [ $status != 77 ]; then tail -n 30 "$work"/*.log 2> /dev/null || true; fi
    rm -rf "$work"
}
trap stop EXIT
until_true() { # for at most so many seconds
    local seconds=$1; shift
    for _ in $(seq $((seconds * 10))); do if "$@"; then return 0; fi; sleep 0.1; done
    return 1
}
listens() { (exec 3<> "/dev/tcp/localhost/$1") 2> /dev/null; }
free_port() {
    for _ in $(seq 50); do
        local port=$((20000 + RANDOM % 10000))
        listens $port || { echo $port; return; }
    done
}

(cd "$here/../.." && go build -o "$work/edgewise" ./cmd/edgewise)
(cd "$here" && go build -o "$work/edgewise-beam" ./edgewise-beam && go build -o "$work/prism" github.com/apache/beam/sdks/v2/go/cmd/prism)

prism=$(free_port) pool=$(free_port)
"$work/prism" --job_port="$prism" --serve_http=false > "$work/prism.log" 2>&1 &
runner=$!
pids+=($runner)
"$work/edgewise-beam" --pool="localhost:$pool" > "$work/pool.log" 2>&1 &
pids+=($!)
until_true 30 listens "$prism" && until_true 30 listens "$pool" || { cat "$work"/*.log; skip "Prism or the pool of workers does not listen here"; }

beam() {
    timeout 180 "$work/edgewise-beam" --runner=prism --endpoint="localhost:$prism" \
        --environment_type=EXTERNAL --environment_config="localhost:$pool" "$@"
}
# The two commands are two builds, and where a build does not know its commit the manifest has the hash of the program.
same() {
    sed -i '/"executable_sha256"/d' "$1/manifest.json" "$2/manifest.json"
    diff -r "$1" "$2"
}

"$work/edgewise" run "$scenario" --out "$work/single" --quiet
"$work/edgewise" run "$deciding" --out "$work/single-deciding" --quiet
"$work/edgewise" sweep "$sweep" --out "$work/single-sweep" --quiet
"$work/edgewise" search "$search" --out "$work/single-search" --quiet

# kill_one STORE CELLS STARTED: kills by -9 the last worker that was started, once there are so many cells and three workers more than
# before, and it is at work.
cells() { find "$1" -name '*.cell' 2> /dev/null | wc -l; }
started() { grep -c 'is process' "$work/pool.log" || true; }
kill_one() {
    local store=$1 least=$2 before=$3
    some() { [ "$(cells "$store")" -ge "$least" ] && [ "$(started)" -ge $((before + 3)) ]; }
    until_true 120 some || { echo "no three workers with $least cells after two minutes"; exit 1; }
    worker=$(sed -n 's/.*worker .* is process //p' "$work/pool.log" | tail -n 1)
    at_work() { grep -qr "process $worker, Apache Beam" "$store"; }
    until_true 60 at_work || { echo "worker $worker has begun no cell after a minute"; exit 1; }
    kill -9 "$worker"
    there=$(cells "$store")
}

# Three pipelines, each with a worker, of which one is killed. Prism fails its job; tried once, the command fails.
before=$(started)
beam --quiet "$scenario" --pipelines=3 --attempts=1 --store "$work/store" --out "$work/out" > "$work/killed.log" 2>&1 &
driver=$!
kill_one "$work/store" 3 "$before"
if wait $driver; then echo "the job went on after its worker was killed, which Prism does not do: has it ended before?"; exit 1; fi
kill -0 $runner || { echo "Prism has ended with the worker"; exit 1; }
[ ! -e "$work/out" ] || { echo "there is a report of a job that has failed"; exit 1; }
echo "worker $worker of 3 was killed with $there cells kept; the others ran on, to $(cells "$work/store"); the command failed"
beam --quiet "$scenario" --pipelines=3 --store "$work/store" --out "$work/out" > "$work/again.log" 2>&1
same "$work/single" "$work/out"
echo "run again, it wrote the report of a single run: $(find "$work/out" -type f | wc -l) files, the same to the bit"

# The same with the attempts that there are by default: the command goes on by itself.
before=$(started)
beam "$scenario" --pipelines=3 --store "$work/lost" --out "$work/out-lost" > "$work/lost.log" 2>&1 &
driver=$!
kill_one "$work/lost" 3 "$before"
wait $driver || { echo "the command did not go on after worker $worker was killed"; exit 1; }
grep -o 'round 0: .* cells are missing and are run again.*' "$work/lost.log" || { echo "nothing was missing after worker $worker was killed with $there cells kept"; exit 1; }
same "$work/single" "$work/out-lost"
echo "with worker $worker of 3 killed the command went on by itself, to the same bits"

beam --quiet "$deciding" --pipelines=2 --store "$work/deciding" --out "$work/out-deciding" > "$work/deciding.log" 2>&1
same "$work/single-deciding" "$work/out-deciding"
beam --quiet "$scenario" --out "$work/out-through" > "$work/through.log" 2>&1
same "$work/single" "$work/out-through"
echo "so did rounds of a study that decides itself, and a pipeline without a store"

beam --quiet "$sweep" --pipelines=2 --store "$work/swept" --out "$work/out-swept" > "$work/swept.log" 2>&1
same "$work/single-sweep" "$work/out-swept"
beam --quiet "$sweep" --out "$work/out-swept-through" > "$work/swept-through.log" 2>&1
same "$work/single-sweep" "$work/out-swept-through"
beam "$search" --search --pipelines=2 --store "$work/searched" --out "$work/out-searched" > "$work/searched.log" 2>&1
same "$work/single-search" "$work/out-searched"
grep -q 'round 1: ' "$work/searched.log" || { echo "the search had one round; want one that decides itself in several"; exit 1; }
echo "so did a sweep, and a search in rounds"

# A process ends a moment after its pipeline.
gone() { ! pgrep -f "^$work/edgewise-beam --worker=true" > /dev/null; }
until_true 20 gone || { pgrep -af "$work/edgewise-beam"; echo "workers are left"; exit 1; }
