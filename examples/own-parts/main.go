// Command own-parts compares placements with parts that edgewise does not have. A scenario file names them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// LIFO is a cache policy: what came last goes first.
type LIFO struct{ slots []uint32 }

func NewLIFO(cache.Slots) cache.Policy { return new(LIFO) }
func (l *LIFO) Inserted(slot uint32)   { l.slots = append(l.slots, slot) }
func (l *LIFO) Hit(uint32)             {}
func (l *LIFO) Victim() uint32         { return l.slots[len(l.slots)-1] }
func (l *LIFO) Removed(slot uint32) {
	l.slots = slices.DeleteFunc(l.slots, func(s uint32) bool { return s == slot })
}

// Half is an admission: every second object may enter.
type Half struct{}

func NewHalf(cache.Limits) cache.Admission          { return Half{} }
func (Half) Asked(uint64, int64, bool)              {}
func (Half) Admit(key uint64, _ int64, _ bool) bool { return key%2 == 0 }
func (Half) Evicted(uint64)                         {}

// Crawler is a demand: in every metro a robot reads all pages in turn, again and again, with a pause before each.
type Crawler struct {
	Pause time.Duration
	Pages int
}

func (c Crawler) Catalogue() int { return c.Pages }
func (c Crawler) Validate() error {
	if c.Pause <= 0 || c.Pages < 1 {
		return fmt.Errorf("a robot pauses for %v between %d pages; want more than 0s, and 1 page or more", c.Pause, c.Pages)
	}
	return nil
}

func (c Crawler) Open(metros []workload.Audience, _ workload.Env) (func(int) workload.Source, error) {
	return func(i int) workload.Source { return &robot{Crawler: c, works: metros[i].Users > 0} }, nil
}

type robot struct {
	Crawler
	works bool
	count int64
}

func (r *robot) Draw(to int64, b *workload.Batch) (n int) {
	for ; r.works && n < b.Len() && (n == 0 || b.At[n-1] < to); n++ {
		b.Object[n] = uint32(r.count % int64(r.Pages))
		r.count++
		b.At[n] = r.count * int64(r.Pause)
	}
	return n
}

// Spill is a routing rule: half of the users of every metro find the second nearest site.
type Spill struct{}

func (Spill) Validate(placement.Placement, *topology.Network) error { return nil }
func (Spill) Shares(v placement.View) []placement.Share {
	first := v.NearestByRTT()
	v.Sites = slices.Clone(v.Sites)
	v.Sites[first].Away = true
	second := max(v.NearestByRTT(), 0)
	return []placement.Share{{Site: second, UpTo: placement.Everybody / 2}, {Site: first, UpTo: placement.Everybody}}
}

// Tunnel is a delay correction: everything goes through a private network that takes longer.
type Tunnel struct {
	topology.Correction
	Extra time.Duration
}

type end struct {
	topology.Location
	Tunnel
}

func (t Tunnel) Locate(n topology.Node) topology.Location { return end{t.Correction.Locate(n), t} }
func (e end) RTT(kind topology.LinkKind, to topology.Location, path time.Duration) time.Duration {
	return e.Location.RTT(kind, to.(end).Location, path) + e.Extra
}

// pageSize is a measure.
var pageSize = edgewise.Measure{
	Label: edgewise.Label{Metric: "page", Statistic: "mean size", Unit: "kB", Shown: edgewise.Shown{Column: "page size, kB"}},
	Of: edgewise.RatioOf(func(t *edgewise.Tallies) stats.Ratio {
		return stats.Ratio{Numerator: t.Count(sim.Bytes), Denominator: t.Count(sim.Requests)}
	}, 1e-3),
}

// summary is an output.
var summary = edgewise.Output{Name: "summary.txt", Write: func(w io.Writer, c *edgewise.Comparison) error {
	_, err := fmt.Fprintf(w, "%s: %d placements, %d runs of each\n", c.Title, len(c.Placements), c.Replications)
	return err
}}

// reader reads scenario files that name any of these.
var reader = scenario.Reader{
	Policies:   map[string]func(cache.Slots) cache.Policy{"lifo": NewLIFO},
	Admissions: map[string]func(cache.Limits) cache.Admission{"half": NewHalf},
	Demands:    map[string]scenario.Part[workload.Demand]{"crawler": scenario.Like[workload.Demand](Crawler{Pages: 1000})},
	Routings:   map[string]scenario.Part[placement.Routing]{"spill": scenario.Like[placement.Routing](Spill{})},
	Corrections: map[string]func(scenario.Parameters, topology.Correction) (topology.Correction, error){
		"tunnel": func(p scenario.Parameters, of topology.Correction) (topology.Correction, error) {
			t := Tunnel{Correction: of}
			err := p.Decode(&t)
			return t, err
		},
	},
	Measures: map[string]edgewise.Measure{"page-size": pageSize},
	Outputs:  []edgewise.Output{summary},
}

func main() {
	study, err := reader.Load("robots.yaml")
	if err != nil {
		log.Fatal(err)
	}
	c, err := study.Run(context.Background())
	if err == nil {
		err = errors.Join(report.WriteTable(os.Stdout, c), report.WriteAll("out", c))
	}
	if err != nil {
		log.Fatal(err)
	}
}
