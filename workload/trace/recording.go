package trace

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
)

// A Recording is a trace in memory, in order of time, as a simulation replays it: objects are numbered from 0, and
// each request may say where it came from. It takes 12 bytes a request, 4 more where requests have places, and 8 more
// where some object changes its size; besides 8 bytes an object, and some 100 for each different place. Nothing
// changes it after [Recording.Resolve], so that any number of runs can share it.
type Recording struct {
	at      []int64 // ns since the first request of the whole trace, ascending
	objects []uint32
	// objectSizes are the sizes of objects, requestSizes those at each request where some object changes its size,
	// else nil.
	objectSizes, requestSizes []int64
	clientOf                  []uint32 // by request, nil where the trace has no places
	// answers are the bytes of the answer to each request that writes or deletes, 1 at least, and 0 for each that asks; nil where none writes.
	answers        []int64
	clients        []Client
	unknown        []error // by client that has a name: the error of one that nobody knows
	resolved       bool    // whether all sites have places
	length         time.Duration
	empty, assumed int64
	hasSizes       bool
	hash           func() [sha256.Size]byte
}

// A Client is where requests came from: a metro, or a place.
type Client struct {
	// Metro is the id of a metro, or empty.
	Metro string
	// Site is the id of the site that wrote the request down, or empty.
	Site string
	// Place is where the client is or, once [Recording.Resolve] was told, the site.
	Place topology.Place
}

// RecordingOptions says how to read a trace into a [Recording]. The columns of places are those of a CSV trace. At most
// one of metro, place and site is named; where none is, the trace does not say where requests came from.
type RecordingOptions struct {
	// Options says how to read the trace. Its FurtherColumns and IgnoreTime are not used.
	Options
	// MetroColumn names the column with ids of metros.
	MetroColumn string
	// LatColumn and LonColumn name the columns with the client's place in degrees.
	LatColumn, LonColumn string
	// SiteColumn names the column with the id of the site that wrote the request down.
	SiteColumn string
	// SampleKeys is the share of the keys whose requests are taken, above 0, 1 at most; 0 means 1. A key is in the
	// sample by its hash alone, for all of its requests or none (spatially hashed sampling: Waldspurger et al.,
	// Efficient MRC Construction with SHARDS, FAST 2015), and is in every larger sample too. A cache whose capacity
	// is scaled by the same share then hits about as often as the whole cache under the whole trace.
	SampleKeys float64
	// KeepWrites takes what writes or deletes for requests that pass by all caches to the origin, with the operations or methods that stand for
	// that: see [Recording.Writes]. Without it a trace that has such is refused, unless [Rules.Writes] leaves them out. It needs rules of
	// WritesAuto, WritesPass or WritesIgnore.
	KeepWrites bool
}

// MaxRecorded is the most requests that a [Recording] holds.
const MaxRecorded = 1 << 26

// ReadRecording reads a whole trace into memory; compression is recognised, and the name is used, as by [NewReader]. Requests
// are put in order of time, those of the same instant stay in that of the trace. Requests of size 0 are left out, as by
// [ReadDense]. A trace without times, or with more than [MaxRecorded] requests that are to be held, is refused.
func ReadRecording(in io.Reader, name string, options RecordingOptions) (*Recording, error) {
	return readRecording(in, name, options, MaxRecorded)
}

