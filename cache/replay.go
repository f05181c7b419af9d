package cache

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
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
	// RequestSizes holds the size of the object at each request, in bytes. Where Ops is set it may be 0: nobody
	// knows how large the object is.
	RequestSizes []int64
	// Ops says what each request does; nil: each is a [Get].
	Ops []Op

	ones bool     // each object counts one against the capacity
	next []uint32 // by request: the next Get of the object before it is written or deleted, from 0; never if there is none
}

// An Op is what a request does to a cache.
type Op uint8

const (
	// Get asks for the object. After a miss it is put in, unless its size is 0, which is not known.
	Get Op = iota
	// Put writes the object: what is cached of it leaves, and it is put in anew, as a fetched object would be. A
	// write neither hits nor misses.
	Put
	// Delete takes the object out. It neither hits nor misses.
	Delete
)

// never is a request that will not come.
const never = math.MaxUint32

// A Result counts what a replay did.
type Result struct {
	// Requests and Misses count requests; writes and deletes are none.
	Requests, Misses int64
	// RequestBytes and MissBytes sum the sizes of the requests, whatever the capacity counts.
	RequestBytes, MissBytes int64
}

// plus returns the sum of two results.
func (r Result) plus(other Result) Result {
	return Result{r.Requests + other.Requests, r.Misses + other.Misses, r.RequestBytes + other.RequestBytes, r.MissBytes + other.MissBytes}
}

// RequestMissRatio returns the share of requests that missed, or 0 without requests.
func (r Result) RequestMissRatio() float64 { return ratio(r.Misses, r.Requests) }

// ByteMissRatio returns the share of bytes that missed, or 0 without bytes.
func (r Result) ByteMissRatio() float64 { return ratio(r.MissBytes, r.RequestBytes) }

// A Replayer replays the same requests through different caches. It is safe for use by several
// goroutines at a time, as long as nobody changes the requests.
type Replayer struct {
	objects  int
	skip     int64 // how many requests are not counted
	feed     Feed
	held     *Requests // all requests, nil where they stream
	survey   survey
	withNext func() *Requests // requests with next filled in
}

// NewReplayer checks the requests: an id that is out of range, a size below 1 byte (0 where Ops is set), or a sum of
// sizes beyond int64 is an error.
func NewReplayer(requests Requests) (*Replayer, error) { return NewWarmReplayer(requests, 0) }

// NewWarmReplayer is [NewReplayer] for replays that count from a request on, numbered from 0: those before it only
// fill the caches.
func NewWarmReplayer(requests Requests, from int64) (*Replayer, error) {
	if len(requests.IDs) >= never {
		return nil, wrong("IDs", fmt.Sprintf("of %d requests", len(requests.IDs)), "%d at most", uint32(never-1))
	}
	p, err := NewStreamReplayer(context.Background(), requests.Objects, from, func(_ context.Context, take func(*Requests) error) error {
		return take(&requests)
	})
	if err != nil {
		return nil, err
	}
	p.held = &requests
	p.withNext = sync.OnceValue(p.held.withNext)
	return p, nil
}

// A Feed hands requests to a function, in order and piece by piece, each time it is called the same ones. It returns the
// function's error, or its own. A piece has all fields of its objects, and need not be kept.
type Feed func(ctx context.Context, take func(piece *Requests) error) error

// NewStreamReplayer is [NewWarmReplayer] for requests that are too many for memory. It goes over them once, and every
// replay does again. Policies that know the future cannot stream.
func NewStreamReplayer(ctx context.Context, objects int, from int64, feed Feed) (*Replayer, error) {
	if objects < 0 || objects > maxObjects {
		return nil, wrong("Objects", objects, "0 to %d", maxObjects)
	}
	if from < 0 {
		return nil, wrong("from", from, "0 or more")
	}
	p := &Replayer{objects: objects, skip: from, feed: feed}
	s := newSurveyor(objects)
	if err := p.each(ctx, s.add); err != nil {
		return nil, err
	}
	p.survey = s.survey
	return p, nil
}

// FootprintObjects returns the number of objects that are asked for, or written, at least once.
func (p *Replayer) FootprintObjects() int64 { return p.survey.objects }

// FootprintBytes returns the sum, over those objects, of the first size that is known.
func (p *Replayer) FootprintBytes() int64 { return p.survey.bytes }

// Skipped returns what an infinite cache does with the requests that are not counted.
func (p *Replayer) Skipped() Result { return p.survey.skipped }

// Writes returns the number of writes and deletes among the requests.
func (p *Replayer) Writes() (puts, deletes int64) { return p.survey.puts, p.survey.deletes }

// IsHeld reports whether the requests are in memory.
func (p *Replayer) IsHeld() bool { return p.held != nil }

// each hands out the requests some milliseconds at a time, and says whether they count.
func (p *Replayer) each(ctx context.Context, take func(piece *Requests, counts bool) error) error {
	at := int64(0)
	return p.feed(ctx, func(r *Requests) error {
		for from := 0; from < len(r.IDs); {
			if err := ctx.Err(); err != nil {
				return err
			}
			to := min(from+1<<18, len(r.IDs))
			counts := at >= p.skip
			if !counts {
				to = int(min(int64(to), int64(from)+p.skip-at))
			}
			part := r.slice(from, to)
			if err := take(&part, counts); err != nil {
				return err
			}
			at += int64(to - from)
			from = to
		}
		return nil
	})
}

