package catalog_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

func TestEveryListHasItsSize(t *testing.T) {
	require.Len(t, catalog.Metros(), 1307)
	zones := map[catalog.Provider]int{catalog.ProviderAWS: 50, catalog.ProviderAzure: 1, catalog.ProviderOVH: 39}
	require.Len(t, catalog.WavelengthZones(), 26)
	require.Len(t, catalog.RegionalEdgeCaches(), 13)
	regions := map[catalog.Provider]int{catalog.ProviderAWS: 38, catalog.ProviderAzure: 56, catalog.ProviderGoogle: 42, catalog.ProviderOVH: 15}
	pops := map[catalog.Provider]int{
		catalog.ProviderAWS: 107, catalog.ProviderAzure: 103, catalog.ProviderGoogle: 101,
		catalog.ProviderCloudflare: 294, catalog.ProviderFastly: 79,
	}
	for _, p := range catalog.Providers() {
		require.Len(t, catalog.Regions(p), regions[p], p)
		require.Len(t, catalog.PoPs(p), pops[p], p)
		require.Len(t, catalog.Sites(p, topology.LocalZone), zones[p], p)
	}
	verified := 0
	for _, z := range catalog.LocalZones() {
		if !z.Unverified {
			verified++
		}
	}
	require.Equal(t, 33, verified, "Local Zones that a second source knows")
}

func TestEveryMetroHasUsersAContinentAndATimeZone(t *testing.T) {
	users := 0.0
	last := math.Inf(1)
	for _, m := range catalog.Metros() {
		require.Equal(t, topology.Metro, m.Kind, m.ID)
		require.NotEmpty(t, m.Continent, m.ID)
		require.LessOrEqual(t, m.Users, last, "%s: those with the most users first", m.ID)
		last = m.Users
		zone, err := time.LoadLocation(m.TimeZone)
		require.NoError(t, err, m.ID)
		// The clock must agree with the sun to within the widest zones (western China: 3 hours).
		_, offset := time.Date(2026, 1, 15, 12, 0, 0, 0, zone).Zone()
		off := math.Abs(float64(offset)/3600 - m.LonDeg/15)
		require.Less(t, min(off, 24-off), 4.0, "%s: %s at longitude %v", m.ID, m.TimeZone, m.LonDeg)
		users += m.Users
	}
	require.InDelta(t, 4.59e9, users, 0.01e9)
}

// What the lists say about distance, computed by a program in another language from the same files: user-weighted quantiles
// of the great-circle distance to the nearest site in km, and the share of users within 100, 250, 500
// and 1000 km.
func TestUsersAreAsFarFromSitesAsComputedElsewhere(t *testing.T) {
	// Without what the lists have got since.
	of2025 := func(sites []topology.Node) []topology.Node {
		return slices.DeleteFunc(sites, func(n topology.Node) bool {
			return n.ID == "sa-west-1" || n.ID == "us-east-2-jan-1" || n.ID == "us-east-2-mci-1" || n.ID == "us-east-2-sbn-1"
		})
	}
	aws := of2025(catalog.Regions(catalog.ProviderAWS))
	cases := map[string]struct {
		sites  []topology.Node
		km     [4]float64 // p25, p50, p75, p90
		within [4]float64
	}{
		"AWS regions":     {aws, [4]float64{291, 676, 1209, 2286}, [4]float64{.116, .216, .395, .672}},
		"AWS and zones":   {slices.Concat(aws, of2025(catalog.LocalZones())), [4]float64{153, 425, 766, 1320}, [4]float64{.200, .336, .556, .847}},
		"CloudFront PoPs": {catalog.PoPs(catalog.ProviderAWS), [4]float64{58, 295, 614, 985}, [4]float64{.295, .461, .682, .902}},
		"Cloudflare PoPs": {catalog.PoPs(catalog.ProviderCloudflare), [4]float64{20, 96, 260, 444}, [4]float64{.506, .735, .923, .993}},
		"Azure regions":   {catalog.Regions(catalog.ProviderAzure), [4]float64{282, 780, 1194, 2096}, [4]float64{.137, .229, .388, .648}},
		"Google regions":  {catalog.Regions(catalog.ProviderGoogle), [4]float64{282, 713, 1153, 1925}, [4]float64{.122, .226, .389, .675}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			type reach struct{ km, users float64 }
			var all []reach
			total := 0.0
			for _, m := range catalog.Metros() {
				nearest := math.Inf(1)
				for _, s := range c.sites {
					nearest = min(nearest, topology.DistanceKm(place(m), place(s)))
				}
				all = append(all, reach{nearest, m.Users})
				total += m.Users
			}
			slices.SortFunc(all, func(a, b reach) int {
				if a.km < b.km {
					return -1
				}
				return 1
			})
			for k, p := range []float64{.25, .50, .75, .90} {
				below := 0.0
				for _, r := range all {
					if below += r.users; below >= p*total {
						require.InDelta(t, c.km[k], r.km, 1+0.01*c.km[k], "p%v", p)
						break
					}
				}
			}
			for k, limit := range []float64{100, 250, 500, 1000} {
				inside := 0.0
				for _, r := range all {
					if r.km <= limit {
						inside += r.users
					}
				}
				require.InDelta(t, c.within[k], inside/total, 0.006, "within %v km", limit)
			}
		})
	}
}

