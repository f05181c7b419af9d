package workload

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// Trace is a demand that was recorded: each request asks when, for what, and for as many bytes as it did. The first
// request of the trace comes when the run starts. What comes after the run's end is not asked; where the run is longer
// than the trace, the rest is silent. The workload's day has no effect.
//
// A request comes from its metro where the trace has metros; from the metro nearest by great circle to the client, or
// to the site that wrote the request down, where it has places; else from a metro drawn by its users. Requests from
// metros that do not take part are left out. The trace is the same in every replication but for that draw, so that
// intervals tell nothing of what other days would have been like.
//
// A trace that has no sizes leaves them to the [Cacheable] service.
type Trace struct {
	// Recording holds the requests. All that replay it share it; a run takes 4 bytes a request besides.
	Recording *trace.Recording
	// SpeedUp is how many times as fast as it was recorded the trace is replayed, 1e-6 to 1e6; 0 means 1.
	SpeedUp float64
}

// Validate names the first field that is out of range.
func (t Trace) Validate() error {
	if t.Recording == nil {
		return invalid.New("Recording", "nil", "a trace, see trace.ReadRecording")
	}
	if t.Recording.Requests() == 0 {
		return invalid.New("Recording", "empty", "one with requests, see trace.ReadRecording")
	}
	if t.Recording.HasUnresolvedSites() {
		return invalid.New("Recording", "of sites without places", "one that was told where they are, by its method Resolve")
	}
	return invalid.Range("SpeedUp", t.speedUp(), 1e-6, 1e6)
}

func (t Trace) speedUp() float64 {
	if t.SpeedUp == 0 {
		return 1
	}
	return t.SpeedUp
}

// Catalogue returns the number of objects in the trace.
func (t Trace) Catalogue() int {
	if t.Recording == nil {
		return 0
	}
	return t.Recording.Objects()
}

// RecordsSizes reports whether the trace has sizes.
func (t Trace) RecordsSizes() bool { return t.Recording != nil && t.Recording.HasSizes() }

// HasWrites reports whether the trace writes or deletes.
func (t Trace) HasWrites() bool { return t.Recording != nil && t.Recording.HasWrites() }

// Length returns the time from the start of the run to the last request.
func (t Trace) Length() time.Duration { return time.Duration(t.instant(int64(t.Recording.Length()))) }

// PerSecond returns the mean rate over the length of the trace.
func (t Trace) PerSecond() float64 {
	return float64(t.Recording.Requests()) / max(t.Length().Seconds(), 1)
}

// instant returns when a request comes in a run, both in ns since the start; [math.MaxInt64] if never.
func (t Trace) instant(at int64) int64 {
	speedUp := t.speedUp()
	if speedUp == 1 {
		return at
	}
	if sped := float64(at) / speedUp; sped < 1<<62 {
		return int64(sped)
	}
	return math.MaxInt64
}

// Reach says which requests of a trace come from an audience.
type Reach struct {
	// Requests come from metros that take part, LeftOut from others.
	Requests, LeftOut int
	// FarthestKm is the longest way, by great circle, from a place in the trace to the metro that it was given to;
	// 0 where the trace has no places.
	FarthestKm float64
}

// ReachOf returns which requests come from an audience.
func (t Trace) ReachOf(audiences []Audience) (Reach, error) {
	homes, err := t.homes(audiences)
	if err != nil {
		return Reach{}, err
	}
	r := Reach{Requests: t.Recording.Requests()}
	if homes == nil {
		return r, nil
	}
	for i := range t.Recording.Requests() {
		if homes[t.Recording.ClientOf(i)] < 0 {
			r.LeftOut++
		}
	}
	r.Requests -= r.LeftOut
	for i, c := range t.Recording.Clients() {
		if c.Metro == "" && homes[i] >= 0 {
			r.FarthestKm = max(r.FarthestKm, topology.DistanceKm(c.Place, audiences[homes[i]].Place))
		}
	}
	return r, nil
}

// homes returns the audience of each place in the trace, -1 if it does not take part; nil where the trace has no
// places.
func (t Trace) homes(audiences []Audience) ([]int, error) {
	clients := t.Recording.Clients()
	if len(clients) == 0 {
		return nil, nil
	}
	find := nearest(audiences)
	if clients[0].Metro != "" {
		numbers := make(map[string]int)
		for i, a := range audiences {
			numbers[a.Metro] = i
		}
		find = func(c trace.Client) int {
			if i, ok := numbers[c.Metro]; ok {
				return i
			}
			return -1
		}
	} else if len(audiences) > 1 && !slices.ContainsFunc(audiences, func(a Audience) bool { return a.Place != audiences[0].Place }) {
		return nil, fmt.Errorf("workload: the trace has places, but all %d metros are at %v; want metros with places of their own", len(audiences), audiences[0].Place)
	}
	homes := make([]int, len(clients))
	some := false
	for i, c := range clients {
		homes[i] = find(c)
		if homes[i] >= 0 && audiences[homes[i]].Users == 0 {
			homes[i] = -1
		}
		some = some || homes[i] >= 0
	}
	if !some {
		return nil, fmt.Errorf("workload: none of the %d requests in the trace is from a metro that takes part", t.Recording.Requests())
	}
	return homes, nil
}

// nearest returns what finds the audience nearest to a client, the first among equals.
func nearest(audiences []Audience) func(trace.Client) int {
	places := make([]topology.Place, len(audiences))
	for i, a := range audiences {
		places[i] = a.Place
	}
	index := topology.NewPlaceIndex(places)
	return func(c trace.Client) int { return index.Nearest(c.Place, 1)[0] }
}

// Open sorts the requests by metro.
func (t Trace) Open(audiences []Audience, env Env) (func(audience int) Source, error) {
	shares, err := Shares(audiences)
	if err != nil {
		return nil, err
	}
	homes, err := t.homes(audiences)
	if err != nil {
		return nil, err
	}
	byUsers, err := random.NewAlias(shares)
	if err != nil {
		return nil, err
	}
	draws := env.Key("", "metro of a request")
	audienceOf := func(request int) int {
		if homes == nil {
			return byUsers.At(draws.At(uint64(request)))
		}
		return homes[t.Recording.ClientOf(request)]
	}
	ends := make([]int, len(audiences))
	for i := range t.Recording.Requests() {
		if a := audienceOf(i); a >= 0 {
			ends[a]++
		}
	}
	total := 0
	starts := make([]int, len(audiences))
	for a, n := range ends {
		starts[a], ends[a] = total, total
		total += n
	}
	byAudience := make([]uint32, total)
	for i := range t.Recording.Requests() {
		if a := audienceOf(i); a >= 0 {
			byAudience[ends[a]] = uint32(i)
			ends[a]++
		}
	}
	return func(a int) Source { return &recordedSource{Trace: t, left: byAudience[starts[a]:ends[a]]} }, nil
}

// A recordedSource gives the requests of one metro.
type recordedSource struct {
	Trace
	left []uint32 // by number in the recording
}

// Draw reads requests.
func (s *recordedSource) Draw(to int64, b *Batch) int {
	n := 0
	for n < b.Len() && n < len(s.left) && (n == 0 || b.At[n-1] < to) {
		at, object, bytes := s.Recording.Request(int(s.left[n]))
		b.At[n] = s.instant(at)
		if b.Object != nil {
			b.Object[n] = object
		}
		if b.Bytes != nil {
			b.Bytes[n] = bytes
		}
		if b.Writes != nil {
			b.Writes[n] = s.Recording.IsWrite(int(s.left[n]))
		}
		n++
	}
	s.left = s.left[n:]
	return n
}
