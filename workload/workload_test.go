package workload_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

var monday = time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)

func city(name string, users float64) workload.Audience {
	return workload.Audience{Metro: name, Users: users}
}

// open returns the requests of the first of several audiences.
func open(t *testing.T, w workload.Workload, replication uint64, audiences ...workload.Audience) workload.Source {
	t.Helper()
	open, err := w.Open(audiences, monday, 1, replication)
	require.NoError(t, err)
	return open(0)
}

// files is a cacheable workload.
func files(d workload.Poisson) workload.Workload {
	return workload.Workload{Head: workload.Head{Name: "s"}, Demand: d, Service: workload.Cacheable{}}
}

// count returns the number of requests in each hour of a day.
func count(t *testing.T, w workload.Workload, a workload.Audience) [24]float64 {
	t.Helper()
	source, b := open(t, w, 0, a), w.NewBatch(100)
	var hours [24]float64
	last, end, objects := int64(0), int64(24*time.Hour), w.Demand.(workload.Poisson).Objects
	for last < end {
		for i := range source.Draw(end, &b) {
			at, object := b.At[i], int(b.Object[i])
			if at < last || object >= objects {
				t.Fatalf("object %d of %d at %d after %d; want times in order, objects that there are", object, objects, at, last)
			}
			if last = at; at < end {
				hours[at/int64(time.Hour)]++
			}
		}
	}
	return hours
}

