package sim

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// The lab has asked nginx at these very instants. One worker serves in the order in which requests come, as one server does: the mean waits agree
// within half a millisecond. Several share a port, and one of them may take a request while it is still at another, although others are idle: so
// waits lie between those of as many servers with one queue and those of as many with a queue each.
func TestWaitsForWorkersAreThoseOfNginx(t *testing.T) {
	rows := labTable(t, "lab-workers.csv")
	require.Equal(t, []string{"workers", "load", "work_ms", "at_ms", "wait_ms"}, rows[0])
	seen, held := make(map[int]int), time.Duration(0)
	for _, row := range rows[1:] {
		workers, err := strconv.Atoi(row[0])
		require.NoError(t, err)
		least, at, waits := labTimes(t, row[2])[0], labTimes(t, row[3]), labTimes(t, row[4])
		if workers == 1 {
			held = heldFor(at, waits, least)
		}
		require.InDelta(t, float64(least), float64(held), 1e6, "the least answer takes a connection besides")
		require.Len(t, waits, len(at))
		require.Greater(t, len(at), 300)
		seen[workers]++
		measured := meanTime(waits)
		pooled := meanWaitOf(t, placement.Pool{Servers: workers}, held, at)
		// With a queue each, requests go to any worker, whoever is idle.
		draws, own, apart := rand.New(rand.NewPCG(1, 1)), make([][]time.Duration, workers), time.Duration(0)
		for _, instant := range at {
			k := draws.IntN(workers)
			own[k] = append(own[k], instant)
		}
		for _, of := range own {
			apart += meanWaitOf(t, placement.Pool{Servers: 1}, held, of) * time.Duration(len(of)) / time.Duration(len(at))
		}
		name := row[0] + " workers at a load of " + row[1]
		t.Logf("%s: mean wait %v, of nginx %v, of queues apart %v", name, pooled, measured, apart)
		require.Greater(t, measured, pooled-time.Millisecond, name)
		if workers == 1 {
			require.InDelta(t, float64(pooled), float64(measured), .5e6, name)
		} else {
			require.Less(t, measured, apart, name)
		}
	}
	require.Equal(t, map[int]int{1: 3, 2: 3, 4: 3}, seen)
}

// heldFor returns how long one worker is held by a request, as answers tell: on the mean, the time between one that has waited and the one before.
func heldFor(at, waits []time.Duration, least time.Duration) time.Duration {
	type answer struct{ left, waited time.Duration }
	answers := make([]answer, len(at))
	for k := range at {
		answers[k] = answer{at[k] + waits[k] + least, waits[k]}
	}
	slices.SortFunc(answers, func(a, b answer) int { return cmp.Compare(a.left, b.left) })
	var gaps []time.Duration
	for k := 1; k < len(answers); k++ {
		if answers[k].waited > least/4 {
			gaps = append(gaps, answers[k].left-answers[k-1].left)
		}
	}
	return meanTime(gaps)
}

// meanWaitOf returns the mean wait of requests that come to a pool at given instants, each for the same work.
func meanWaitOf(t *testing.T, pool placement.Pool, work time.Duration, at []time.Duration) time.Duration {
	t.Helper()
	s := Scenario{Network: fourNodes(t), Duration: at[len(at)-1] + time.Second, Seed: 1, Workloads: []workload.Workload{{
		Head: workload.Head{Name: "script"}, Demand: timed{at: at}, Service: workload.Computed{Work: workload.ServiceTime{Mean: work}},
	}}}
	r := runOne(t, s, placement.Placement{Name: "p"}.With(placement.Assignment{Site: "region", Role: placement.Compute, Pools: []placement.Pool{pool}}))
	tally := &r.Workloads[0].Metros[0]
	require.Equal(t, uint64(len(at)), tally.Answered())
	return time.Duration(tally.Causes[Queue]) / time.Duration(len(at))
}

// labTimes reads times in ms.
func labTimes(t *testing.T, text string) (all []time.Duration) {
	t.Helper()
	for word := range strings.FieldsSeq(text) {
		ms, err := strconv.ParseFloat(word, 64)
		require.NoError(t, err)
		all = append(all, time.Duration(ms*1e6))
	}
	return all
}

func meanTime(all []time.Duration) (sum time.Duration) {
	for _, x := range all {
		sum += x / time.Duration(len(all))
	}
	return sum
}
