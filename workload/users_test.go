package workload_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestUsersOfAWorkloadAreChecked(t *testing.T) {
	for want, u := range map[string][]workload.MetroUsers{
		`Users[0].Metro`:            {{}},
		`Users[1].Metro`:            {{Metro: "a"}, {Metro: "a"}},
		`Users[0].Weight`:           {{Metro: "a", Weight: -1}},
		`Users[0].Access.5g`:        {{Metro: "a", Access: topology.AccessMix{topology.FiveG: 2}}},
		`Users[0].Day.hour 3`:       {{Metro: "a", Day: workload.Profile{3: -1}}},
		`Users[1].Weight is NaN`:    {{Metro: "a"}, {Metro: "b", Weight: math.NaN()}},
		`Users[0].Weight is +Inf`:   {{Metro: "a", Weight: math.Inf(1)}},
		`Users[0].Access is a mix `: {{Metro: "a", Access: topology.AccessMix{topology.FiveG: 0.5}}},
	} {
		w := workload.WebStatic()
		w.Users = u
		require.ErrorContains(t, w.Validate(), want)
	}
}

func TestAMixIsThatOfTheUsersElseTheCountrysElseTheWorkloadsElseTheMetros(t *testing.T) {
	fiber, cable, dsl, wifi := topology.AccessMix{topology.Fiber: 1}, topology.AccessMix{topology.Cable: 1}, topology.AccessMix{topology.DSL: 1}, topology.AccessMix{topology.WiFi: 1}
	seoul, busan, osaka := topology.Node{ID: "seoul", Country: "KR"}, topology.Node{ID: "busan", Country: "KR"}, topology.Node{ID: "osaka", Country: "JP"}
	var w workload.Workload
	require.Equal(t, topology.DefaultAccessMix(), w.AccessOf(seoul))
	for _, m := range []*topology.Node{&seoul, &busan, &osaka} {
		m.Access = dsl
	}
	require.Equal(t, dsl, w.AccessOf(seoul))
	w.Access = cable
	require.Equal(t, cable, w.AccessOf(seoul))
	w.AccessIn = map[string]topology.AccessMix{"KR": fiber}
	require.Equal(t, fiber, w.AccessOf(seoul))
	require.Equal(t, cable, w.AccessOf(osaka))
	w.Users = []workload.MetroUsers{{Metro: "seoul", Access: wifi}}
	require.Equal(t, wifi, w.AccessOf(seoul))
	require.Equal(t, fiber, w.AccessOf(busan))
}

func TestMixesByCountryAreChecked(t *testing.T) {
	for want, mixes := range map[string]map[string]topology.AccessMix{
		`AccessIn.KR is a mix without shares`: {"KR": {}},
		`AccessIn.KR is a mix whose shares`:   {"JP": {topology.Fiber: 1}, "KR": {topology.Fiber: 0.5}},
		`AccessIn. is ""; want the code`:      {"": {topology.Fiber: 1}},
	} {
		w := workload.WebStatic()
		w.AccessIn = mixes
		require.ErrorContains(t, w.Validate(), want)
	}
}

func TestTheLoadOfADayFollowsTheClocksOfItsMetros(t *testing.T) {
	day, err := workload.Evening(2.5)
	require.NoError(t, err)
	east, west := time.FixedZone("east", 12*3600), time.UTC
	w := workload.Workload{Head: workload.Head{Name: "w", Day: day}, Demand: workload.Poisson{RequestsPerSecond: 1}}
	evening := time.Date(2026, 3, 3, 21, 0, 0, 0, time.UTC)
	load := func(a ...workload.Audience) float64 {
		got, err := w.Load(a, evening)
		require.NoError(t, err)
		return got
	}
	peak := 1 + 1.5/3.5 // of a cosine with peak to trough 2.5
	require.InDelta(t, peak, load(workload.Audience{Metro: "west", Users: 1, Zone: west}), 1e-6)
	require.InDelta(t, 2-peak, load(workload.Audience{Metro: "east", Users: 1, Zone: east}), 1e-6)
	both := []workload.Audience{{Metro: "west", Users: 1, Zone: west}, {Metro: "east", Users: 1, Zone: east}}
	require.InDelta(t, 1, load(both...), 1e-6)
	highest, err := w.PeakLoad(both, evening)
	require.NoError(t, err)
	require.InDelta(t, 1, highest, 1e-6, "they are never awake together")
	mean, err := w.MeanLoad(both[:1], evening, 24*time.Hour)
	require.NoError(t, err)
	require.InDelta(t, 1, mean, 1e-3)
	// A metro with a day of its own.
	both[1].Day = workload.Flat()
	require.InDelta(t, (peak+1)/2, load(both...), 1e-6)
}

