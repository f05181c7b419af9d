package cache

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"sync"
)

// Requests is a recorded sequence of requests with objects numbered densely, which is what replays
// fastest: number the keys of a trace once, then replay it for as many policies and sizes as needed.
//
// At most one of ObjectSizes and RequestSizes is set; with neither, every object has one byte.
type Requests struct {
	// IDs holds the object of each request, from 0 to Objects-1.
	IDs []uint32
	// Objects is the number of different objects.
	Objects int
	// ObjectSizes holds the size of each object, in bytes, where it never changes.
	ObjectSizes []int64
	// RequestSizes holds the size of the object at each request, in bytes.
	RequestSizes []int64

	next []uint32 // by request: the next request for the same object, from 0; never if there is none
}

// never is a request that will not come.
const never = math.MaxUint32

// A Result counts what a replay did.
type Result struct {
	// Requests and Misses count requests.
	Requests, Misses int64
	// RequestBytes and MissBytes sum the sizes of the requests. A cache whose capacity counts
	// objects takes every object as one byte here.
	RequestBytes, MissBytes int64
}

// RequestMissRatio returns the share of requests that missed, or 0 without requests.
func (r Result) RequestMissRatio() float64 { return ratio(r.Misses, r.Requests) }

// ByteMissRatio returns the share of bytes that missed, or 0 without bytes.
func (r Result) ByteMissRatio() float64 { return ratio(r.MissBytes, r.RequestBytes) }

// A Replayer replays the same requests through different caches. It is safe for use by several
// goroutines at a time, as long as nobody changes the requests.
type Replayer struct {
	requests Requests
	bytes    int64 // the sum of the sizes of the requests

	footprint func() footprint
	withNext  func() Requests // requests with next filled in
}

type footprint struct{ objects, bytes int64 }

// NewReplayer checks the requests: an id that is out of range, a size below 1 byte, or a sum of sizes
// beyond int64 is an error.
func NewReplayer(requests Requests) (*Replayer, error) {
	total, err := requests.check()
	if err != nil {
		return nil, err
	}
	p := &Replayer{requests: requests, bytes: total}
	p.footprint = sync.OnceValue(p.requests.footprint)
	p.withNext = sync.OnceValue(p.requests.withNext)
	return p, nil
}

// FootprintObjects returns the number of objects that are asked for at least once.
func (p *Replayer) FootprintObjects() int64 { return p.footprint().objects }

// FootprintBytes returns the sum, over those objects, of the size at the first request.
func (p *Replayer) FootprintBytes() int64 { return p.footprint().bytes }

// Replay runs all requests through a new cache: each is looked up and, after a miss, inserted at
// once. It stops early only if ctx is cancelled, with ctx's error.
//
// The keys of the cache are the ids: cfg.DenseKeys and cfg.Directory are ignored, cfg.OnEvict is called with ids. A cache
// whose capacity counts objects takes every object as one byte. Besides the policies of [New] there are
// those that know the future, see [OfflinePolicies].
func (p *Replayer) Replay(ctx context.Context, cfg Config) (Result, error) {
	e, err := p.build(cfg)
	if err != nil {
		return Result{}, err
	}
	r := p.requests
	if needsNext(e.rule) {
		r = p.withNext()
	}
	result := Result{Requests: int64(len(r.IDs)), RequestBytes: p.bytes}
	if cfg.CapacityObjects > 0 {
		r.ObjectSizes, r.RequestSizes = nil, nil
		result.RequestBytes = result.Requests
	}
	const chunk = 1 << 18 // some milliseconds between looks at ctx
	for from := 0; from < len(r.IDs); from += chunk {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		part := r.slice(from, min(from+chunk, len(r.IDs)))
		missed := e.replay(&part)
		result.Misses += missed.requests
		result.MissBytes += missed.bytes
	}
	return result, nil
}

// Check returns the error that Replay would return for a Config, at once.
func (p *Replayer) Check(cfg Config) error {
	_, err := p.build(cfg)
	return err
}

