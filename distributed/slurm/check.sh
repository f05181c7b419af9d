#!/usr/bin/env bash
# Starts Slurm on this machine, for root, and runs a study as an array of four tasks, of which one is killed in the
# middle and requeued; then compares every byte of the report with that of a single run. Stops Slurm again.
#
#   check.sh EDGEWISE SCENARIO
#
# It wants the packages slurm-wlm and munge. Exits with 77 where Slurm cannot be started.
set -euo pipefail
edgewise=$(realpath "$1") scenario=$(realpath "$2")
here=$(cd "$(dirname "$0")" && pwd)
skip() { echo "skipped: $*"; exit 77; }
for tool in slurmctld slurmd munged sbatch scontrol; do command -v $tool > /dev/null || skip "no $tool"; done
[ "$(id -u)" = 0 ] || skip "Slurm is started as root"

work=$(mktemp -d)
pids=()
stop() {
    status=$?
    for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
    wait || true
    if [ $status != 0 ] && [ $status != 77 ]; then tail -n 40 "$work"/*.log "$work"/*.out 2> /dev/null || true; fi
    rm -rf "$work"
}
trap stop EXIT

# Munge, which tells the daemons who somebody is, with a key and a socket of its own.
mkdir "$work/munge"
head -c 1024 /dev/urandom > "$work/munge/key"
chown -R munge: "$work/munge"
chmod 711 "$work"
chmod 700 "$work/munge/key"
chmod 755 "$work/munge"
runuser -u munge -- munged --foreground --key-file="$work/munge/key" --socket="$work/munge/socket" \
    --pid-file="$work/munge/pid" --seed-file="$work/munge/seed" --log-file="$work/munge/log" > "$work/munged.log" 2>&1 &
pids+=($!)

host=$(hostname -s)
cat > "$work/slurm.conf" << END
ClusterName=check
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=26817
SlurmdPort=26818
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SchedulerParameters=sched_interval=1
MpiDefault=none
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=check Nodes=ALL Default=YES MaxTime=30 State=UP
END
mkdir "$work/state" "$work/spool"
export SLURM_CONF=$work/slurm.conf
slurmctld -D -f "$SLURM_CONF" > "$work/slurmctld.log" 2>&1 &
pids+=($!)
slurmd -D -f "$SLURM_CONF" -N "$host" > "$work/slurmd.log" 2>&1 &
pids+=($!)

until_true() { # for at most so many seconds
    local seconds=$1; shift
    for _ in $(seq $((seconds * 5))); do if "$@"; then return 0; fi; sleep 0.2; done
    return 1
}
idle() { [ "$(sinfo --noheader --format=%t 2> /dev/null)" = idle ]; }
until_true 60 idle || { cat "$work"/slurm*.log; skip "Slurm does not start here"; }
echo "$(slurmctld -V) is up"

cd "$work"
"$edgewise" run "$scenario" --out single --quiet
export EDGEWISE=$edgewise
merge=$("$here/submit.sh" "$scenario" "$work/store" "$work/merged" 4 --output="$work/%A_%a.out")

# A task is killed by -9 once some cells are kept, and put into the queue again, as when its node fails.
cells() { find "$work/store" -name '*.cell' 2> /dev/null | wc -l; }
some() { [ "$(cells)" -ge 2 ]; }
until_true 120 some || { echo "no cell after two minutes"; exit 1; }
task=$(pgrep -f -- "$edgewise shard $scenario " | head -n 1)
[ -n "$task" ] || { echo "no task is running that could be killed"; exit 1; }
kill -9 "$task"
echo "process $task was killed with $(cells) cells kept"
requeued() { squeue --noheader --array --states=PENDING --format='%i %r' | grep -q '_.* BeginTime'; }
until_true 60 requeued || { squeue; echo "it is not in the queue again"; exit 1; }
# Slurm waits two minutes before it starts a task again; here it need not.
scontrol update "JobId=$(squeue --noheader --array --states=PENDING --format='%i %r' | grep '_.* BeginTime' | head -n 1 | cut -d ' ' -f 1)" StartTime=now

over() { [ -z "$(squeue --noheader --format='%i')" ]; }
until_true 300 over || { squeue; "$edgewise" status "$work/store"; echo "not over after five minutes"; exit 1; }
"$edgewise" status "$work/store"
[ -d merged ] || { echo "job $merge has written no report"; exit 1; }
diff -r single merged
echo "an array of four, one of them killed and requeued, wrote the report of a single run: $(find merged -type f | wc -l) files, the same to the bit"