func TestArrivalsFollowTheLocalDay(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo") // UTC+9
	require.NoError(t, err)
	day, err := workload.Evening(3)
	require.NoError(t, err)
	s := workload.Workload{
		Head:    workload.Head{Name: "s", Day: day},
		Demand:  workload.Poisson{RequestsPerSecond: 20, Objects: 10},
		Service: workload.Cacheable{},
	}
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

// Local time is by the instant. Clocks go from 1 to 2 in London on 29 March 2026 and from 2 to 1 on 25 October, at
// 1:00 UTC; from 2:00 to 1:30 in Lord Howe on 5 April, half an hour. All load is in the hour around 3.
func TestArrivalsKeepLocalHoursAcrossChangesOfTheClock(t *testing.T) {
	day := workload.Profile{3: 1}
	const perSecond = 2.0
	const peak = 24 * perSecond * 3600 // a full hour at the peak
	for _, c := range []struct {
		zone, start string
		length      time.Duration
		want        float64
	}{
		// Local 0:30 to 1:00 and 2:00 to 3:30: the load rises to its peak, 1/2, and is 3/4 of it on average in the half hour after.
		{"Europe/London", "2026-03-29T00:30:00Z", 2 * time.Hour, peak * (0.5 + 0.375)},
		// Local 1:30 to 2:00, 1:00 to 3:00.
		{"Europe/London", "2026-10-25T00:30:00Z", 2*time.Hour + 30*time.Minute, peak * 0.5},
		// The same without a change.
		{"Europe/London", "2026-10-26T00:30:00Z", 2*time.Hour + 30*time.Minute, peak * 0.5},
		// The whole day has 23 hours, and all of the load.
		{"Europe/London", "2026-03-29T00:00:00Z", 23 * time.Hour, peak},
		// Begins within the hour that there is twice.
		{"Europe/London", "2026-10-25T01:30:00Z", 2 * time.Hour, peak * (0.5 + 0.375)},
		// Local 1:45 to 2:00, 1:30 to 2:30.
		{"Australia/Lord_Howe", "2026-04-04T14:45:00Z", 75 * time.Minute, peak * 0.125},
		// Half a year and a change later: 200 days of the peak, with instants that no float has to the ns.
		{"Europe/London", "2026-01-01T00:00:00Z", 200 * 24 * time.Hour, 200 * peak / 200},
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		start, err := time.Parse(time.RFC3339, c.start)
		require.NoError(t, err)
		rate := perSecond
		if c.length > 24*time.Hour {
			rate /= 200
		}
		arrivals := workload.NewArrivals(random.New(1, 0, 0, 0), rate, day, start, zone)
		n := 0.0
		for at := arrivals.Next(); at < int64(c.length); at = arrivals.Next() {
			local := start.Add(time.Duration(at)).In(zone)
			require.Contains(t, []int{2, 3}, local.Hour(), "%s: %v", c.start, local)
			n++
		}
		require.InDelta(t, c.want, n, 4*math.Sqrt(c.want), c.start)
	}
}

func TestManyAtATimeAreTheSameRequests(t *testing.T) {
	evening, err := workload.Evening(3)
	require.NoError(t, err)
	nights := workload.Profile{3: 1, 4: 2} // hours without load, and with one that begins and ends at nothing
	for name, day := range map[string]workload.Profile{"flat": workload.Flat(), "evening": evening, "nights": nights} {
		for _, perSecond := range []float64{1e-9, 0.01, 1} {
			files := files(workload.Poisson{RequestsPerSecond: perSecond, Objects: 1000, ZipfExponent: 0.8})
			game := workload.CompetitiveFPS().WithPlayers(100 * perSecond)
			for _, w := range []workload.Workload{files, game, workload.APIDynamic().WithRequestsPerSecond(perSecond)} {
				w.Day = day
				one, many := open(t, w, 0, city("a", 1)), open(t, w, 0, city("a", 1))
				batch, first := w.NewBatch(50), w.NewBatch(1)
				for to := int64(1); to < int64(48*time.Hour); to += int64(7 * time.Minute) {
					n := batch.Len()
					for n == batch.Len() && batch.At[n-1] < to {
						n = many.Draw(to, &batch)
						for i := range n {
							require.Equal(t, 1, one.Draw(math.MaxInt64, &first))
							require.Equal(t, first.At[0], batch.At[i], name)
							if batch.Object != nil {
								require.Equal(t, first.Object[0], batch.Object[i], name)
							}
							if batch.Stay != nil {
								require.Equal(t, first.Stay[0], batch.Stay[i], name)
							}
						}
						require.False(t, slices.ContainsFunc(batch.At[:n-1], func(at int64) bool { return at >= to }), "%s: no further", name)
					}
					require.GreaterOrEqual(t, batch.At[n-1], to, "%s: as far as that", name)
					batch.At[batch.Len()-1] = 0
				}
			}
		}
	}
}

func TestArrivalsAreIndependentOfEachOther(t *testing.T) {
	// Poisson counts have a variance equal to their mean: the index of dispersion over 5,000 windows
	// of a second is chi-square distributed, with a standard deviation of sqrt(2/4999) = 0.02.
	w := files(workload.Poisson{RequestsPerSecond: 30, Objects: 1})
	source, one := open(t, w, 3, city("a", 1)), w.NewBatch(1)
	counts := make([]float64, 5000)
	for {
		source.Draw(math.MaxInt64, &one)
		if one.At[0] >= int64(len(counts))*int64(time.Second) {
			break
		}
		counts[one.At[0]/int64(time.Second)]++
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
	w := files(workload.Poisson{RequestsPerSecond: 100, Objects: 100, ZipfExponent: 1})
	draw := func(audiences ...workload.Audience) []int64 {
		open, err := w.Open(audiences, monday, 1, 0)
		require.NoError(t, err)
		var first []int64
		for i := range audiences {
			one := w.NewBatch(1)
			require.Equal(t, 1, open(i).Draw(math.MaxInt64, &one))
			first = append(first, one.At[0], int64(one.Object[0]))
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
	s := workload.Sizes{LnMean: 9, LnSD: 1.5}
	c := s.Catalogue("s", 1, 0)
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
	again, other := s.Catalogue("s", 1, 0), s.Catalogue("s", 1, 1)
	require.Equal(t, c.SizeBytes(17), again.SizeBytes(17))
	require.NotEqual(t, c.SizeBytes(17), other.SizeBytes(17), "another replication, another catalogue")

	bounded := workload.Sizes{LnMean: 9, LnSD: 5, MinBytes: 100, MaxBytes: 1000}
	b := bounded.Catalogue("s", 1, 0)
	for object := range uint32(1000) {
		size := b.SizeBytes(object)
		require.True(t, 100 <= size && size <= 1000)
	}
}

func TestSessionsLastAsMeasured(t *testing.T) {
	// Weibull with shape 0.5 and scale 20 min: mean 40, median 9.61, p90 106.0, p99 424.2 min.
	g := workload.Change(workload.CompetitiveFPS().WithPlayers(50_000), func(s *workload.Sessions) {
		s.Length = workload.Weibull{Shape: 0.5, Scale: 20 * time.Minute}
	})
	g.Day = workload.Flat()
	require.Equal(t, 40*time.Minute, g.Demand.(workload.Sessions).Length.Mean())
	source, one := open(t, g, 0, city("a", 1)), g.NewBatch(1)
	var found, arrived int
	var residual float64
	var lengths []float64
	for arrived < 100_000 {
		source.Draw(math.MaxInt64, &one)
		minutes := time.Duration(one.Stay[0]).Minutes()
		if one.At[0] == 0 {
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
	require.InDelta(t, 50_000, found, 4.5*math.Sqrt(50_000), "Poisson")
	// What is left of a session found under way has the mean E[S^2] / (2 E[S]) = 2400*Gamma(5)/Gamma(3)...
	// for this law E[S^2] = 400*24 min^2, so 9600/80 = 120 min.
	require.InDelta(t, 120, residual/float64(found), 6)
}

func TestPresetsAreValidAndSayWhatTheyAssume(t *testing.T) {
	for _, name := range workload.PresetNames() {
		w, err := workload.Preset(name)
		require.NoError(t, err)
		require.NoError(t, w.Validate())
		require.NotEmpty(t, w.Assumed)
		require.Equal(t, name, w.Name)
	}
	_, err := workload.Preset("webstatic")
	require.ErrorContains(t, err, "web-static")
}

func TestBadParametersNameTheirField(t *testing.T) {
	type workloads = workload.Workload
	poisson := func(w workloads, change func(*workload.Poisson)) workloads { return workload.Change(w, change) }
	sessions := func(w workloads, change func(*workload.Sessions)) workloads { return workload.Change(w, change) }
	cacheable := func(w workloads, change func(*workload.Cacheable)) workloads { return workload.Change(w, change) }
	computed := func(w workloads, change func(*workload.Computed)) workloads { return workload.Change(w, change) }
	matched := func(w workloads, change func(*workload.Matched)) workloads { return workload.Change(w, change) }
	head := func(w workloads, change func(*workload.Head)) workloads {
		change(&w.Head)
		return w
	}
	mixture := func(change func(*workload.Mixture)) workloads {
		return workload.Change(workload.WebStatic(), func(m *workload.Mixture) {
			m.Classes = slices.Clone(m.Classes)
			change(m)
		})
	}
	web, api, fps := zipfSite(), workload.APIDynamic(), workload.CompetitiveFPS()
	for field, w := range map[string]workloads{
		"Name is":                                     web.Named(""),
		"Demand.RequestsPerSecond":                    web.WithRequestsPerSecond(math.NaN()),
		"Demand.Objects is 0":                         poisson(web, func(p *workload.Poisson) { p.Objects = 0 }),
		"Demand.Objects is -1":                        poisson(web, func(p *workload.Poisson) { p.Objects = -1 }),
		"Demand.Objects is 5":                         poisson(api, func(p *workload.Poisson) { p.Objects = 5 }),
		"Demand.ZipfExponent":                         poisson(web, func(p *workload.Poisson) { p.ZipfExponent = -0.1 }),
		"Demand.Classes is of length 0; want 1 to 64": mixture(func(m *workload.Mixture) { m.Classes = nil }),
		"Demand.Classes[1].Requests is 0":             mixture(func(m *workload.Mixture) { m.Classes[1].Requests = 0 }),
		"Demand.Classes[2].Objects is 0":              mixture(func(m *workload.Mixture) { m.Classes[2].Objects = 0 }),
		"Demand.Classes is of 2147510648 objects":     mixture(func(m *workload.Mixture) { m.Classes[0].Objects, m.Classes[2].Objects = 1<<31-40_000, 40_000 }),
		"Demand.Classes[0].ZipfExponent is 11":        mixture(func(m *workload.Mixture) { m.Classes[0].ZipfExponent = 11 }),
		"Demand.Classes[0].Sizes.LnSD":                mixture(func(m *workload.Mixture) { m.Classes[0].Sizes.LnSD = -1 }),
		"Demand.Once.Requests is 1; want 0 or more":   mixture(func(m *workload.Mixture) { m.Once.Requests = 1 }),
		"Demand.Once.Sizes.LnMean":                    mixture(func(m *workload.Mixture) { m.Once.Sizes.LnMean = math.NaN() }),
		"Demand.Objects is 0; want 1":                 workload.WebStatic().WithObjects(0),
		"no number of objects: workload.Sessions":     fps.WithObjects(5),
		"want none: the demand, a workload.Mixture,":  workload.Change(workload.WebStatic(), func(c *workload.Cacheable) { c.Sizes.LnMean = 3 }),
		"Judged is byte(7)":                           head(web, func(h *workload.Head) { h.Judged = 7 }),
		"Judged is ttlb; want the zero value":         head(fps, func(h *workload.Head) { h.Judged = workload.LastByte }),
		"Service.Sizes.LnSD":                          cacheable(web, func(c *workload.Cacheable) { c.Sizes.LnSD = math.NaN() }),
		"Service.Sizes.MinBytes":                      cacheable(web, func(c *workload.Cacheable) { c.Sizes.MinBytes, c.Sizes.MaxBytes = 10, 9 }),
		"Service.Origin.Mean":                         cacheable(web, func(c *workload.Cacheable) { c.Origin.Mean = -1 }),
		"Client.NewShare":                             head(web, func(h *workload.Head) { h.Client.NewShare = 1.01 }),
		"Client.BitsPerSecond":                        head(web, func(h *workload.Head) { h.Client.BitsPerSecond = math.Inf(1) }),
		"Day.hour 3":                                  head(web, func(h *workload.Head) { h.Day[3] = -1 }),
		"Deadlines is [20ms 20":                       head(web, func(h *workload.Head) { h.Deadlines = []time.Duration{20e6, 20e6} }),
		"Service.Data.Calls":                          computed(api, func(c *workload.Computed) { c.Data.Calls = -1 }),
		"Service.Work.Mean":                           computed(api, func(c *workload.Computed) { c.Work.Mean = -1 }),
		"Demand.ConcurrentPlayers":                    fps.WithPlayers(0),
		"Demand.Length.Shape":                         sessions(fps, func(s *workload.Sessions) { s.Length.Shape = 0 }),
		"Demand.Length.Scale":                         sessions(fps, func(s *workload.Sessions) { s.Length.Scale = 0 }),
		"Service.MatchPlayers":                        matched(fps, func(m *workload.Matched) { m.MatchPlayers, m.MinPlayers = 0, 0 }),
		"Service.MinPlayers":                          matched(fps, func(m *workload.Matched) { m.MinPlayers = 11 }),
		"Service.MatchLength":                         matched(fps, func(m *workload.Matched) { m.MatchLength = 0 }),
		"Service.TickHz":                              matched(fps, func(m *workload.Matched) { m.TickHz = 0 }),
		"Service.UpdateHz":                            matched(fps, func(m *workload.Matched) { m.UpdateHz = -1 }),
		"Service.Data.Probability":                    matched(fps, func(m *workload.Matched) { m.Data.Probability = 2 }),
		"Service.SampledUpdates":                      matched(fps, func(m *workload.Matched) { m.SampledUpdates = -1 }),
		"Client is":                                   head(fps, func(h *workload.Head) { h.Client.NewShare = 0.5 }),
		"Demand is nil":                               {Head: web.Head, Service: web.Service},
		"Service is nil":                              {Head: web.Head, Demand: web.Demand},
		"Service is *workload":                        {Head: web.Head, Demand: web.Demand, Service: &workload.Cacheable{}},
	} {
		require.ErrorContains(t, w.Validate(), field)
	}
}

func TestDemandsOfThePackageComeByValue(t *testing.T) {
	var none *workload.Sessions
	for want, w := range map[string]workload.Workload{
		"Demand is *workload.Poisson; want a workload.Poisson, by value": {
			Demand: &workload.Poisson{RequestsPerSecond: 1, Objects: 5}, Service: workload.APIDynamic().Service,
		},
		"Demand is *workload.Trace; want a workload.Trace, by value":       {Demand: &workload.Trace{}, Service: workload.Cacheable{}},
		"Demand is *workload.Sessions; want a workload.Sessions, by value": {Demand: none, Service: workload.CompetitiveFPS().Service},
	} {
		w.Name = "w"
		require.ErrorContains(t, w.Validate(), want)
	}
}

func TestServicesRefuseDemandsThatCannotServeThem(t *testing.T) {
	web, fps := zipfSite(), workload.CompetitiveFPS()
	objects := workload.Workload{Head: web.Head, Demand: fps.Demand, Service: web.Service}
	require.ErrorContains(t, objects.Validate(), `workload "web-static": Demand is workload.Sessions; want a demand that asks for objects`)
	stays := workload.Workload{Head: fps.Head, Demand: web.Demand, Service: fps.Service}
	require.ErrorContains(t, stays.Validate(), `workload "competitive-fps": Demand is workload.Poisson; want a demand of users who stay`)
}

func TestAParameterThatADemandDoesNotHaveIsRefused(t *testing.T) {
	web, fps := zipfSite(), workload.CompetitiveFPS()
	for want, w := range map[string]workload.Workload{
		"Demand.ConcurrentPlayers is 5; want no players: workload.Poisson has none to set": web.WithPlayers(5),
		"Demand.RequestsPerSecond is 5; want no rate: workload.Sessions has none to set":   fps.WithRequestsPerSecond(5),
		"there is no workload.Matched to change: the demand is a workload.Poisson, the service a workload.Cacheable": workload.Change(web, func(m *workload.Matched) {
			m.TickHz = 1
		}),
	} {
		require.ErrorContains(t, w.Validate(), want)
		_, err := w.Open([]workload.Audience{city("a", 1)}, monday, 1, 0)
		require.ErrorContains(t, err, want)
	}
	require.NoError(t, web.Validate(), "the original is as it was")
}

func TestChangedCopiesLeaveTheOriginalAlone(t *testing.T) {
	w := workload.WebStatic()
	other := workload.Change(w.Named("other").WithRequestsPerSecond(5), func(c *workload.Cacheable) { c.Origin.Mean = 1 })
	require.Equal(t, workload.WebStatic(), w)
	require.Equal(t, "other", other.Name)
	require.Equal(t, 5.0, other.Demand.(workload.Mixture).RequestsPerSecond)
	require.Equal(t, 70_000, other.Demand.(workload.Mixture).Regular())
	fewer := other.WithObjects(700).Demand.(workload.Mixture)
	require.Equal(t, []int{30, 270, 400}, []int{fewer.Classes[0].Objects, fewer.Classes[1].Objects, fewer.Classes[2].Objects})
	for _, preset := range []workload.Workload{workload.WebStatic(), workload.Images(), workload.Downloads()} {
		for _, objects := range []int{5, 99, 1000, 20_001, 3_000_001} {
			require.Equal(t, objects, preset.WithObjects(objects).Demand.(workload.Mixture).Regular(), preset.Name)
		}
	}
	few := workload.WebStatic().WithObjects(1).Demand.(workload.Mixture)
	require.Equal(t, []int{1, 1, 1}, []int{few.Classes[0].Objects, few.Classes[1].Objects, few.Classes[2].Objects})
	require.Equal(t, workload.WebStatic().Demand, w.Demand)
	require.Equal(t, time.Duration(1), other.Service.(workload.Cacheable).Origin.Mean)
}

// zipfSite is a web site whose popularity is one Zipf law.
func zipfSite() workload.Workload {
	w := workload.WebStatic()
	w.Demand = workload.Poisson{RequestsPerSecond: 1000, Objects: 1_000_000, ZipfExponent: 0.85}
	w.Service = workload.Cacheable{Sizes: workload.Sizes{LnMean: math.Log(16_000), LnSD: 1.8}}
	return w
}
