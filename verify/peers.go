package verify

import (
	"context"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// peers checks games of two players who exchange their inputs directly, in frames of 20 ms of which two are hidden.
func peers() (all []check) {
	const (
		frame       = 20.0 // ms
		hidden      = 2
		most        = 3 // frames rolled back
		jitter      = 16.0
		way, farWay = 30.0, 50.0
		loss        = 0.1
	)
	// Jitter is exponential: an input comes later than n frames with this probability.
	later := func(frames float64) float64 { return math.Exp(-(float64(frame*frames) - way) / jitter) }
	rolled := 0.0
	for k := 0.0; k < most; k++ {
		rolled += later(hidden + k)
	}
	perInput := func(t *sim.Tally, c sim.Counter) float64 {
		return float64(t.Count(c)) / float64(t.Outcomes[sim.Played])
	}
	for _, row := range []struct {
		name, source       string
		expected           float64
		oneWay, mean, lost float64
		of                 func(*sim.Tally) float64
	}{
		{"inputs take 50 ms: frames rolled back for each", "Pusch (2019): ceil(50/20) - 2", 1, farWay, 0, 0,
			func(t *sim.Tally) float64 { return perInput(t, sim.RollbackFrames) }},
		{"30 ms and an exponential jitter of 16: share of inputs for which frames are rolled back", "exp(-(40-30)/16)", later(hidden), way, jitter, 0,
			func(t *sim.Tally) float64 { return perInput(t, sim.LateUpdates) }},
		{"30 ms and an exponential jitter of 16: frames rolled back for an input, at most 3", "the sum of exp(-(20 n-30)/16), n = 2 to 4", rolled, way, jitter, 0,
			func(t *sim.Tally) float64 { return perInput(t, sim.RollbackFrames) }},
		{"30 ms and an exponential jitter of 16: share of inputs for which the game stands still", "exp(-(100-30)/16)", later(hidden + most), way, jitter, 0,
			func(t *sim.Tally) float64 { return perInput(t, sim.StalledUpdates) }},
		{"30 ms, a tenth of the packets lost: frames that an input comes late", "p/(1-p)", loss / (1 - loss), way, 0, loss,
			func(t *sim.Tally) float64 { return meanCause(*t, sim.Loss, time.Millisecond) / frame }},
	} {
		all = append(all, check{
			group: "Peers", source: row.source, expected: row.expected, name: row.name, exact: row.mean == 0 && row.lost == 0,
			simulate: func(ctx context.Context, t trial) (float64, error) {
				tally, err := t.fight(ctx, row.oneWay*(1+t.broken.slower), row.mean, row.lost, workload.Peers{InputDelay: hidden, Rollback: most})
				return row.of(&tally), err
			},
		})
	}
	return all
}

// fight runs a fight of the players of two metros who are so far apart, one way in ms, with a jitter and a share of lost packets.
func (t trial) fight(ctx context.Context, apart, jitter, lost float64, of workload.Peers) (sim.Tally, error) {
	nodes := []topology.Node{{ID: "town", Kind: topology.Exchange}, {ID: "region", Kind: topology.Region}}
	links := topology.Link{From: "town", To: "region", Kind: topology.Internet, OneWay: time.Millisecond}.Both()
	for _, metro := range []string{"east", "west"} {
		nodes = append(nodes, topology.Node{ID: metro, Kind: topology.Metro, Users: 1})
		half := topology.Link{From: metro, To: "town", Kind: topology.Internet, OneWay: time.Duration(apart / 2 * 1e6), Jitter: time.Duration(jitter / 2 * 1e6)}
		if metro == "east" {
			half.Loss = lost
		}
		links = append(links, half.Both()...)
	}
	n, err := topology.New(nodes, links)
	if err != nil {
		return sim.Tally{}, err
	}
	w := workload.Workload{
		Head:    workload.Head{Name: "fight"},
		Demand:  rivals{},
		Service: workload.Matched{MatchPlayers: 2, MinPlayers: 2, MatchLength: 1000 * time.Hour, TickHz: 50, Peers: of},
	}
	return t.run(ctx, sim.Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: t.seconds(2400)}, placement.RegionOnly("region"))
}

// rivals are one player of each metro, who come as the run starts and stay.
type rivals struct{}

func (rivals) Validate() error     { return nil }
func (rivals) Concurrent() float64 { return 1 }
func (rivals) Open([]workload.Audience, workload.Env) (func(int) workload.Source, error) {
	return func(int) workload.Source { return new(rival) }, nil
}

// A rival is one player of a metro.
type rival struct{ hasCome bool }

// Draw lets the player come, once.
func (r *rival) Draw(_ int64, b *workload.Batch) int {
	if r.hasCome {
		return 0
	}
	r.hasCome = true
	b.At[0], b.Stay[0] = int64(time.Second), int64(1000*time.Hour)
	return 1
}