// build makes the cache of a Config.
func (p *Replayer) build(cfg Config) (*engine, error) {
	cfg.DenseKeys, cfg.Directory = p.requests.Objects, nil
	e, err := build(cfg, withBounds|withoutSizes)
	if err != nil {
		return nil, err
	}
	if needsNext(e.rule) && e.admission != nil {
		return nil, wrong("Admission", cmp.Or(cfg.Admission, "one of your own"), "always: the policy %s knows the future and must take in everything", cfg.Policy)
	}
	return e, nil
}

// needsNext reports whether a rule knows the future.
func needsNext(r rule) bool {
	switch r.(type) {
	case *belady, *beladySize:
		return true
	}
	return false
}

// missed counts misses.
type missed struct{ requests, bytes int64 }

func (m *missed) add(sizeBytes int64) {
	m.requests++
	m.bytes += sizeBytes
}

// plus returns the sum with misses of objects that count one.
func (m missed) plus(n int64) missed { return missed{m.requests + n, m.bytes + n} }

// size returns the size of the object of request i.
func (r *Requests) size(i int) int64 {
	if r.RequestSizes != nil {
		return r.RequestSizes[i]
	}
	if r.ObjectSizes != nil {
		return r.ObjectSizes[r.IDs[i]]
	}
	return 1
}

// slice returns requests from to to-1.
func (r *Requests) slice(from, to int) Requests {
	part := *r
	part.IDs = r.IDs[from:to]
	if r.RequestSizes != nil {
		part.RequestSizes = r.RequestSizes[from:to]
	}
	if r.next != nil {
		part.next = r.next[from:to]
	}
	return part
}

// check returns the sum of the sizes of the requests, or what is wrong with them.
func (r *Requests) check() (bytes int64, err error) {
	switch {
	case r.Objects < 0 || r.Objects > maxObjects:
		return 0, wrong("Objects", r.Objects, "0 to %d", maxObjects)
	case len(r.IDs) >= never:
		return 0, wrong("IDs", fmt.Sprintf("of %d requests", len(r.IDs)), "%d at most", uint32(never-1))
	case r.ObjectSizes != nil && r.RequestSizes != nil:
		return 0, wrong("RequestSizes", "set, and so is ObjectSizes", "one of the two")
	case r.ObjectSizes != nil && len(r.ObjectSizes) != r.Objects:
		return 0, wrong("ObjectSizes", fmt.Sprintf("of %d sizes", len(r.ObjectSizes)), "one for each of %d objects", r.Objects)
	case r.RequestSizes != nil && len(r.RequestSizes) != len(r.IDs):
		return 0, wrong("RequestSizes", fmt.Sprintf("of %d sizes", len(r.RequestSizes)), "one for each of %d requests", len(r.IDs))
	}
	for id, size := range r.ObjectSizes {
		if size < 1 {
			return 0, wrong(fmt.Sprintf("ObjectSizes[%d]", id), size, "1 or more")
		}
	}
	for i, id := range r.IDs {
		if int64(id) >= int64(r.Objects) {
			return 0, wrong(fmt.Sprintf("IDs[%d]", i), id, "less than Objects, %d", r.Objects)
		}
		size := r.size(i)
		if size < 1 {
			return 0, wrong(fmt.Sprintf("RequestSizes[%d]", i), size, "1 or more")
		}
		if bytes > math.MaxInt64-size {
			return 0, wrong("IDs", fmt.Sprintf("of more bytes at request %d", i), "sizes that sum to %d at most", int64(math.MaxInt64))
		}
		bytes += size
	}
	return bytes, nil
}

// footprint sums what is asked for, each object once.
func (r *Requests) footprint() (f footprint) {
	seen := make([]bool, r.Objects)
	for i, id := range r.IDs {
		if !seen[id] {
			seen[id] = true
			f.objects++
			f.bytes += r.size(i)
		}
	}
	return f
}

// withNext returns the requests with next filled in.
func (r *Requests) withNext() Requests {
	filled := *r
	filled.next = make([]uint32, len(r.IDs))
	following := make([]uint32, r.Objects)
	for id := range following {
		following[id] = never
	}
	for i := len(r.IDs) - 1; i >= 0; i-- {
		filled.next[i] = following[r.IDs[i]]
		following[r.IDs[i]] = uint32(i)
	}
	return filled
}

func ratio(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