func readRecording(in io.Reader, name string, options RecordingOptions, most int) (*Recording, error) {
	if err := options.validate(); err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	options.IgnoreTime, options.FurtherColumns = false, options.placeColumns()
	if options.KeepWrites && options.Rules.Writes != WritesIgnore {
		options.Rules.Writes = writesKept
	}
	reader, err := NewReader(in, name, options.Options)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	if !reader.HasTimes() {
		return nil, reader.located(errors.New("it does not say when requests came; want a trace with times, in csv in a column called time, timestamp or ts, or named"))
	}
	r := &recorder{Recording: &Recording{hasSizes: reader.HasSizes()}, reader: reader, options: options, number: make(map[Client]uint32), gatherer: *newGatherer(reader.Rules())}
	r.earliest, r.latest = math.MaxInt64, math.MinInt64
	for {
		request, err := reader.Read()
		if err == io.EOF {
			return r.done()
		}
		if err == nil {
			err = r.add(request)
		}
		if err == nil && len(r.at) > most {
			err = reader.located(fmt.Errorf("request %d: a replay holds %d requests at most; a sample of the keys helps, with capacities scaled by its share, or a shorter trace", len(r.at), most))
		}
		if err != nil {
			return nil, err
		}
	}
}

func (o *RecordingOptions) validate() error {
	if o.SampleKeys != 0 && !(o.SampleKeys > 0 && o.SampleKeys <= 1) {
		return invalid.New("SampleKeys", o.SampleKeys, "more than 0, 1 at most")
	}
	if by := o.Rules.Writes; o.KeepWrites && (by == WritesFill || by == WritesRemove) {
		return invalid.New("Rules.Writes", writeRules[by], "auto, pass or ignore: what writes passes by all caches to the origin, and what these then do with what they hold says their freshness")
	}
	if (o.LatColumn == "") != (o.LonColumn == "") {
		return invalid.New("LonColumn", strconv.Quote(o.LonColumn), "a column, as LatColumn is %q: a place needs both", o.LatColumn)
	}
	named := 0
	for _, column := range []string{o.MetroColumn, o.LatColumn, o.SiteColumn} {
		if column != "" {
			named++
		}
	}
	if named > 1 {
		return invalid.New("MetroColumn, LatColumn, SiteColumn", fmt.Sprintf("%q, %q, %q", o.MetroColumn, o.LatColumn, o.SiteColumn), "one of them")
	}
	return nil
}

// placeColumns returns the columns of places that are named.
func (o *RecordingOptions) placeColumns() []string {
	return slices.DeleteFunc([]string{o.MetroColumn, o.SiteColumn, o.LatColumn, o.LonColumn}, func(name string) bool { return name == "" })
}

// A recorder makes a Recording, request by request.
type recorder struct {
	*Recording
	gatherer
	reader           *Reader
	options          RecordingOptions
	number           map[Client]uint32
	earliest, latest int64
	isUnsorted       bool
}

// add takes a request, if it is in the sample and not empty.
func (r *recorder) add(request Request) error {
	at := int64(request.Time)
	r.earliest, r.latest = min(r.earliest, at), max(r.latest, at)
	if r.latest-r.earliest < 0 {
		return r.reader.located(fmt.Errorf("the trace spans more than 292 years, from %d ns to %d ns; another unit of time is meant", r.earliest, r.latest))
	}
	if !r.samples(request.Key) {
		return nil
	}
	answer := int64(0)
	switch {
	case request.Op == Get:
	case r.options.KeepWrites:
		answer = max(request.SizeBytes, 1)
		if request.Op == Put && !r.reader.Format().IsLog() {
			answer = 1 // the size is that of what is written
		}
		request = Request{Time: request.Time, Key: request.Key, Next: request.Next, Extent: Unknown}
	default:
		return r.reader.located(fmt.Errorf("request %d writes or deletes; a study replays what is asked for, and has no such requests: leave them out (writes: ignore), or replay them with edgewise cache", r.reader.requests))
	}
	if answer == 0 && request.Extent == Unknown && r.gatherer.sizeRule != Largest {
		request.Extent = Whole // of 0 bytes, which are left out
	}
	if taken, err := r.gatherer.add(r.reader, request); err != nil || !taken {
		return err
	}
	if last := len(r.at) - 1; last >= 0 && at < r.at[last] {
		r.isUnsorted = true
	}
	r.noteAnswer(answer)
	r.at = append(r.at, at)
	if len(r.options.FurtherColumns) == 0 {
		return nil
	}
	c, err := r.client()
	if err != nil {
		return err
	}
	n, ok := r.number[c]
	if !ok {
		n = uint32(len(r.clients))
		r.number[c] = n
		r.clients = append(r.clients, c)
		if c.Metro != "" {
			r.unknown = append(r.unknown, r.reader.WrongFurther(0, "the id of a metro"))
		} else if c.Site != "" {
			r.unknown = append(r.unknown, r.reader.WrongFurther(0, "the id of a site"))
		}
	}
	r.clientOf = append(r.clientOf, n)
	return nil
}

