package trace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// LoadOptions says how to load a trace for replay through caches.
type LoadOptions struct {
	Options
	// By names a column by which the trace is split; empty: not at all.
	By string
	// ByLetters, if not 0, takes only so many first letters of what stands there: 3 for the airport in DFW53-C1.
	ByLetters int
	// Warm is how long after the first request caches are left to fill.
	Warm time.Duration
	// HoldBytes is how much memory requests may take; where they take more they are read again for each replay.
	HoldBytes int64
	// TableBytes is how much memory objects may take; where they take more the trace is refused.
	TableBytes int64
	// WithTimes keeps when each request was made: [Dense].At.
	WithTimes bool
}

// A Source is a trace to load.
type Source struct {
	// Name is used in messages and, by its endings, to find the format out.
	Name string
	// Open opens it, at its start.
	Open func() (io.ReadCloser, error)
	// IsStream says that it can be opened once.
	IsStream bool
}

// A Loaded is a trace, or a part of one, that can be replayed.
type Loaded struct {
	// Group is what stands in the column that the trace is split by.
	Group string
	// Format is how the trace was written.
	Format Format
	// Objects are how many there are, and Requests how many requests, writes and deletes.
	Objects  int
	Requests int64
	// Warm is how many of those come before the end of the time that caches are left to fill.
	Warm int64
	// Empty and Assumed are those of [Dense].
	Empty, Assumed int64
	// HasSizes reports whether the trace says how large objects are.
	HasSizes bool
	// Held is all of it; nil where it is read again.
	Held *Dense
	// TableBytes is the memory that the objects take.
	TableBytes int64

	gatherer *gatherer
	source   Source
	options  LoadOptions
}

// maxGroups bounds the parts of a trace.
const maxGroups = 10_000

// Load reads a trace, split by a column if one is named. The parts come in the order of their requests, most first.
func Load(ctx context.Context, source Source, options LoadOptions) ([]*Loaded, error) {
	l := &loader{source: source, options: options, parts: make(map[string]*Loaded)}
	return l.load(ctx)
}

func (l *loader) load(ctx context.Context) ([]*Loaded, error) {
	if err := l.read(ctx, l.add); err != nil {
		return nil, err
	}
	slices.SortStableFunc(l.order, func(a, b *Loaded) int { return int(min(1, max(-1, b.Requests-a.Requests))) })
	for _, part := range l.order {
		d := part.gatherer.done()
		part.Objects, part.Empty, part.Assumed = len(d.Keys), d.Empty, d.Assumed
		part.gatherer.Dense, part.gatherer.Keys = *d, nil
		if part.TableBytes = part.gatherer.tableBytes(); !l.drops {
			part.Held, part.gatherer = d, nil
		}
	}
	l.tell()
	return l.order, nil
}

// tell says once, of all parts, what is odd, and counts the sizes that they have together to the first.
func (l *loader) tell() {
	if len(l.order) == 0 {
		return
	}
	objects, assumed, empty := int64(l.order[0].Objects), l.order[0].Assumed, int64(0)
	for _, part := range l.order {
		empty += part.Empty
	}
	if l.sizes != nil {
		objects, assumed = int64(len(l.sizes.last)), l.sizes.assumed
		l.order[0].TableBytes += l.sizes.memory()
	}
	warn := func(format string, args ...any) {
		if l.options.Warn != nil {
			l.options.Warn(fmt.Sprintf("trace: %s: %s", l.source.Name, fmt.Sprintf(format, args...)))
		}
	}
	if empty > 0 {
		warn("%s requests of size 0 are left out", humanize.Comma(empty))
	}
	if assumed > 0 {
		warn("no line says how large %s of %s objects are; the median of the others is assumed", humanize.Comma(assumed), humanize.Comma(objects))
	}
}

// A loader reads a trace for the first time.
type loader struct {
	source  Source
	options LoadOptions
	parts   map[string]*Loaded
	order   []*Loaded
	sizes   *objectSizes // of a trace that is split: its parts have them together
	begun   bool
	start   time.Duration
	drops   bool
	count   int64
}

// read goes over all requests of a trace.
func (l *loader) read(ctx context.Context, take func(*Reader, Request) error) error {
	options := l.options
	if options.FurtherColumns = nil; options.By != "" {
		options.FurtherColumns = []string{options.By}
	}
	options.IgnoreTime = options.Warm == 0 && !options.WithTimes
	return (&loader{source: l.source, options: options}).scan(ctx, func(r *Reader, request Request) error {
		if options.Warm > 0 && !r.HasTimes() {
			return r.located(errors.New("it does not say when requests came, so that no time can be skipped; want a share of the requests"))
		}
		return take(r, request)
	})
}

// interruptible is a reader that fails when the context is cancelled.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

// Read implements [io.Reader].
func (i interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(p)
}

// groupOf returns what the last request has in the column that splits.
func (o *LoadOptions) groupOf(r *Reader) string {
	if o.By == "" {
		return ""
	}
	group := r.Further(0)
	if o.ByLetters == 0 {
		return group
	}
	letters := 0
	for at := range group {
		if letters == o.ByLetters {
			return group[:at]
		}
		letters++
	}
	return group
}

