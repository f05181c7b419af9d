package event_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
)

func TestJobsStartWhenServersCome(t *testing.T) {
	// By hand: one server, four jobs of 4 s at once. From 2 s on there are three servers, from 5 s on one again, which the two that are
	// at work then do not leave before they have ended.
	s, err := event.NewElasticStation(1)
	require.NoError(t, err)
	require.Equal(t, event.Forever, s.Next())
	for id := range uint32(5) {
		s.Arrive(0, 4*time.Second, id)
	}
	s.SetServers(2*time.Second, 3)
	require.Equal(t, 3, s.Working())
	var left []uint32
	var at []time.Duration
	depart := func() {
		at = append(at, s.Next())
		left = append(left, s.Depart())
	}
	depart() // 0 at 4 s; 3 begins
	s.SetServers(5*time.Second, 1)
	require.Equal(t, []int{3, 1, 4}, []int{s.Working(), s.Servers(), s.Len()})
	for s.Len() > 0 {
		depart()
	}
	require.Equal(t, []uint32{0, 1, 2, 3, 4}, left)
	require.Equal(t, []time.Duration{4 * time.Second, 6 * time.Second, 6 * time.Second, 8 * time.Second, 12 * time.Second}, at)
	require.NoError(t, s.Err())
}

func TestElasticStationsAreStationsWhereNothingChanges(t *testing.T) {
	s := random.New(1, 0, 0, 0)
	elastic, err := event.NewElasticStation(3)
	require.NoError(t, err)
	fixed, err := event.NewStation(3)
	require.NoError(t, err)
	now, want, got := time.Duration(0), make(map[uint32]time.Duration), make(map[uint32]time.Duration)
	for id := range uint32(10_000) {
		now += time.Duration(s.Exp() * 1e6)
		service := time.Duration(s.Exp() * 2.7e6)
		for elastic.Next() <= now {
			at := elastic.Next()
			got[elastic.Depart()] = at
		}
		elastic.Arrive(now, service, id)
		_, want[id] = fixed.Arrive(now, service)
	}
	for elastic.Len() > 0 {
		at := elastic.Next()
		got[elastic.Depart()] = at
	}
	require.Equal(t, want, got)
}

func TestElasticStationsRefuseWhatCannotBe(t *testing.T) {
	_, err := event.NewElasticStation(0)
	require.EqualError(t, err, "event: servers of a station is 0; want 1 or more")
	for _, c := range []struct{ now, service time.Duration }{{time.Second, time.Second}, {3 * time.Second, -1}, {3 * time.Second, 1 << 62}} {
		s, err := event.NewElasticStation(1)
		require.NoError(t, err)
		s.Arrive(2*time.Second, time.Second, 1)
		s.Arrive(c.now, c.service, 2)
		require.Error(t, s.Err(), "%v", c)
		require.Equal(t, 1, s.Len())
	}
	s, err := event.NewElasticStation(1)
	require.NoError(t, err)
	s.SetServers(0, 0)
	require.Error(t, s.Err())
}