// noteAnswer keeps how large the answer is to the next request, 0 of one that asks for its object.
func (r *recorder) noteAnswer(bytes int64) {
	if bytes > 0 && r.answers == nil {
		r.answers = make([]int64, len(r.at), cap(r.at))
	}
	if r.answers != nil {
		r.answers = append(r.answers, bytes)
	}
}

// samples reports whether a key is in the sample.
func (r *recorder) samples(key uint64) bool {
	share := r.options.SampleKeys
	return share == 0 || share == 1 || random.Key(0).At(key) < uint64(math.Ldexp(share, 64))
}

// client reads where the last request came from.
func (r *recorder) client() (c Client, err error) {
	if r.options.LatColumn == "" {
		id := r.reader.Further(0)
		switch {
		case id == "":
			return c, r.reader.WrongFurther(0, "an id")
		case r.options.MetroColumn != "":
			return Client{Metro: id}, nil
		}
		return Client{Site: id}, nil
	}
	for column, to := range []*float64{&c.Place.LatDeg, &c.Place.LonDeg} {
		most := float64(90 * (column + 1))
		if *to, err = strconv.ParseFloat(r.reader.Further(column), 64); err != nil || !(math.Abs(*to) <= most) {
			return c, r.reader.WrongFurther(column, "degrees, from %v to %v", -most, most)
		}
	}
	return c, nil
}

// done puts the requests in order.
func (r *recorder) done() (*Recording, error) {
	d := r.gatherer.done()
	rec := r.Recording
	rec.objects, rec.requestSizes, rec.empty, rec.assumed = d.IDs, d.RequestSizes, d.Empty, d.Assumed
	if rec.objectSizes = d.ObjectSizes; rec.objectSizes == nil {
		rec.objectSizes = r.ObjectSizes // how many objects there are
	}
	if len(rec.at) == 0 {
		return nil, r.reader.located(fmt.Errorf("no requests to replay; %d are of size 0", rec.empty))
	}
	rec.length = time.Duration(r.latest - r.earliest)
	for i := range rec.at {
		rec.at[i] -= r.earliest
	}
	if r.isUnsorted {
		rec.sort()
	}
	rec.hash = sync.OnceValue(rec.sum)
	return rec, nil
}

// sort puts the requests in order of time; those of the same instant stay in theirs.
func (r *Recording) sort() {
	order := make([]uint32, len(r.at))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return cmp.Or(cmp.Compare(r.at[a], r.at[b]), cmp.Compare(a, b)) })
	r.at, r.objects = reordered(r.at, order), reordered(r.objects, order)
	r.requestSizes, r.clientOf, r.answers = reordered(r.requestSizes, order), reordered(r.clientOf, order), reordered(r.answers, order)
}

// reordered returns a column in another order, nil where there is none.
func reordered[T any](column []T, order []uint32) []T {
	if column == nil {
		return nil
	}
	sorted := make([]T, len(order))
	for i, from := range order {
		sorted[i] = column[from]
	}
	return sorted
}

// Resolve checks the ids of metros and gives the sites their places. Both functions say what they know. The error
// joins one for every id that nobody knows, with the line on which it first stands.
func (r *Recording) Resolve(metro func(id string) bool, site func(id string) (topology.Place, bool)) error {
	var errs []error
	for i := range r.unknown {
		c := &r.clients[i]
		known := false
		if c.Site == "" {
			known = metro(c.Metro)
		} else {
			c.Place, known = site(c.Site)
		}
		if !known {
			errs = append(errs, r.unknown[i])
		}
	}
	r.resolved = len(errs) == 0
	return invalid.First(errs...)
}