func (l *loader) add(r *Reader, request Request) error {
	group := l.options.groupOf(r)
	part := l.parts[group]
	if part == nil {
		if len(l.order) == maxGroups {
			return r.located(fmt.Errorf("the column %s has more than %d values; want one with fewer", text.Quote(l.options.By), maxGroups))
		}
		if len(group) > 200 {
			return r.located(fmt.Errorf("the column %s has a value of %d letters; want one with values of 200 at most", text.Quote(l.options.By), len(group)))
		}
		group = strings.Clone(group)
		part = &Loaded{Group: group, Format: r.Format(), HasSizes: r.HasSizes(), source: l.source, options: l.options, gatherer: l.newGatherer(r.Rules())}
		part.options.Warn = nil // has been told all
		part.gatherer.drops, part.gatherer.withTimes = l.drops, l.options.WithTimes
		l.parts[group] = part
		l.order = append(l.order, part)
	}
	if !l.begun {
		l.begun, l.start = true, request.Time
	}
	if _, err := part.gatherer.add(r, request); err != nil {
		return err
	}
	part.Requests = part.gatherer.requests
	if part.Warm == part.Requests-1 && request.Time < l.start+l.options.Warm {
		part.Warm = part.Requests
	}
	if l.count++; l.count&(1<<14-1) == 0 {
		return l.check(r)
	}
	return nil
}

func (l *loader) newGatherer(rules Rules) *gatherer {
	if l.options.By == "" {
		return newGatherer(rules)
	}
	if l.sizes == nil {
		l.sizes = new(objectSizes)
	}
	return newPart(rules, l.sizes)
}

// check looks at what the trace takes so far.
func (l *loader) check(r *Reader) error {
	var held, tables int64
	if l.sizes != nil {
		tables = l.sizes.memory()
	}
	objects := 0
	for _, part := range l.order {
		held += part.gatherer.heldBytes()
		tables += part.gatherer.tableBytes()
		objects += len(part.gatherer.Keys)
	}
	if tables > l.options.TableBytes {
		return r.located(fmt.Errorf("the first %s requests are for %s objects, whose table takes %s; %s are allowed: allow more memory, or take a part of the trace",
			humanize.Comma(l.count), humanize.Comma(int64(objects)), humanize.Bytes(uint64(tables)), humanize.Bytes(uint64(l.options.TableBytes))))
	}
	// Tables grow by a quarter and are copied then.
	if l.drops || held*9/4 <= l.options.HoldBytes {
		return nil
	}
	if l.source.IsStream {
		return r.located(fmt.Errorf("the first %s requests take %s of memory, of %s that are allowed, and this input cannot be read twice: want a file, or allow more memory",
			humanize.Comma(l.count), humanize.Bytes(uint64(held)), humanize.Bytes(uint64(l.options.HoldBytes))))
	}
	l.drops = true
	for _, part := range l.order {
		part.gatherer.drop()
	}
	return nil
}

// BytesARequest returns the memory that a request takes where it is held.
func (l *Loaded) BytesARequest() int64 {
	bytes := int64(4)
	hasSizes, hasOps := false, false
	if l.Held != nil {
		hasSizes, hasOps = l.Held.RequestSizes != nil, l.Held.Ops != nil
	} else {
		hasSizes, hasOps = l.gatherer.ObjectSizes == nil, l.gatherer.hasOps
	}
	if hasSizes {
		bytes += 8
	}
	if hasOps {
		bytes += 2
	}
	return bytes
}

// Each hands the requests to a function, piece by piece: all at once where they are held. A piece is valid until the
// function returns. A trace that is read again and is not the same is an error.
func (l *Loaded) Each(ctx context.Context, take func(*Dense) error) error {
	if l.Held != nil {
		return take(l.Held)
	}
	const most = 1 << 16
	g := l.gatherer
	piece := Dense{ObjectSizes: g.ObjectSizes}
	sizes := make([]int64, len(g.sizes.last))
	hasSizes := piece.ObjectSizes == nil
	seen := int64(0)
	flush := func() error {
		if len(piece.IDs) == 0 {
			return nil
		}
		err := take(&piece)
		piece.IDs, piece.RequestSizes, piece.Ops = piece.IDs[:0], piece.RequestSizes[:0], piece.Ops[:0]
		if !hasSizes {
			piece.RequestSizes = nil
		}
		if !g.hasOps {
			piece.Ops = nil
		}
		return err
	}
	again := &loader{source: l.source, options: l.options}
	changed := fmt.Errorf("trace: %s: it has changed while it was read", l.source.Name)
	err := again.read(ctx, func(r *Reader, request Request) error {
		if request.SizeBytes == 0 && request.Extent == Whole && request.Op == Get {
			return nil
		}
		if l.options.groupOf(r) != l.Group {
			if place, ok := g.sizes.numbers.find(request.Key); ok {
				resolve(request, place, g.sizeRule, sizes)
				return nil
			}
			return changed
		}
		id, ok := g.numbers.find(request.Key)
		if !ok {
			return changed
		}
		s, _ := resolve(request, g.place(id), g.sizeRule, sizes)
		s.id = id
		seen++
		piece.IDs = append(piece.IDs, s.id)
		if hasSizes {
			piece.RequestSizes = append(piece.RequestSizes, s.size)
		}
		if g.hasOps {
			piece.Ops = append(piece.Ops, s.op)
		}
		if len(piece.IDs) == most {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	if seen != l.Requests {
		return changed
	}
	return flush()
}
