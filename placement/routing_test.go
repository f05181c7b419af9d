package placement_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// near is a view of three sites, 6, 10 and 16 ms away; the farthest by round trip is the nearest by distance.
func near(away ...int) placement.View {
	v := placement.View{Metro: "metro", Draws: random.NewKey(1, 2, 3, 4), Sites: []placement.Candidate{
		{Site: "a", RTT: 6 * time.Millisecond, Place: topology.Place{LatDeg: 2}},
		{Site: "b", RTT: 10 * time.Millisecond, Place: topology.Place{LatDeg: 3}},
		{Site: "c", RTT: 16 * time.Millisecond, Place: topology.Place{LatDeg: 1}},
	}}
	for _, i := range away {
		v.Sites[i].Away = true
	}
	return v
}

func TestRulesShareEverybodyAmongTheSites(t *testing.T) {
	const half, all = placement.Everybody / 2, placement.Everybody
	weighted := placement.Weighted{{Site: "c", Weight: 1}, {Site: "b", Weight: 1}}
	pinned := placement.Pinned{{Metro: "other", Site: "a"}, {Metro: "metro", Site: "x"}, {Metro: "metro", Site: "c"}, {Metro: "metro", Site: "b"}}
	for name, c := range map[string]struct {
		rule placement.Routing
		view placement.View
		want []placement.Share
	}{
		"nearest":                   {placement.NearestRTT{}, near(), []placement.Share{{0, all}}},
		"nearest of those left":     {placement.NearestRTT{}, near(0), []placement.Share{{1, all}}},
		"distance":                  {placement.NearestDistance{}, near(), []placement.Share{{2, all}}},
		"distance of those left":    {placement.NearestDistance{}, near(2), []placement.Share{{0, all}}},
		"weights":                   {weighted, near(), []placement.Share{{1, half}, {2, all}}},
		"weights, one down":         {weighted, near(1), []placement.Share{{2, half}, {2, all}}},
		"weights, both down":        {weighted, near(1, 2), []placement.Share{{0, half}, {0, all}}},
		"weights of other sites":    {placement.Weighted{{Site: "x", Weight: 1}}, near(), []placement.Share{{0, all}}},
		"a pin":                     {pinned, near(), []placement.Share{{2, all}}},
		"the next pin":              {pinned, near(2), []placement.Share{{1, all}}},
		"no pin left":               {pinned, near(1, 2), []placement.Share{{0, all}}},
		"anycast without misguided": {placement.Anycast{Misdirected: placement.FractionOf(0)}, near(1), tenths(0, 0)},
		"anycast with all misguided to the only other": {placement.Anycast{Misdirected: placement.FractionOf(1)},
			placement.View{Sites: near().Sites[:2]}, tenths(1, 1)},
		"anycast, the only other is down": {placement.Anycast{Misdirected: placement.FractionOf(1)},
			placement.View{Sites: near(1).Sites[:2]}, tenths(0, 0)},
	} {
		got := c.rule.Shares(c.view)
		require.Equal(t, c.want, got, name)
		require.NoError(t, c.view.CheckShares(got), name)
	}
}

// tenths gives each of ten providers a site: the even ones the first, the odd ones the second.
func tenths(even, odd int) []placement.Share {
	shares := make([]placement.Share, placement.ProvidersPerMetro)
	for i := range shares {
		shares[i] = placement.Share{Site: []int{even, odd}[i%2], UpTo: uint64(i+1) * placement.Everybody / placement.ProvidersPerMetro}
	}
	return shares
}

func TestEveryInternetProviderHasADrawOfItsOwn(t *testing.T) {
	// Half of 5,000 providers are misled: of all users' shares as many as that lead to the second site.
	v := near()
	v.Sites = v.Sites[:2]
	alike := 0 // providers that do as the one before them in the metro
	misled := 0
	for m := range 500 {
		v.Draws = random.NewKey(1, 0, random.Entity(fmt.Sprint(m)), 5)
		shares := placement.Anycast{Misdirected: placement.FractionOf(0.5)}.Shares(v)
		for i, s := range shares {
			misled += s.Site
			if i > 0 && s.Site == shares[i-1].Site {
				alike++
			}
		}
	}
	require.InDelta(t, 2500, misled, 106, "3 standard deviations")
	require.InDelta(t, 2250, alike, 101, "neighbours are independent")
}

func TestAFractionLeftOutIsTheDefault(t *testing.T) {
	require.Equal(t, 0.2, placement.Fraction{}.Or(0.2))
	require.Zero(t, placement.FractionOf(0).Or(0.2))
	require.Equal(t, 0.7, placement.FractionOf(0.7).Or(0.2))
}

