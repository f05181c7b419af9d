package event_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/edgewise-sim/edgewise/event"
	"github.com/edgewise-sim/edgewise/random"
)

// The unit of time of the theory below: the mean service time.
const unit = float64(time.Second)

func TestStationsWaitAsTheorySays(t *testing.T) {
	exponential := (*random.Stream).Exp
	constant := func(*random.Stream) float64 { return 1 }
	// A hyperexponential service of mean 1 and squared coefficient of variation 4: balanced means.
	varied := func(s *random.Stream) float64 {
		p := (1 + math.Sqrt(3./5)) / 2
		if s.Float64() < p {
			return s.Exp() / (2 * p)
		}
		return s.Exp() / (2 * (1 - p))
	}
	for _, test := range []struct {
		name      string
		servers   int
		service   func(*random.Stream) float64
		meanWait  float64 // in units, of all customers
		waitShare float64 // that has to wait; NaN: not known
	}{
		// Load 0.8 a server: Erlang C for M/M/c, Pollaczek and Khinchine for one server.
		{"M/M/1", 1, exponential, 4, 0.8},
		{"M/M/2", 2, exponential, erlangC(2, 1.6) / 0.4, 0.711111},
		{"M/M/4", 4, exponential, erlangC(4, 3.2) / 0.8, 0.596432},
		{"M/M/8", 8, exponential, erlangC(8, 6.4) / 1.6, 0.457645},
		{"M/M/10", 10, exponential, erlangC(10, 8) / 2, 0.409180},
		{"M/D/1", 1, constant, 2, 0.8},
		{"M/H2/1", 1, varied, 10, 0.8},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.service != nil && test.servers > 1 {
				require.InDelta(t, test.waitShare, erlangC(test.servers, 0.8*float64(test.servers)), 5e-7, "the test's own theory")
			}
			var waits, shares []float64
			for replication := range uint64(20) {
				wait, share := station(t, test.servers, test.service, replication)
				waits = append(waits, wait)
				shares = append(shares, share)
			}
			requireMean(t, test.meanWait, waits, "mean wait")
			requireMean(t, test.waitShare, shares, "share that waits")
		})
	}
}

// station returns the mean wait in units and the share of customers that wait, of a station that is
// offered 0.8 a server.
func station(t *testing.T, servers int, service func(*random.Stream) float64, replication uint64) (wait, share float64) {
	s, err := event.NewStation(servers)
	require.NoError(t, err)
	arrivals, services := random.New(1, replication, 0, 0), random.New(1, replication, 0, 1)
	gap := unit / (0.8 * float64(servers))
	now, waited, waiting := time.Duration(0), time.Duration(0), 0
	const warmUp, customers = 10_000, 100_000
	for i := range warmUp + customers {
		now += time.Duration(arrivals.Exp() * gap)
		start, _ := s.Arrive(now, time.Duration(service(&services)*unit))
		if i >= warmUp {
			waited += start - now
			if start > now {
				waiting++
			}
		}
	}
	require.NoError(t, s.Err())
	require.EqualValues(t, warmUp+customers, s.Jobs())
	require.InEpsilon(t, 0.8, float64(s.Busy())/float64(now)/float64(servers), 0.03)
	return float64(waited) / unit / customers, float64(waiting) / customers
}

// requireMean checks that the mean of independent replications is as expected, within its own
// confidence interval at the level 99.9 %.
func requireMean(t *testing.T, expected float64, replications []float64, what string) {
	t.Helper()
	mean, deviation := stat.MeanStdDev(replications, nil)
	n := float64(len(replications))
	half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.9995) * deviation / math.Sqrt(n)
	require.InDelta(t, expected, mean, half, what)
	require.Less(t, half, 0.1*expected, "%s: the interval is too wide to mean anything", what)
}

// erlangC returns the probability that a customer has to wait, with c servers offered a erlangs.
func erlangC(c int, a float64) float64 {
	b := 1.0 // Erlang B by its recursion
	for k := 1; k <= c; k++ {
		b = a * b / (float64(k) + a*b)
	}
	rho := a / float64(c)
	return b / (1 - rho*(1-b))
}

func TestStationServesFirstComeFirstServed(t *testing.T) {
	s, err := event.NewStation(2)
	require.NoError(t, err)
	for i, test := range []struct{ now, service, start, departure time.Duration }{
		{0, 10, 0, 10},
		{1, 20, 1, 21},
		{2, 5, 10, 15}, // both busy: waits for the first
		{3, 1, 15, 16},
		{3, 1, 16, 17},
		{30, 0, 30, 30},
		{30, 2, 30, 32},
	} {
		start, departure := s.Arrive(test.now, test.service)
		require.Equal(t, test.start, start, "job %d", i)
		require.Equal(t, test.departure, departure, "job %d", i)
	}
	require.Equal(t, time.Duration(39), s.Busy())
	require.Equal(t, time.Duration(30), s.FreeAt())
	require.Equal(t, 2, s.Servers())
}

