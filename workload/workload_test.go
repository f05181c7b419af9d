package workload_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/workload"
)

var monday = time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)

func city(name string, users float64) workload.Audience {
	return workload.Audience{Metro: name, Users: users}
}

// count returns the number of requests in each hour of a day.
func count(t *testing.T, s workload.Static, a workload.Audience) [24]float64 {
	t.Helper()
	streams, err := s.Streams([]workload.Audience{a}, monday, 1, 0)
	require.NoError(t, err)
	var hours [24]float64
	last := int64(0)
	for {
		at, object := streams[0].Next()
		require.GreaterOrEqual(t, at, last, "in order of time")
		require.Less(t, int(object), s.Objects)
		last = at
		if at >= int64(24*time.Hour) {
			return hours
		}
		hours[at/int64(time.Hour)]++
	}
}

func TestArrivalsFollowTheLocalDay(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo") // UTC+9
	require.NoError(t, err)
	day, err := workload.Evening(3)
	require.NoError(t, err)
	s := workload.Static{Name: "s", RequestsPerSecond: 20, Objects: 10, Day: day}
	a := city("tokyo-jp", 1)
	a.Zone = tokyo
	hours := count(t, s, a)
	total := 0.0
	for h, n := range hours {
		local := (h + 9) % 24
		expected := 20 * 3600 * (day.At(float64(local)) + day.At(float64((local+1)%24))) / 2
		require.InDelta(t, expected, n, 4.5*math.Sqrt(expected), "hour %d UTC", h)
		total += n
	}
	require.InDelta(t, 20*86400, total, 4.5*math.Sqrt(20*86400), "the mean of the day is what was asked for")
}

func TestDrawPastIsNextForEach(t *testing.T) {
	evening, err := workload.Evening(3)
	require.NoError(t, err)
	nights := workload.Profile{3: 1, 4: 2} // hours without load, and with one that begins and ends at nothing
	for name, day := range map[string]workload.Profile{"flat": workload.Flat(), "evening": evening, "nights": nights} {
		for _, perSecond := range []float64{1e-9, 0.01, 1} {
			s := &workload.Static{Name: "s", RequestsPerSecond: perSecond, Objects: 1000, ZipfExponent: 0.8, Day: day}
			streams, err := s.Streams([]workload.Audience{city("a", 1)}, monday, 3, 0)
			require.NoError(t, err)
			one, many := streams[0], streams[0]
			at, objects := make([]int64, 50), make([]uint32, 50)
			for to := int64(1); to < int64(48*time.Hour); to += int64(7 * time.Minute) {
				n := len(at)
				for n == len(at) && at[n-1] < to {
					n = many.DrawPast(to, at, objects)
					wantAt, wantObjects := make([]int64, n), make([]uint32, n)
					for i := range n {
						wantAt[i], wantObjects[i] = one.Next()
					}
					require.Equal(t, wantAt, at[:n], name)
					require.Equal(t, wantObjects, objects[:n], name)
					require.False(t, slices.ContainsFunc(at[:n-1], func(at int64) bool { return at >= to }), "%s: no further", name)
				}
				require.GreaterOrEqual(t, at[n-1], to, "%s: as far as that", name)
				at[len(at)-1] = 0
			}
		}
	}
}

func TestArrivalsAreIndependentOfEachOther(t *testing.T) {
	// Poisson counts have a variance equal to their mean: the index of dispersion over 5,000 windows
	// of a second is chi-square distributed, with a standard deviation of sqrt(2/4999) = 0.02.
	streams, err := (&workload.Static{Name: "s", RequestsPerSecond: 30, Objects: 1}).Streams([]workload.Audience{city("a", 1)}, monday, 7, 0)
	require.NoError(t, err)
	counts := make([]float64, 5000)
	for {
		at, _ := streams[0].Next()
		if at >= int64(len(counts))*int64(time.Second) {
			break
		}
		counts[at/int64(time.Second)]++
	}
	sum, squares := 0.0, 0.0
	for _, c := range counts {
		sum += c
	}
	mean := sum / float64(len(counts))
	for _, c := range counts {
		squares += (c - mean) * (c - mean)
	}
	require.InDelta(t, 1, squares/float64(len(counts)-1)/mean, 0.07)
}

