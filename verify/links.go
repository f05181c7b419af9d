package verify

import (
	"context"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// A fileSizes is a law of the sizes of files, in means.
type fileSizes func(*random.Stream) float64

func constantSize(*random.Stream) float64      { return 1 }
func exponentialSize(s *random.Stream) float64 { return s.Exp() }

// hyperSize is 1/2 nine times of ten, and else 5.5: a squared coefficient of variation of 2.25.
func hyperSize(s *random.Stream) float64 {
	if s.Float64() < .9 {
		return .5
	}
	return 5.5
}

// files are requests by a Poisson process for files whose sizes are drawn each time.
type files struct {
	PerSecond, MeanBytes float64
	sizes                fileSizes
}

func (files) Validate() error    { return nil }
func (files) Catalogue() int     { return 1 }
func (files) RecordsSizes() bool { return true }
func (f files) Open(audiences []workload.Audience, env workload.Env) (func(int) workload.Source, error) {
	return func(audience int) workload.Source {
		metro := audiences[audience].Metro
		return &fileSource{files: f, gaps: env.Stream(metro, "gap"), draws: env.Stream(metro, "size")}
	}, nil
}

type fileSource struct {
	files
	gaps, draws random.Stream
	now         float64
}

func (s *fileSource) Draw(to int64, b *workload.Batch) int {
	for n := range b.Len() {
		s.now += float64(s.gaps.Exp() / s.PerSecond * 1e9)
		b.At[n], b.Object[n], b.Bytes[n] = int64(s.now), 0, max(int64(s.sizes(&s.draws)*s.MeanBytes), 1)
		if b.At[n] >= to {
			return n + 1
		}
	}
	return b.Len()
}

// A sender is a region that sends files of its own to the users of a metro, so far from the link that is shared.
type sender struct {
	region, files string
	away          time.Duration
}

// fromOne and fromTwo are the senders of a link: one at it, or one near and one far from it.
var (
	fromOne = []sender{{"region", "files", 0}}
	fromTwo = []sender{{"far", "far files", 30 * time.Millisecond}, {"near", "near files", 3 * time.Millisecond}}
)

// overLink simulates so many files on the mean that cross a link to a metro one after the other or together, at a load of which each sender has the same
// part, and returns how much longer each took over it than alone, in times that the mean one takes.
func (t trial) overLink(ctx context.Context, senders []sender, how topology.Sharing, sizes fileSizes, load float64, requests int) (float64, error) {
	const bitsPerSecond, meanBytes = 8e8, 1e6 // 10 ms each
	nodes := []topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "exchange", Kind: topology.Exchange}}
	links := topology.Link{From: "metro", To: "exchange", Kind: topology.Internet, OneWay: 10 * time.Millisecond}.Both()
	links[1].CapacityBitsPerSecond, links[1].Sharing = bitsPerSecond, how
	perSecond := load / serviceMean.Seconds()
	p := placement.Placement{Name: "senders"}
	s := sim.Scenario{WarmUp: 20 * time.Second, Duration: time.Duration(float64(t.scaled(requests)) / perSecond * float64(time.Second)), Seed: t.seed ^ t.entity}
	for _, from := range senders {
		nodes = append(nodes, topology.Node{ID: from.region, Kind: topology.Region})
		links = append(links, topology.Link{From: "exchange", To: from.region, Kind: topology.Internet, OneWay: from.away}.Both()...)
		p.Sites = append(p.Sites, placement.Assignment{Site: from.region, Role: placement.Origin, Workloads: []string{from.files}})
		s.Workloads = append(s.Workloads, workload.Workload{
			Head: workload.Head{Name: from.files}, Service: workload.Cacheable{},
			Demand: files{PerSecond: perSecond / float64(len(senders)), MeanBytes: meanBytes * t.slowed(serviceMean).Seconds() / serviceMean.Seconds(), sizes: sizes},
		})
	}
	var err error
	if s.Network, err = topology.New(nodes, links); err != nil {
		return 0, err
	}
	r, err := sim.Run(ctx, sim.Job{Scenario: s, Placement: p, Replication: int(t.replication)})
	if err != nil {
		return 0, err
	}
	of := r.Links[0].Sum()
	return float64(of.WaitedNs) / float64(of.Responses) / float64(serviceMean), nil
}

// links checks links that are shared.
func links() []check {
	const group, load, requests = "Links", .8, 100_000
	const poisson = ", and two Poisson streams are one"
	var all []check
	for _, c := range []struct {
		name, source string
		senders      []sender
		how          topology.Sharing
		sizes        fileSizes
		expected     float64
	}{
		{", one after the other, files of one size: mean wait", "M/D/1: rho/2(1-rho)", fromOne, topology.FirstCome, constantSize, load / 2 / (1 - load)},
		{", one after the other, exponential files: mean wait", "M/M/1: rho/(1-rho)", fromOne, topology.FirstCome, exponentialSize, load / (1 - load)},
		{", one after the other, files of two sizes: mean wait", "Pollaczek-Khinchine", fromOne, topology.FirstCome, hyperSize, load * (1 + 2.25) / 2 / (1 - load)},
		{", all at once, files of one size: mean time longer than alone", "M/G/1-PS: rho/(1-rho), whatever the law", fromOne, topology.EqualParts, constantSize, load / (1 - load)},
		{", all at once, files of two sizes: mean time longer than alone", "M/G/1-PS: rho/(1-rho), whatever the law", fromOne, topology.EqualParts, hyperSize, load / (1 - load)},
		{" of two sites, one after the other, files of one size: mean wait", "M/D/1: rho/2(1-rho)" + poisson, fromTwo, topology.FirstCome, constantSize, load / 2 / (1 - load)},
		{" of two sites, one after the other, exponential files: mean wait", "M/M/1: rho/(1-rho)" + poisson, fromTwo, topology.FirstCome, exponentialSize, load / (1 - load)},
		{" of two sites, all at once, files of two sizes: mean time longer than alone", "M/G/1-PS: rho/(1-rho), whatever the law" + poisson, fromTwo, topology.EqualParts, hyperSize, load / (1 - load)},
	} {
		all = append(all, check{
			group: group, name: "link at load 0.8" + c.name, source: c.source, unit: "transmission times", expected: c.expected,
			simulate: func(ctx context.Context, t trial) (float64, error) {
				return t.overLink(ctx, c.senders, c.how, c.sizes, load, requests)
			},
		})
	}
	return all
}