func TestPlayersFollowTheirArrivalsLater(t *testing.T) {
	day, err := workload.Evening(2.5)
	require.NoError(t, err)
	w := workload.CompetitiveFPS()
	w.Day = day
	w.Demand = workload.Sessions{ConcurrentPlayers: 1, Length: workload.Weibull{Shape: 1, Scale: 2 * time.Hour}}
	audience := []workload.Audience{{Metro: "a", Users: 1}}
	// Exponential sessions of mean m smooth a cosine of frequency f by 1/sqrt(1+(2 pi f m)^2) and shift it by
	// atan(2 pi f m)/(2 pi f) (Eick, Massey, Whitt 1993).
	omega := 2 * math.Pi / 24
	amplitude := 1.5 / 3.5 / math.Sqrt(1+math.Pow(omega*2, 2))
	lag := math.Atan(omega*2) / omega
	for hour := range 24 {
		got, err := w.Load(audience, time.Date(2026, 3, 3, hour, 0, 0, 0, time.UTC))
		require.NoError(t, err)
		require.InDelta(t, 1+amplitude*math.Cos(omega*(float64(hour)-21-lag)), got, 0.01, "%d h", hour)
	}
	peak, err := w.PeakLoad(audience, time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	require.InDelta(t, 1+amplitude, peak, 0.01)
}

// Of the requests of visits 1/n come as these begin, and the others later, by an exponential time of n gaps: see the players above.
func TestRequestsOfVisitsFollowTheDayLater(t *testing.T) {
	day, err := workload.Evening(2.5)
	require.NoError(t, err)
	const n = 10
	w := workload.Workload{Head: workload.Head{Name: "w", Day: day, Visits: workload.Visits{Requests: n, Gap: 12 * time.Minute}}, Demand: workload.Poisson{RequestsPerSecond: 40}}
	audience := []workload.Audience{{Metro: "a", Users: 1}, {Metro: "b", Users: 3}}
	omega, amplitude := 2*math.Pi/24, 1.5/3.5
	lag, less := math.Atan(omega*2)/omega, math.Sqrt(1+math.Pow(omega*2, 2))
	want := func(hour float64) float64 {
		return 1 + amplitude*(math.Cos(omega*(hour-21))/n+(1-1./n)*math.Cos(omega*(hour-21-lag))/less)
	}
	peak := 0.
	for hour := range 24 {
		at := time.Date(2026, 3, 3, hour, 0, 0, 0, time.UTC)
		got, err := w.Load(audience, at)
		require.NoError(t, err)
		require.InDelta(t, want(float64(hour)), got, .004, "%d h", hour)
		rates, err := w.RatesAt(audience, at)
		require.NoError(t, err)
		require.InDelta(t, 10*want(float64(hour)), rates[0], .04, "%d h", hour)
		require.InDelta(t, 3*rates[0], rates[1], 1e-9)
		peak = max(peak, want(float64(hour)))
		steady, err := w.RatesAtStart(workload.Steady, audience, at)
		require.NoError(t, err)
		require.InDelta(t, 10*(1+amplitude*math.Cos(omega*(float64(hour)-21))), steady[0], 1e-6, "as if the hour had been for ever")
		ofDay, err := w.RatesAtStart(workload.OfTheDay, audience, at)
		require.NoError(t, err)
		require.Equal(t, rates, ofDay)
	}
	highest, err := w.PeakLoad(audience, time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	require.InDelta(t, peak, highest, .006)
	mean, err := w.MeanLoad(audience, time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), 24*time.Hour)
	require.NoError(t, err)
	require.InDelta(t, 1, mean, 1e-4)
}

func TestOnlyWhatFollowsADayHasALoad(t *testing.T) {
	w := workload.Workload{Head: workload.Head{Name: "log"}, Demand: workload.Trace{}}
	_, err := w.Load([]workload.Audience{{Metro: "a", Users: 1}}, time.Time{})
	require.ErrorContains(t, err, "one that follows a day")
}