func TestRequestsAreSharedByUsersAndStayWithTheirMetro(t *testing.T) {
	s := &workload.Static{Name: "s", RequestsPerSecond: 100, Objects: 100, ZipfExponent: 1}
	draw := func(audiences ...workload.Audience) []int64 {
		streams, err := s.Streams(audiences, monday, 1, 0)
		require.NoError(t, err)
		var first []int64
		for i := range streams {
			at, object := streams[i].Next()
			first = append(first, at, int64(object))
		}
		return first
	}
	// The draws of a metro do not depend on where it stands in the list.
	ab, ba := draw(city("a", 1), city("b", 1)), draw(city("b", 1), city("a", 1))
	require.Equal(t, ab[:2], ba[2:])
	require.Equal(t, ab[2:], ba[:2])
	require.NotEqual(t, ab[:2], ab[2:])

	shares, err := workload.Shares([]workload.Audience{city("a", 1), city("b", 3)})
	require.NoError(t, err)
	require.Equal(t, []float64{0.25, 0.75}, shares)
	for _, users := range []float64{-1, math.NaN(), math.Inf(1)} {
		_, err := workload.Shares([]workload.Audience{city("a", 1), city("b", users)})
		require.ErrorContains(t, err, `"b"`)
	}
	_, err = workload.Shares([]workload.Audience{city("a", 0)})
	require.ErrorContains(t, err, "positive")
}

func TestObjectSizesAreLognormalAndFixed(t *testing.T) {
	s := workload.Static{Name: "s", Sizes: workload.Sizes{LnMean: 9, LnSD: 1.5}}
	c := s.Catalogue(1, 0)
	const n = 200_000
	sum, squares := 0.0, 0.0
	for object := range uint32(n) {
		x := math.Log(float64(c.SizeBytes(object)))
		sum += x
		squares += x * x
	}
	mean := sum / n
	require.InDelta(t, 9, mean, 4.5*1.5/math.Sqrt(n))
	require.InDelta(t, 1.5, math.Sqrt(squares/n-mean*mean), 0.012)
	require.Equal(t, c.SizeBytes(17), c.SizeBytes(17))
	again, other := s.Catalogue(1, 0), s.Catalogue(1, 1)
	require.Equal(t, c.SizeBytes(17), again.SizeBytes(17))
	require.NotEqual(t, c.SizeBytes(17), other.SizeBytes(17), "another replication, another catalogue")

	bounded := workload.Static{Name: "s", Sizes: workload.Sizes{LnMean: 9, LnSD: 5, MinBytes: 100, MaxBytes: 1000}}
	b := bounded.Catalogue(1, 0)
	for object := range uint32(1000) {
		size := b.SizeBytes(object)
		require.True(t, 100 <= size && size <= 1000)
	}
}

func TestSessionsLastAsMeasured(t *testing.T) {
	// Weibull with shape 0.5 and scale 20 min: mean 40, median 9.61, p90 106.0, p99 424.2 min.
	g := workload.CompetitiveFPS()
	require.Equal(t, 40*time.Minute, g.Session.Mean())
	g.ConcurrentPlayers = 50_000
	streams, err := g.Streams([]workload.Audience{city("a", 1)}, monday, 1, 0)
	require.NoError(t, err)
	var found, arrived int
	var residual float64
	var lengths []float64
	for arrived < 100_000 {
		s := streams[0].Next()
		minutes := time.Duration(s.LengthNs).Minutes()
		if s.At == 0 {
			found++
			residual += minutes
			continue
		}
		arrived++
		lengths = append(lengths, minutes)
	}
	within := func(minutes float64) (share float64) {
		for _, l := range lengths {
			if l <= minutes {
				share++
			}
		}
		return share / float64(len(lengths))
	}
	require.InDelta(t, 0.5, within(9.61), 0.005)
	require.InDelta(t, 0.9, within(106.0), 0.003)
	require.InDelta(t, 0.99, within(424.2), 0.001)
	// At the hour of the start the load is day.At(0) of the mean; the number found is Poisson.
	expected := 50_000 * g.Day.At(0)
	require.InDelta(t, expected, found, 4.5*math.Sqrt(expected))
	// What is left of a session found under way has the mean E[S^2] / (2 E[S]) = 2400*Gamma(5)/Gamma(3)...
	// for this law E[S^2] = 400*24 min^2, so 9600/80 = 120 min.
	require.InDelta(t, 120, residual/float64(found), 6)
}

