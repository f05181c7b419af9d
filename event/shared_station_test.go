package event_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
)

func TestJobsShareServersEvenly(t *testing.T) {
	// By hand, one server: a (4 s) from 0, b (1 s) from 1, c (1 s) from 1. From 1 on each has a third, so that b and c depart at 4,
	// and a, which has 2 s of 4 then, at 6.
	s, err := event.NewSharedStation(1)
	require.NoError(t, err)
	require.Equal(t, event.Forever, s.Next())
	s.Arrive(0, 4*time.Second, 1)
	require.Equal(t, 4*time.Second, s.Next())
	s.Arrive(time.Second, time.Second, 2)
	s.Arrive(time.Second, time.Second, 3)
	var left []uint32
	var at []time.Duration
	for s.Len() > 0 {
		at = append(at, s.Next())
		left = append(left, s.Depart())
	}
	require.Equal(t, []uint32{2, 3, 1}, left)
	require.Equal(t, []time.Duration{4 * time.Second, 4 * time.Second, 6 * time.Second}, at)
	require.Equal(t, 6*time.Second, s.Busy(10*time.Second))

	// Two servers: as long as there are two jobs nobody shares; a third makes two thirds of each.
	s, err = event.NewSharedStation(2)
	require.NoError(t, err)
	s.Arrive(0, 2*time.Second, 1)
	s.Arrive(0, 2*time.Second, 2)
	s.Arrive(0, 2*time.Second, 3)
	require.Equal(t, 3*time.Second, s.Next())
	s.SetServers(time.Second+time.Second/2, 3) // they have 1 s each: the rest goes alone
	require.Equal(t, 5*time.Second/2, s.Next())
}

func TestSharedStationsRefuseWhatCannotBe(t *testing.T) {
	_, err := event.NewSharedStation(0)
	require.EqualError(t, err, "event: servers of a station is 0; want 1 or more")
	for _, c := range []struct{ now, service time.Duration }{{time.Second, time.Second}, {3 * time.Second, -1}, {3 * time.Second, math.MaxInt64}} {
		s, err := event.NewSharedStation(1)
		require.NoError(t, err)
		s.Arrive(2*time.Second, time.Second, 1)
		s.Arrive(c.now, c.service, 2)
		require.Error(t, s.Err(), "%v", c)
		require.Equal(t, 1, s.Len())
	}
	s, err := event.NewSharedStation(1)
	require.NoError(t, err)
	s.SetServers(0, 0)
	require.Error(t, s.Err())
}

func TestSharedStationsForgetNothingOverAYear(t *testing.T) {
	s, err := event.NewSharedStation(3)
	require.NoError(t, err)
	year := 366 * 24 * time.Hour
	for i := range uint32(1000) {
		s.Arrive(0, year, i)
	}
	require.Equal(t, event.Forever, s.Next(), "it would be 333 years")
	s, err = event.NewSharedStation(1)
	require.NoError(t, err)
	s.Arrive(0, year, 1)
	s.Arrive(year-time.Nanosecond, 1, 2)
	require.Equal(t, year+1, s.Next())
	require.EqualValues(t, 1, s.Depart())
	require.Equal(t, year+1, s.Next())
}

// TestSharedServersTakeAsLongAsTheorySays: the mean time of a job of length x in M/G/1 with processor sharing is x/(1-rho), whatever
// the law of the service (Kleinrock 1967; Sakata, Noguchi and Oizumi 1969).
func TestSharedServersTakeAsLongAsTheorySays(t *testing.T) {
	const rho = .7
	for name, service := range map[string]func(*random.Stream) float64{
		"exponential": (*random.Stream).Exp,
		"constant":    func(*random.Stream) float64 { return 1 },
		"two lengths": func(s *random.Stream) float64 { return []float64{.5, 5.5}[min(1, int(s.Float64()+.1))] }, // mean 1, 5.5 of 10 %
	} {
		var means, long []float64
		for replication := range uint64(20) {
			mean, longer := sharedStation(t, rho, service, replication)
			means = append(means, mean)
			if longer > 0 {
				long = append(long, longer)
			}
		}
		requireMean(t, 1/(1-rho), means, name)
		if name == "two lengths" {
			requireMean(t, 5.5/(1-rho), long, "the long ones")
		}
	}
}

// sharedStation returns the mean time in the system, of all jobs and of those longer than 5.
func sharedStation(t *testing.T, rho float64, service func(*random.Stream) float64, replication uint64) (mean, long float64) {
	arrivals, work := random.New(1, replication, 0, 0), random.New(1, replication, 0, 1)
	s, err := event.NewSharedStation(1)
	require.NoError(t, err)
	type job struct {
		came time.Duration
		long bool
	}
	const first, jobs = 4_000, 24_000
	of := make([]job, 0, jobs)
	now, sum, longSum, longs := time.Duration(0), 0.0, 0.0, 0
	depart := func() {
		at := s.Next()
		j := of[s.Depart()]
		sum += float64(at - j.came)
		if j.long {
			longs++
			longSum += float64(at - j.came)
		}
	}
	for len(of) < jobs {
		now += time.Duration(arrivals.Exp() / rho * unit)
		for s.Next() <= now {
			depart()
		}
		if len(of) == first {
			sum, longSum, longs = 0, 0, 0
		}
		x := service(&work)
		s.Arrive(now, time.Duration(x*unit), uint32(len(of)))
		of = append(of, job{now, x > 5})
	}
	for s.Len() > 0 {
		depart()
	}
	require.NoError(t, s.Err())
	if longs > 0 {
		long = longSum / float64(longs) / unit
	}
	return sum / float64(jobs-first) / unit, long
}