// HasUnresolvedSites reports whether requests came from sites of which nobody has said where they are.
func (r *Recording) HasUnresolvedSites() bool {
	return !r.resolved && len(r.clients) > 0 && r.clients[0].Site != ""
}

// Requests returns the number of requests.
func (r *Recording) Requests() int { return len(r.at) }

// Objects returns the number of different objects.
func (r *Recording) Objects() int { return len(r.objectSizes) }

// Empty returns the number of requests of size 0, which were left out.
func (r *Recording) Empty() int64 { return r.empty }

// Assumed returns the number of objects whose size no line of an access log says: they are taken to be as large as the
// median of the others.
func (r *Recording) Assumed() int64 { return r.assumed }

// Length returns the time from the first request of the whole trace to its last one, those left out included.
func (r *Recording) Length() time.Duration { return r.length }

// HasSizes reports whether the trace says how large objects are. Where it does not, each has one byte.
func (r *Recording) HasSizes() bool { return r.hasSizes }

// Writes returns how many requests write or delete: they pass by all caches to the origin.
func (r *Recording) Writes() (n int) {
	for _, bytes := range r.answers {
		if bytes > 0 {
			n++
		}
	}
	return n
}

// HasWrites reports whether any request writes or deletes.
func (r *Recording) HasWrites() bool { return r.answers != nil }

// IsWrite reports whether request i writes or deletes its object.
func (r *Recording) IsWrite(i int) bool { return r.answers != nil && r.answers[i] > 0 }

// Request returns request i, from 0 and in order of time: its instant in ns since the first request of the whole
// trace, its object and the size of that in bytes; of one that writes the size of its answer, as an access log has it without headers, 1 where that is
// empty or not known.
func (r *Recording) Request(i int) (at int64, object uint32, sizeBytes int64) {
	object = r.objects[i]
	if r.IsWrite(i) {
		return r.at[i], object, r.answers[i]
	}
	if r.requestSizes != nil {
		return r.at[i], object, r.requestSizes[i]
	}
	return r.at[i], object, r.objectSizes[object]
}

// Clients returns the different places that requests came from, in the order of the trace; none where it does not
// say.
func (r *Recording) Clients() []Client { return r.clients }

// ClientOf returns where request i came from, by its number in Clients.
func (r *Recording) ClientOf(i int) uint32 { return r.clientOf[i] }

// MarshalJSON writes a hash that stands for all requests, so that what holds a recording can be told from what holds
// another.
func (r *Recording) MarshalJSON() ([]byte, error) {
	if r.hash == nil {
		return json.Marshal("no requests")
	}
	return json.Marshal(fmt.Sprintf("%x", r.hash()))
}

// sum returns the SHA-256 of all requests.
func (r *Recording) sum() (sum [sha256.Size]byte) {
	h := sha256.New()
	var b []byte
	for i := range r.at {
		at, object, size := r.Request(i)
		b = binary.LittleEndian.AppendUint64(b, uint64(at))
		b = binary.LittleEndian.AppendUint32(b, object)
		b = binary.LittleEndian.AppendUint64(b, uint64(size))
		if r.IsWrite(i) {
			b = append(b, 'w')
		}
		if r.clientOf != nil {
			b = binary.LittleEndian.AppendUint32(b, r.clientOf[i])
		}
		if len(b) > 1<<15 {
			h.Write(b)
			b = b[:0]
		}
	}
	h.Write(b)
	for _, c := range r.clients {
		fmt.Fprintf(h, "%q %q %v\n", c.Metro, c.Site, c.Place)
	}
	return [sha256.Size]byte(h.Sum(nil))
}