func TestPresetsAreValidAndSayWhatTheyAssume(t *testing.T) {
	for _, name := range workload.PresetNames() {
		kind, err := workload.PresetKind(name)
		require.NoError(t, err)
		switch kind {
		case "static":
			w, err := workload.StaticPreset(name)
			require.NoError(t, err)
			require.NoError(t, w.Validate())
			require.NotEmpty(t, w.Assumed)
			require.Equal(t, name, w.Name)
		case "dynamic":
			w, err := workload.DynamicPreset(name)
			require.NoError(t, err)
			require.NoError(t, w.Validate())
			require.NotEmpty(t, w.Assumed)
		case "gaming":
			w, err := workload.GamingPreset(name)
			require.NoError(t, err)
			require.NoError(t, w.Validate())
			require.NotEmpty(t, w.Assumed)
		}
	}
	_, err := workload.StaticPreset("webstatic")
	require.ErrorContains(t, err, "web-static")
}

func TestBadParametersNameTheirField(t *testing.T) {
	for field, change := range map[string]func(*workload.Static){
		"Name":                  func(w *workload.Static) { w.Name = "" },
		"RequestsPerSecond":     func(w *workload.Static) { w.RequestsPerSecond = math.NaN() },
		"Objects":               func(w *workload.Static) { w.Objects = 0 },
		"ZipfExponent":          func(w *workload.Static) { w.ZipfExponent = -0.1 },
		"Sizes.LnSD":            func(w *workload.Static) { w.Sizes.LnSD = math.NaN() },
		"Sizes.MinBytes":        func(w *workload.Static) { w.Sizes.MinBytes, w.Sizes.MaxBytes = 10, 9 },
		"Client.NewShare":       func(w *workload.Static) { w.Client.NewShare = 1.01 },
		"Client.BitsPerSecond":  func(w *workload.Static) { w.Client.BitsPerSecond = math.Inf(1) },
		"OriginService.Mean":    func(w *workload.Static) { w.OriginService.Mean = -1 },
		"Day.hour 3":            func(w *workload.Static) { w.Day[3] = -1 },
		"Deadlines is [20ms 20": func(w *workload.Static) { w.Deadlines = []time.Duration{20e6, 20e6} },
	} {
		w := workload.WebStatic()
		change(&w)
		require.ErrorContains(t, w.Validate(), field)
	}
	for field, change := range map[string]func(*workload.Gaming){
		"ConcurrentPlayers": func(w *workload.Gaming) { w.ConcurrentPlayers = 0 },
		"MatchPlayers":      func(w *workload.Gaming) { w.MatchPlayers = 0; w.MinPlayers = 0 },
		"MinPlayers":        func(w *workload.Gaming) { w.MinPlayers = 11 },
		"MatchLength":       func(w *workload.Gaming) { w.MatchLength = 0 },
		"TickHz":            func(w *workload.Gaming) { w.TickHz = 0 },
		"UpdateHz":          func(w *workload.Gaming) { w.UpdateHz = -1 },
		"Session.Shape":     func(w *workload.Gaming) { w.Session.Shape = 0 },
		"Session.Scale":     func(w *workload.Gaming) { w.Session.Scale = 0 },
		"Data.Probability":  func(w *workload.Gaming) { w.Data.Probability = 2 },
		"SampledUpdates":    func(w *workload.Gaming) { w.SampledUpdates = -1 },
	} {
		w := workload.CompetitiveFPS()
		change(&w)
		require.ErrorContains(t, w.Validate(), field)
	}
	d := workload.APIDynamic()
	d.Data.Calls = -1
	require.ErrorContains(t, d.Validate(), "Data.Calls")
}
