package calibrate_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// A toldPair is two places, over links of a kind.
type toldPair struct {
	kind topology.LinkKind
	a, b int
	path time.Duration
}

// somePlaces returns the largest metros of many countries: every second one as users' exchange, the others as sites.
func somePlaces(count int) []topology.Node {
	seen := make(map[string]bool)
	var places []topology.Node
	for _, m := range catalog.Metros() {
		if !seen[m.Country] && len(places) < count {
			seen[m.Country] = true
			m.Kind = topology.Exchange
			if len(places)%2 == 1 {
				m.Kind = topology.PoP
			}
			places = append(places, m)
		}
	}
	return places
}

func pairsOf(t *testing.T, places []topology.Node, model *calibrate.Model) (pairs []toldPair) {
	t.Helper()
	finder, err := catalog.Fabric().NewPathFinder(model.Ground)
	require.NoError(t, err)
	var ends []topology.PathEnd
	for _, p := range places {
		end, err := finder.Locate(p.Place())
		require.NoError(t, err)
		ends = append(ends, end)
	}
	for a := range places {
		for b := range a {
			path := 2 * finder.OneWay(ends[a], ends[b])
			pairs = append(pairs, toldPair{topology.Internet, a, b, path}, toldPair{topology.Backbone, b, a, path})
		}
	}
	return pairs
}

func locate(model *calibrate.Model, places []topology.Node) []topology.Location {
	located := make([]topology.Location, len(places))
	for i, p := range places {
		located[i] = model.Locate(p)
	}
	return located
}

func explained(t *testing.T, model *calibrate.Model, at []topology.Location, p toldPair) calibrate.Explanation {
	t.Helper()
	e, ok := model.Explain(p.kind, at[p.a], at[p.b], p.path, 0)
	require.True(t, ok)
	return e
}

// namedBy returns what ways lead over, in the words of a cut.
func namedBy(ways []topology.Way, model *calibrate.Model, from, to string) map[string]bool {
	named := make(map[string]bool)
	for _, w := range ways {
		if w.By != topology.WayHubs && w.By != topology.WayTransit {
			continue
		}
		for k, hub := range w.Over {
			named[hub] = true
			if k > 0 {
				named[w.Over[k-1]+"-"+hub], named[hub+"-"+w.Over[k-1]] = true, true
			}
		}
		if w.By == topology.WayTransit {
			named[from+"-"+w.Over[0]], named[to+"-"+w.Over[len(w.Over)-1]] = true, true
		}
	}
	return named
}

// everyCut returns all that can be cut of a model.
func everyCut(model *calibrate.Model) (words []string) {
	for _, h := range model.Trunks.Hubs {
		words = append(words, h.ID)
	}
	for _, c := range model.Trunks.Cables {
		words = append(words, c.String())
	}
	for _, country := range slices.Sorted(maps.Keys(model.Trunks.Transit)) {
		for _, p := range model.Trunks.Transit[country] {
			words = append(words, country+"-"+p.Hub)
		}
	}
	return words
}

func TestTheWaysThatAreToldMakeTheRoundTripAndNoneIsFasterThanLight(t *testing.T) {
	model, places := calibrate.Default(), somePlaces(90)
	at := locate(model, places)
	for _, p := range pairsOf(t, places, model) {
		e := explained(t, model, at, p)
		a, b := places[p.a], places[p.b]
		name := a.ID + " to " + b.ID
		share := 0.0
		for _, w := range e.Ways {
			share += w.Share
			require.Positive(t, w.Share, name)
			require.GreaterOrEqual(t, w.RTT.Seconds()*1000*topology.SpeedOfLightKmPerMs, 2*w.Km, "%s: %v", name, w)
			if w.By == topology.WayHubs || w.By == topology.WayTransit {
				require.GreaterOrEqual(t, w.Km, topology.DistanceKm(a.Place(), b.Place())-0.5, "%s: %v", name, w)
				require.NotEmpty(t, w.Over)
			}
		}
		require.InDelta(t, 1, share, 1e-9, name)
		require.InDelta(t, e.RTT.Seconds(), topology.MeanRTT(e.Ways).Seconds()*e.Correction, 1e-9, name)
		require.Equal(t, 1.0, e.Detour, name)
		require.GreaterOrEqual(t, e.RTT.Seconds()*1000*topology.SpeedOfLightKmPerMs, 2*topology.DistanceKm(a.Place(), b.Place()), name)
	}
}

