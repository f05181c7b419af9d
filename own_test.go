package edgewise_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// Own parts of a study: demands with the fields of another, a rule that is the nearest, a correction that adds, a
// policy and an admission.
type (
	steady  struct{ workload.Poisson }
	hurried struct{ workload.Poisson }
	nearer  struct {
		placement.NearestRTT
		Label string
		notes map[string]int
	}
	slower struct {
		topology.Correction
		Extra time.Duration
	}
	first struct{ slots []uint32 }
	all   struct{}
)

func (s slower) Locate(n topology.Node) topology.Location {
	return slowerPlace{s.Correction.Locate(n), s.Extra}
}

type slowerPlace struct {
	topology.Location
	extra time.Duration
}

func (p slowerPlace) RTT(kind topology.LinkKind, to topology.Location, path time.Duration) time.Duration {
	return p.Location.RTT(kind, to.(slowerPlace).Location, path) + p.extra
}

func (f *first) Inserted(slot uint32) { f.slots = append(f.slots, slot) }
func (f *first) Hit(uint32)           {}
func (f *first) Victim() uint32       { return f.slots[0] }
func (f *first) Removed(uint32)       { f.slots = f.slots[1:] }

func newFirst(cache.Slots) cache.Policy { return new(first) }

func (all) Asked(uint64, int64, bool)      {}
func (all) Admit(uint64, int64, bool) bool { return true }
func (all) Evicted(uint64)                 {}

// upTo makes an admission that its parameter is part of.
func upTo(bytes int64) func(cache.Limits) cache.Admission {
	return func(cache.Limits) cache.Admission { return small{bytes: bytes} }
}

type small struct {
	all
	bytes int64
}

func (s small) Admit(_ uint64, bytes int64, _ bool) bool { return bytes <= s.bytes }

// embedding is a rule whose parameters are those of types that are not exported.
type (
	embedding struct {
		placement.NearestRTT
		embedded
		*pointed
	}
	embedded struct{ X int }
	pointed  struct{ Y int }
)

func newAll(cache.Limits) cache.Admission { return all{} }

// ownParts gives the small study one part of each kind.
func ownParts(s *edgewise.Study) {
	s.Workloads[0].Demand = steady{s.Workloads[0].Demand.(workload.Poisson)}
	s.Placements[0].Routing = nearer{Label: "a"}
	s.Placements[1] = s.Placements[1].WithEachCache(func(_ string, c *placement.Cache) {
		c.NewPolicy, c.Policy, c.NewAdmission = newFirst, "first", newAll
	})
	s.Network = s.Network.WithCorrection(slower{s.Network.Correction(), time.Millisecond})
	s.Measures = fullMeasures()[2:3]
	s.Outputs = []edgewise.Output{{Name: "names.txt", Write: func(w io.Writer, c *edgewise.Comparison) error {
		_, err := fmt.Fprintln(w, c.Title)
		return err
	}}}
}

const here = "github.com/edgewise-sim/edgewise_test"

func TestAStudyNamesItsOwnParts(t *testing.T) {
	s := smallStudy(t)
	require.Empty(t, s.OwnParts())
	ownParts(s)
	want := []string{
		"demand " + here + ".steady",
		"routing rule " + here + ".nearer",
		"eviction policy first " + here + ".newFirst",
		"admission " + here + ".newAll",
		"delay correction " + here + ".slower",
		"measure own, answered",
		"output names.txt",
	}
	require.Equal(t, want, s.OwnParts())
	s.Duration, s.Replications = time.Second, 1
	s.SkipWarmUpCheck = true
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, want, c.OwnParts)
	require.Len(t, c.Outputs, 1)

	cell, err := s.RunCell(context.Background(), edgewise.Cell{Placement: s.Placements[0].Name})
	require.NoError(t, err)
	require.Equal(t, want[:5], sent(t, []*edgewise.CellResult{cell})[0].OwnParts, "those that it ran")
	s.Placements[0].Routing = nil
	_, err = s.Compare(context.Background(), []*edgewise.CellResult{cell})
	require.ErrorContains(t, err, "has another list of own parts")
}

// notes is a part that holds itself.
type notes struct {
	placement.NearestRTT
	Next *notes
}

func TestFingerprintTellsOwnPartsApart(t *testing.T) {
	of := func(change func(*edgewise.Study)) string {
		s := smallStudy(t)
		ownParts(s)
		change(s)
		f, err := s.Fingerprint()
		require.NoError(t, err)
		return f
	}
	as := of(func(*edgewise.Study) {})
	require.Equal(t, as, of(func(s *edgewise.Study) {
		s.Placements[0].Routing = nearer{Label: "a", notes: map[string]int{"x": 1}}
	}), "what is not exported is the part's own affair")
	seen := map[string]string{as: "nothing"}
	for what, change := range map[string]func(*edgewise.Study){
		"another type with the same fields": func(s *edgewise.Study) { s.Workloads[0].Demand = hurried(s.Workloads[0].Demand.(steady)) },
		"our type with the same fields":     func(s *edgewise.Study) { s.Workloads[0].Demand = s.Workloads[0].Demand.(steady).Poisson },
		"a field":                           func(s *edgewise.Study) { s.Placements[0].Routing = nearer{Label: "b"} },
		"a pointer":                         func(s *edgewise.Study) { s.Placements[0].Routing = &nearer{Label: "a"} },
		"a rule of ours":                    func(s *edgewise.Study) { s.Placements[0].Routing = placement.Anycast{} },
		"its parameter": func(s *edgewise.Study) {
			s.Placements[0].Routing = placement.Anycast{Misdirected: placement.FractionOf(0)}
		},
		"the correction's field": func(s *edgewise.Study) {
			s.Network = s.Network.WithCorrection(slower{s.Network.Correction().(slower).Correction, time.Second})
		},
		"the correction": func(s *edgewise.Study) { s.Network = s.Network.WithCorrection(nil) },
		"a measured round trip": func(s *edgewise.Study) {
			n, err := s.Network.With(topology.Change{Measured: []topology.MeasuredRTT{{From: "us-west-2", To: "pop-lax", RTT: time.Second}}})
			require.NoError(t, err)
			s.Network = n
		},
		"the admission": func(s *edgewise.Study) {
			s.Placements[1] = s.Placements[1].WithEachCache(func(_ string, c *placement.Cache) { c.NewAdmission = nil })
		},
	} {
		f := of(change)
		require.NotContains(t, seen, f, what)
		seen[f] = what
	}
	inside := func(x int) string {
		return of(func(s *edgewise.Study) {
			s.Placements[0].Routing = embedding{embedded: embedded{x}, pointed: &pointed{x}}
		})
	}
	require.NotEqual(t, inside(1), inside(2), "a field of an embedded type that is not exported")
	s := smallStudy(t)
	endless := new(notes)
	endless.Next = endless
	s.Placements[0].Routing = endless
	_, err := s.Fingerprint()
	require.ErrorContains(t, err, "nested more than 100 deep")
}
