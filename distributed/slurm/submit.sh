#!/usr/bin/env bash
# Runs a study as a Slurm array, and writes its report when all tasks have ended well.
#
#   submit.sh SCENARIO STORE OUT TASKS [further options of sbatch for the tasks, such as --partition=short --cpus-per-task=4]
#
# STORE and OUT are on a disk that all nodes see; STORE may also be s3://BUCKET/PREFIX. EDGEWISE names the command if it
# is not on the PATH of the nodes. It prints the number of the job that writes the report.
set -euo pipefail
if [ $# -lt 4 ]; then sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
export SCENARIO=$1 STORE=$2 OUT=$3
tasks=$4
shift 4
case $tasks in ''|*[!0-9]*|0) echo "TASKS is $tasks; want a number of 1 or more" >&2; exit 2 ;; esac
here=$(cd "$(dirname "$0")" && pwd)

array=$(sbatch --parsable --export=ALL --array="0-$((tasks - 1))" "$@" "$here/shard.sh")
sbatch --parsable --export=ALL --dependency="afterok:$array" --kill-on-invalid-dep=yes --job-name=edgewise-merge \
    --wrap "exec '${EDGEWISE:-edgewise}' merge \"\$STORE\" --out \"\$OUT\" --quiet"