// uncorrected returns the default model without what measurements correct: its blends alone.
func uncorrected(t *testing.T) *calibrate.Model {
	t.Helper()
	m := *calibrate.Default()
	for _, s := range []*calibrate.Surface{&m.Internet, &m.Backbone} {
		s.Anchors, s.PairWeights, s.EndWeights, s.Measured, s.Residuals = nil, nil, nil, nil, nil
	}
	m.Users, m.Homes, m.Domestic.Shorter, m.BackboneScale, m.UserScale = calibrate.UserSurface{}, calibrate.UserSurface{}, 0, 1, 1
	var text bytes.Buffer
	require.NoError(t, m.Write(&text))
	of, err := calibrate.ReadModel(&text)
	require.NoError(t, err)
	return of
}

// What estimates a round trip and what tells its ways read the same guesses.
func TestTheWaysAloneMakeARoundTripThatNothingCorrects(t *testing.T) {
	model, places := uncorrected(t), somePlaces(90)
	at := locate(model, places)
	made := 0
	for _, p := range pairsOf(t, places, model) {
		e := explained(t, model, at, p)
		a, b := places[p.a], places[p.b]
		name := a.ID + " to " + b.ID + " over " + p.kind.String()
		lightMs := 0.2 + 2*topology.DistanceKm(a.Place(), b.Place())/topology.SpeedOfLightKmPerMs
		if e.RTT.Seconds()*1000 < lightMs+0.002 { // not below that, whatever the ways say
			continue
		}
		made++
		require.InDelta(t, e.RTT.Seconds(), topology.MeanRTT(e.Ways).Seconds(), 2e-6, name)
	}
	require.Greater(t, made, 7500)
}

// byNoHub returns the ways that lead over no hub, of which a cut says nothing, in an order of their own.
func byNoHub(ways []topology.Way) []topology.Way {
	ways = slices.DeleteFunc(slices.Clone(ways), func(w topology.Way) bool { return w.By != topology.WayTowns && w.By != topology.WayLine })
	slices.SortFunc(ways, func(a, b topology.Way) int { return int(a.By) - int(b.By) })
	return ways
}

// What is cut changes what is told where it is named, and nothing elsewhere: for every hub, cable and purchase of the map. What leads over no
// hub stays as it is told even there; the round trip is what the ways, the correction and the detour make.
func TestACutOfWhatIsNamedChangesTheWaysAndNoOtherDoes(t *testing.T) {
	whole, places := calibrate.Default(), somePlaces(14)
	pairs, at := pairsOf(t, places, whole), locate(whole, places)
	before := make([]calibrate.Explanation, len(pairs))
	for k, p := range pairs {
		before[k] = explained(t, whole, at, p)
	}
	changed, longer := 0, 0
	for _, word := range everyCut(whole) {
		cut, err := whole.Cut(word)
		if err != nil {
			require.ErrorContains(t, err, "left without a cable to the others; cut ", word)
			continue
		}
		at := locate(cut, places)
		for k, p := range pairs {
			was, is := before[k], explained(t, cut, at, p)
			name := word + ": " + places[p.a].ID + " to " + places[p.b].ID + " over " + p.kind.String()
			if !namedBy(was.Ways, whole, places[p.a].Country, places[p.b].Country)[word] {
				require.Equal(t, was.Ways, is.Ways, name)
				require.Equal(t, was.RTT, is.RTT, name)
				require.Equal(t, 1.0, is.Detour, name)
				continue
			}
			changed++
			require.NotEqual(t, was.Ways, is.Ways, name)
			require.Equal(t, byNoHub(was.Ways), byNoHub(is.Ways), name)
			require.InDelta(t, is.RTT.Seconds(), topology.MeanRTT(is.Ways).Seconds()*was.Correction*is.Detour, 3e-6, name)
			require.GreaterOrEqual(t, is.RTT, was.RTT, name)
			require.InDelta(t, was.Correction, is.Correction, was.Correction*3e-6/was.RTT.Seconds()+1e-9, name, "a round trip is rounded to 2 us")
			require.GreaterOrEqual(t, is.Detour, 1.0, name)
			if is.RTT > was.RTT {
				longer++
				require.Greater(t, is.Detour, 1.0, name)
			}
			if len(word) == len("FRA") || len(word) == len("FRA-AMS") {
				a, b, _ := strings.Cut(word, "-")
				for _, w := range is.Ways {
					lead := strings.Join(w.Over, "-") + "-"
					require.NotContains(t, lead, word+"-", name)
					require.False(t, b != "" && strings.Contains(lead, b+"-"+a+"-"), name)
				}
			}
		}
	}
	require.Greater(t, changed, 1000)
	require.Greater(t, longer, changed*3/4, "a way that stands in for another is seldom as long as it")
}