func TestManyServersAgreeWithLookingAtEachOfThem(t *testing.T) {
	for _, servers := range []int{1, 2, 3, 7, 100} {
		// The load changes: servers are idle, nearly all busy, too few; and jobs take the same time, or not.
		s, err := event.NewStation(servers)
		require.NoError(t, err)
		stream := random.New(1, uint64(servers), 0, 0)
		free := make([]time.Duration, servers)
		now := time.Duration(0)
		for i := range 40_000 {
			load := [...]float64{0.1, 0.9, 1.2, 0.3}[i/5000%4]
			now += time.Duration(stream.Exp() * 1000 / float64(servers))
			service := time.Duration(1000 * load) // equal jobs, by turns with others
			if i/1000%2 == 0 {
				service = time.Duration(stream.Exp() * 1000 * load)
			}
			first := 0
			for i := range free {
				if free[i] < free[first] {
					first = i
				}
			}
			want := max(now, free[first])
			free[first] = want + service
			start, departure := s.Arrive(now, service)
			if next := max(now, slices.Min(free)); start != want || departure != want+service || max(now, s.FreeAt()) != next {
				require.Equal(t, []time.Duration{want, want + service, next}, []time.Duration{start, departure, s.FreeAt()})
			}
		}
	}
}

func TestStationRefusesJobsThatCannotBe(t *testing.T) {
	_, err := event.NewStation(0)
	require.ErrorContains(t, err, "servers of a station is 0")
	for name, test := range map[string]struct {
		now, service time.Duration
		says         string
	}{
		"negative service": {10, -1, "job at 10ns takes -1ns"},
		"out of order":     {9, 1, "job at 9ns arrives after one at 10ns"},
		"end of time":      {10, event.Forever, "ends after the end of time"},
	} {
		s, err := event.NewStation(1)
		require.NoError(t, err)
		s.Arrive(10, 1)
		start, departure := s.Arrive(test.now, test.service)
		require.Equal(t, event.Forever, start, name)
		require.Equal(t, event.Forever, departure, name)
		require.ErrorContains(t, s.Err(), test.says, name)
		_, departure = s.Arrive(20, 1)
		require.Equal(t, event.Forever, departure, "a station that failed serves no more")
		require.ErrorContains(t, s.Err(), test.says, name)
		require.EqualValues(t, 1, s.Jobs())
	}
}

func TestLinkSendsOneMessageAfterTheOther(t *testing.T) {
	link, err := event.NewLink(1_000_000_000)
	require.NoError(t, err)
	start, departure := link.Send(0, 1500)
	require.Equal(t, [2]time.Duration{0, 12 * time.Microsecond}, [2]time.Duration{start, departure})
	start, departure = link.Send(5*time.Microsecond, 125)
	require.Equal(t, [2]time.Duration{12 * time.Microsecond, 13 * time.Microsecond}, [2]time.Duration{start, departure})
	start, departure = link.Send(time.Millisecond, 0)
	require.Equal(t, [2]time.Duration{time.Millisecond, time.Millisecond}, [2]time.Duration{start, departure})
	require.EqualValues(t, 1625, link.SentBytes())
	require.Equal(t, 13*time.Microsecond, link.Busy())
	require.Equal(t, time.Millisecond, link.FreeAt())
}

func TestSendTimeIsExactAndRoundedUp(t *testing.T) {
	for _, test := range []struct {
		bitsPerSecond, bytes int64
		want                 time.Duration
	}{
		{1, 1, 8 * time.Second},
		{8, 3, 3 * time.Second},
		{3, 1, 2666666667},
		{1_000_000_000_000, 1, 1}, // 0.008 ns
		{1_000_000_000_000, 1 << 50, 9007199254741},
		{1, math.MaxInt64, event.Forever},
		{7, 1 << 32, 4908534052571428572},
		{3, 5 << 30, event.Forever}, // above the end of time, below 2^64 ns
		{5, 0, 0},
		{5, -1, 0},
	} {
		link, err := event.NewLink(test.bitsPerSecond)
		require.NoError(t, err)
		require.Equal(t, test.want, link.SendTime(test.bytes), fmt.Sprint(test))
	}
}

func TestLinkRefusesWhatCannotBeSent(t *testing.T) {
	for _, capacity := range []int64{0, -5} {
		_, err := event.NewLink(capacity)
		require.ErrorContains(t, err, fmt.Sprintf("bitsPerSecond is %d", capacity))
	}
	for name, test := range map[string]struct {
		now   time.Duration
		bytes int64
		says  string
	}{
		"negative":     {10, -1, "of -1 bytes"},
		"out of order": {9, 1, "arrives after one"},
		"too long":     {10, math.MaxInt64, "ends after the end of time"},
	} {
		link, err := event.NewLink(8)
		require.NoError(t, err)
		link.Send(10, 1)
		start, departure := link.Send(test.now, test.bytes)
		require.Equal(t, event.Forever, start, name)
		require.Equal(t, event.Forever, departure, name)
		require.ErrorContains(t, link.Err(), test.says, name)
		require.EqualValues(t, 1, link.SentBytes(), name)
	}
}
