package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
)

// A share is which part of a study's cells a process runs: the index-th of count.
type share struct{ index, count int }

func (s share) String() string { return fmt.Sprintf("shard %d of %d", s.index, s.count) }

// holds reports whether the share has the n-th cell: shares of one count have each cell once, and differ by one at most.
func (s share) holds(n int) bool { return n%s.count == s.index }

// mostShards bounds the count of shares.
const mostShards = 1_000_000

// shareOf completes a share from what the scheduler says in the environment: the array of Slurm, of AWS Batch, or the
// Indexed Job of Kubernetes, which does not say how many it has. nil stands for what the command line does not say.
func shareOf(index, count *int) (share, error) {
	s := share{index: -1}
	if index == nil || count == nil {
		found, err := shareFromScheduler()
		if err != nil {
			return s, err
		}
		s = found
	}
	if index != nil {
		s.index = *index
	}
	if count != nil {
		s.count = *count
	}
	switch {
	case s.index < 0 && index == nil:
		return s, errors.New("which shard is this? want --index and --count, or the variables of an array job: SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX or AWS_BATCH_JOB_ARRAY_INDEX")
	case s.count == 0 && count == nil:
		return s, errors.New("of how many shards? want --count, as many as the job has tasks")
	case s.count < 1 || s.count > mostShards:
		return s, fmt.Errorf("--count is %d; want 1 to %d", s.count, mostShards)
	case s.index < 0 || s.index >= s.count:
		return s, fmt.Errorf("--index is %d; want 0 to %d, one less than --count", s.index, s.count-1)
	}
	return s, nil
}

// shareFromScheduler returns what the environment says: an index of -1 or a count of 0 where it does not.
func shareFromScheduler() (share, error) {
	var err error
	number := func(name string, otherwise int) int {
		text, ok := os.LookupEnv(name)
		if !ok || text == "" || err != nil {
			return otherwise
		}
		n, bad := strconv.Atoi(text)
		if bad != nil || n < 0 || n > mostShards*1000 {
			err = fmt.Errorf("%s is %.40q; want a number of 0 or more", name, text)
		}
		return n
	}
	s := share{index: -1}
	switch {
	case os.Getenv("SLURM_ARRAY_TASK_ID") != "":
		first, step := number("SLURM_ARRAY_TASK_MIN", 0), max(1, number("SLURM_ARRAY_TASK_STEP", 1))
		id := number("SLURM_ARRAY_TASK_ID", 0)
		s = share{(id - first) / step, number("SLURM_ARRAY_TASK_COUNT", 0)}
		if err == nil && (id < first || (id-first)%step != 0) {
			err = fmt.Errorf("SLURM_ARRAY_TASK_ID is %d, which is not SLURM_ARRAY_TASK_MIN, %d, and steps of %d; want an array like 0-7, or --index and --count", id, first, step)
		}
		if last := number("SLURM_ARRAY_TASK_MAX", -1); err == nil && last >= 0 && s.count > 0 && (last-first)/step+1 != s.count {
			// An array like 1,3,7: its gaps would be cells that nobody runs.
			err = fmt.Errorf("the array has gaps: %d tasks of %d to %d; want one like 0-7, or --index and --count", s.count, first, last)
		}
	case os.Getenv("AWS_BATCH_JOB_ARRAY_INDEX") != "":
		s = share{number("AWS_BATCH_JOB_ARRAY_INDEX", 0), number("AWS_BATCH_JOB_ARRAY_SIZE", 0)}
	case os.Getenv("JOB_COMPLETION_INDEX") != "":
		s = share{number("JOB_COMPLETION_INDEX", 0), 0}
	}
	return s, err
}