// Replay runs all requests through a new cache: each is looked up and, after a miss, inserted at
// once. It stops early only if ctx is cancelled, with ctx's error.
//
// The keys of the cache are the ids: cfg.DenseKeys and cfg.Directory are ignored, cfg.OnEvict is called with ids. Besides
// the policies of [New] there are those that know the future, see [OfflinePolicies].
func (p *Replayer) Replay(ctx context.Context, cfg Config) (Result, error) {
	counted, _, err := p.ReplayWarm(ctx, cfg)
	return counted, err
}

// ReplayWarm is [Replayer.Replay] that also says what the requests did that are not counted.
func (p *Replayer) ReplayWarm(ctx context.Context, cfg Config) (counted, skipped Result, err error) {
	e, err := p.build(cfg)
	if err != nil {
		return Result{}, Result{}, err
	}
	source := *p
	if needsNext(e.rule) {
		whole := p.withNext()
		source.feed = func(_ context.Context, take func(*Requests) error) error { return take(whole) }
	}
	t := p.newRun(e)
	if err := source.each(ctx, t.take); err != nil {
		return Result{}, Result{}, err
	}
	return t.counted, t.skipped, nil
}

// A Warm is what [Replayer.ReplayAll] counts for one cache.
type Warm struct {
	Counted, Skipped Result
	// Took is the time that it took.
	Took time.Duration
}

// All returns the sum.
func (w Warm) All() Result { return w.Counted.plus(w.Skipped) }

// ReplayAll replays the requests through several caches side by side, so many at a time: it goes over the requests once.
func (p *Replayer) ReplayAll(ctx context.Context, cfgs []Config, workers int) ([]Warm, error) {
	results := make([]Warm, len(cfgs))
	if p.held != nil {
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(max(1, workers))
		for i, cfg := range cfgs {
			group.Go(func() (err error) {
				start := time.Now()
				defer func() { results[i].Took = time.Since(start) }()
				results[i].Counted, results[i].Skipped, err = p.ReplayWarm(ctx, cfg)
				return err
			})
		}
		return results, group.Wait()
	}
	runs := make([]*run, len(cfgs))
	for i, cfg := range cfgs {
		e, err := p.build(cfg)
		if err != nil {
			return nil, err
		}
		runs[i] = p.newRun(e)
	}
	err := p.each(ctx, func(r *Requests, counts bool) error {
		var group errgroup.Group
		group.SetLimit(max(1, workers))
		for _, t := range runs {
			group.Go(func() error { return t.take(r, counts) })
		}
		return group.Wait()
	})
	for i, t := range runs {
		results[i] = Warm{t.counted, t.skipped, t.took}
	}
	return results, err
}

// A run is one cache that requests go through.
type run struct {
	engine           *engine
	counted, skipped Result
	took             time.Duration
}

func (p *Replayer) newRun(e *engine) *run {
	t := &run{engine: e, counted: p.survey.counted, skipped: p.survey.skipped}
	t.counted.Misses, t.counted.MissBytes = 0, 0
	t.skipped.Misses, t.skipped.MissBytes = 0, 0
	return t
}

// take replays a piece.
func (t *run) take(r *Requests, counts bool) error {
	start := time.Now()
	missed := t.engine.replayPiece(r)
	t.took += time.Since(start)
	to := &t.skipped
	if counts {
		to = &t.counted
	}
	to.Misses += missed.requests
	to.MissBytes += missed.bytes
	return nil
}

// Check returns the error that Replay would return for a Config, at once.
func (p *Replayer) Check(cfg Config) error {
	_, err := p.build(cfg)
	return err
}

// build makes the cache of a Config.
func (p *Replayer) build(cfg Config) (*engine, error) {
	cfg.DenseKeys, cfg.Directory = p.objects, nil
	ways := uint(withBounds | withoutSizes)
	if p.survey.puts+p.survey.deletes > 0 {
		ways = withBounds | withRemovals
	}
	e, err := build(cfg, ways)
	if err != nil {
		return nil, err
	}
	if needsNext(e.rule) && p.held == nil {
		return nil, wrong("Policy", cfg.Policy, "one that does not know the future: the requests are too many for memory, and stream")
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

// weight returns what the object of request i counts against the capacity.
func (r *Requests) weight(i int) int64 {
	if r.ones {
		return 1
	}
	return r.size(i)
}

// op returns what request i does.
func (r *Requests) op(i int) Op {
	if r.Ops == nil {
		return Get
	}
	return r.Ops[i]
}

// hasSizes reports whether the requests say how large objects are.
func (r *Requests) hasSizes() bool { return r.ObjectSizes != nil || r.RequestSizes != nil }

// slice returns requests from to to-1.
func (r *Requests) slice(from, to int) Requests {
	part := *r
	part.IDs = r.IDs[from:to]
	if r.RequestSizes != nil {
		part.RequestSizes = r.RequestSizes[from:to]
	}
	if r.Ops != nil {
		part.Ops = r.Ops[from:to]
	}
	if r.next != nil {
		part.next = r.next[from:to]
	}
	return part
}

// withNext returns the requests with next filled in.
func (r *Requests) withNext() *Requests {
	filled := *r
	filled.next = make([]uint32, len(r.IDs))
	following := make([]uint32, r.Objects)
	for id := range following {
		following[id] = never
	}
	for i := len(r.IDs) - 1; i >= 0; i-- {
		id := r.IDs[i]
		filled.next[i] = following[id]
		following[id] = never
		if r.op(i) == Get {
			following[id] = uint32(i)
		}
	}
	return &filled
}

func ratio(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
