package sim

import (
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// A Kind tells workloads apart by their service.
type Kind uint8

// The kinds.
const (
	Cacheable Kind = iota // [workload.Cacheable]
	Computed              // [workload.Computed]
	Matched               // [workload.Matched]
	numKinds
)

// kinds says what a kind is like, to all who must know.
var kinds = [numKinds]struct {
	name string
	// requests is what requests are called.
	requests string
	// role is that of the sites without which the service cannot do.
	role placement.Role
	// meetsCaches says that requests go through tiers of caches to an origin.
	meetsCaches bool
	// viaPoP says that requests enter at a PoP, which passes them on, where a route for all says so; of other kinds
	// that do not meet caches the route must name the workload.
	viaPoP bool
	// metrics are the headline, what each request or update has besides, and what is counted of something else.
	metrics []Metric
}{
	Cacheable: {
		name: "cacheable", requests: "requests", role: placement.Origin, meetsCaches: true,
		metrics: []Metric{TTFB, TTLB},
	},
	Computed: {
		name: "computed", requests: "requests", role: placement.Compute, viaPoP: true,
		metrics: []Metric{TTFB, TTLB},
	},
	Matched: {
		name: "matched", requests: "player updates", role: placement.Compute,
		metrics: []Metric{
			Response, RTT, InputToDisplay,
			PlayerRTT, PlayerRTTP95, PlayerJitter, PlayerDisplay, PlayerDisplayP95, Rewind, Felt,
			WorstRTT, MatchSpread, PeekersAdvantage, LobbyWait, FirstWait, GaveUpWait,
		},
	},
}

// metricPlaces are the places of metrics among those of the kinds that have them.
var metricPlaces = func() (places [NumMetrics]int) {
	for _, kind := range kinds {
		for i, m := range kind.metrics {
			places[m] = i
		}
	}
	return places
}()

// displayMetric is the place of [InputToDisplay] among the metrics of a game.
const displayMetric = 2

// Kinds returns all kinds.
func Kinds() []Kind {
	all := make([]Kind, numKinds)
	for k := range numKinds {
		all[k] = k
	}
	return all
}

// KindOf returns the kind of a workload with a valid service.
func KindOf(s workload.Service) Kind {
	switch s.(type) {
	case workload.Computed:
		return Computed
	case workload.Matched:
		return Matched
	}
	return Cacheable
}

// String returns the kind's name, for example "matched".
func (k Kind) String() string {
	if k >= numKinds {
		return fmt.Sprintf("kind(%d)", uint8(k))
	}
	return kinds[k].name
}

// Metrics returns the metrics of a kind, that by which it is judged first unless a workload says otherwise: see
// [Kind.Headline].
func (k Kind) Metrics() []Metric { return slices.Clone(kinds[k].metrics) }

// Headline returns the metric by which a workload of the kind is judged: of requests that to one of two bytes.
func (k Kind) Headline(judged workload.Byte) Metric {
	if k != Matched && judged == workload.LastByte {
		return TTLB
	}
	return kinds[k].metrics[0]
}

// MeetsCaches reports whether requests of the kind go through tiers of caches to an origin.
func (k Kind) MeetsCaches() bool { return kinds[k].meetsCaches }

// Requests returns what requests of the kind are called: "requests", or "player updates".
func (k Kind) Requests() string { return kinds[k].requests }

// Role returns the role of the sites without which a service of the kind cannot do.
func (k Kind) Role() placement.Role { return kinds[k].role }

// ParseKind returns the kind of a name.
func ParseKind(name string) (Kind, error) {
	for k := range numKinds {
		if kinds[k].name == name {
			return k, nil
		}
	}
	return 0, fmt.Errorf("sim: unknown kind %q; want cacheable, computed or matched", name)
}