func TestEveryUserReachesEverySiteAndEverySiteItsPeers(t *testing.T) {
	all := []string{"all"}
	n, err := catalog.AWS(catalog.Selection{Regions: all, LocalZones: all, WavelengthZones: all, RegionalEdgeCaches: all, PoPs: all})
	require.NoError(t, err)
	require.Len(t, n.Sites(), 37+50+26+13+107, "without the region that is no more than announced")
	public, err := n.Routes(n.OfKind(topology.Metro), n.Sites(), topology.Public)
	require.NoError(t, err)
	for i := range n.OfKind(topology.Metro) {
		for j := range n.Sites() {
			access, internet, backbone := public.Parts(i, j)
			if access <= 0 || internet <= 0 || backbone != 0 { // 287,000 pairs: an assertion each takes a minute
				t.Fatalf("%d to %d: access %v, internet %v, backbone %v: want no backbone and some of the others", i, j, access, internet, backbone)
			}
		}
	}
	private, err := n.Routes(n.Sites(), n.Sites(), topology.Private)
	require.NoError(t, err)
	for i, a := range n.Sites() {
		for j, b := range n.Sites() {
			if private.OneWay(i, j) != private.OneWay(j, i) {
				t.Fatalf("%s and %s: %v there, %v back", n.At(a).ID, n.At(b).ID, private.OneWay(i, j), private.OneWay(j, i))
			}
		}
	}
}

func TestEveryProviderHasANetwork(t *testing.T) {
	for p, build := range map[catalog.Provider]func(catalog.Selection) (*topology.Network, error){
		catalog.ProviderAWS: catalog.AWS, catalog.ProviderAzure: catalog.Azure, catalog.ProviderGoogle: catalog.Google,
		catalog.ProviderCloudflare: catalog.Cloudflare, catalog.ProviderFastly: catalog.Fastly,
	} {
		n, err := build(catalog.Selection{TopMetros: 20, PoPs: []string{"all"}})
		require.NoError(t, err, p)
		_, err = n.Routes(n.OfKind(topology.Metro), n.OfKind(topology.PoP), topology.Public)
		require.NoError(t, err, p)
		_, err = n.Routes(n.OfKind(topology.PoP), n.OfKind(topology.PoP), topology.Private)
		require.NoError(t, err, p)
	}
}

func place(n topology.Node) topology.Place {
	return topology.Place{LatDeg: n.LatDeg, LonDeg: n.LonDeg}
}

// The whole catalog of AWS: 1,307 metros, 229 sites. It must build in a few seconds and stay under
// 100 MB.
func BenchmarkAllRoutes(b *testing.B) {
	all := []string{"all"}
	n, err := catalog.AWS(catalog.Selection{Regions: all, LocalZones: all, WavelengthZones: all, RegionalEdgeCaches: all, PoPs: all})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := n.Routes(n.OfKind(topology.Metro), n.Sites(), topology.Public); err != nil {
			b.Fatal(err)
		}
	}
}