func TestWrongSharesAreNamed(t *testing.T) {
	for want, shares := range map[string][]placement.Share{
		"the shares end at 0; want 4294967296":            nil,
		"the shares end at 5; want 4294967296":            {{0, 5}},
		"share 0 is of site 3; want 0 to 2":               {{3, placement.Everybody}},
		"share 0 is of site -1; want 0 to 2":              {{-1, placement.Everybody}},
		"share 1 ends at 4; want 5 to 4294967296":         {{0, 5}, {1, 4}},
		"share 0 ends at 4294967297; want 0 to 429496729": {{0, placement.Everybody + 1}},
	} {
		require.ErrorContains(t, near().CheckShares(shares), want)
	}
}

// halves is a rule of one's own: half of the users go to each of the two sites nearest by round trip.
type halves struct{}

func (halves) Validate(p placement.Placement, _ *topology.Network) error {
	if len(p.Sites) < 2 {
		return fmt.Errorf("%d sites; want 2 or more", len(p.Sites))
	}
	return nil
}

func (halves) Shares(v placement.View) []placement.Share {
	first := v.NearestByRTT()
	v.Sites = append([]placement.Candidate(nil), v.Sites...)
	v.Sites[first].Away = true
	second := max(v.NearestByRTT(), 0)
	return []placement.Share{{Site: first, UpTo: placement.Everybody / 2}, {Site: second, UpTo: placement.Everybody}}
}

// A rule of one's own is a type with two methods.
func ExampleRouting() {
	v := placement.View{Metro: "los-angeles-us", Sites: []placement.Candidate{
		{Site: "pop-sea", RTT: 30 * time.Millisecond}, {Site: "pop-lax", RTT: 8 * time.Millisecond}, {Site: "pop-phx", RTT: 14 * time.Millisecond},
	}}
	for _, s := range (halves{}).Shares(v) {
		fmt.Printf("%s up to %.0f %%\n", v.Sites[s.Site].Site, 100*float64(s.UpTo)/placement.Everybody)
	}
	// Output:
	// pop-lax up to 50 %
	// pop-phx up to 100 %
}

func TestARuleOfOnesOwnSteersARun(t *testing.T) {
	both := func(from, to string, ms int) []topology.Link {
		return topology.Link{From: from, To: to, Kind: topology.Internet, OneWay: time.Duration(ms) * time.Millisecond}.Both()
	}
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1},
		{ID: "a", Kind: topology.Region}, {ID: "b", Kind: topology.Region}, {ID: "c", Kind: topology.Region},
	}, append(append(both("metro", "a", 20), both("metro", "b", 5)...), both("metro", "c", 10)...))
	require.NoError(t, err)
	job := sim.Job{Scenario: sim.Scenario{
		Network: n, Duration: 200 * time.Second, Seed: 1,
		Dynamic: []workload.Dynamic{{Name: "api", RequestsPerSecond: 20, ResponseBytes: 1, Deadlines: []time.Duration{10 * time.Millisecond}}},
	}}
	job.Placement = placement.Placement{Name: "halves"}.With(
		placement.Assignment{Site: "a", Role: placement.Compute}, placement.Assignment{Site: "b", Role: placement.Compute},
		placement.Assignment{Site: "c", Role: placement.Compute})
	job.Placement.Routes = []placement.Route{{Workloads: []string{"api"}, Routing: halves{}}}
	r, err := sim.Run(context.Background(), job)
	require.NoError(t, err)
	tally := &r.Workloads[0].Metros[0]
	require.InDelta(t, 0.5, float64(tally.Within(sim.TTFB)[0])/float64(tally.Count(sim.Requests)), 0.024, "3 standard deviations of 4,000")
	require.Equal(t, (20 * time.Millisecond).Nanoseconds(), tally.Metric(sim.TTFB).MaxNs(), "nobody goes to the third")

	job.Placement.Sites = job.Placement.Sites[:1]
	_, err = sim.Run(context.Background(), job)
	require.ErrorContains(t, err, `placement "halves": Routes[0].Routing: 1 sites; want 2 or more`)
	job.Placement.Routes[0].Routing = lost{}
	_, err = sim.Run(context.Background(), job)
	require.ErrorContains(t, err, "routing rule placement_test.lost: share 0 is of site 7; want 0 to 0")
}

// lost is a rule that sends everybody to nowhere.
type lost struct{}

func (lost) Validate(placement.Placement, *topology.Network) error { return nil }

func (lost) Shares(placement.View) []placement.Share {
	return []placement.Share{{Site: 7, UpTo: placement.Everybody}}
}
