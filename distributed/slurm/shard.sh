#!/usr/bin/env bash
# A task of a Slurm array: one shard of a study. Submitted by submit.sh, or by hand:
#
#   SCENARIO=games.yaml STORE=/shared/games sbatch --export=ALL --array=0-7 shard.sh
#
# Which shard it is says SLURM_ARRAY_TASK_ID. What the task has finished is in the store, so that it goes on where it was
# when it is put into the queue again: by Slurm when its node fails; by itself when it was killed, for its memory for example, when a
# cell failed, or when its time was up; three times in all. A mistake in the scenario ends it at once.
#SBATCH --job-name=edgewise-shard
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@60
set -u

# As many runs at a time as Slurm gives cores; it does not always keep a task from using more.
"${EDGEWISE:-edgewise}" shard "$SCENARIO" --store "$STORE" --workers "${SLURM_CPUS_PER_TASK:-1}" ${ROUND:+--round "$ROUND"} &
shard=$!
trap 'kill -TERM $shard 2> /dev/null' TERM
wait $shard
status=$?
trap - TERM
if [ $status -gt 128 ] && kill -0 $shard 2> /dev/null; then # the wait was cut short by the signal, which the shard has now
    wait $shard
    status=$?
fi
if [ $status = 0 ] || [ $status = 2 ]; then exit $status; fi
if [ "${SLURM_RESTART_COUNT:-0}" -ge 3 ]; then exit $status; fi
echo "the shard ended with exit code $status; into the queue again"
scontrol requeue "$SLURM_JOB_ID" || exit $status
sleep 300 # until Slurm ends this one
