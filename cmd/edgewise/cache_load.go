package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// A skipFlag is --skip: a time, or a share of the requests.
type skipFlag struct {
	text  string
	time  time.Duration
	share *big.Rat // nil, if it is a time
}

// UnmarshalText reads 1h or 50%.
func (f *skipFlag) UnmarshalText(text []byte) error {
	f.text = string(text)
	if digits, ok := strings.CutSuffix(f.text, "%"); ok {
		share, ok := new(big.Rat).SetString(digits)
		if !ok || share.Sign() < 0 || share.Cmp(big.NewRat(100, 1)) >= 0 || strings.Trim(digits, "0123456789.") != "" {
			return fmt.Errorf("is %q; want from 0%% to less than 100%%", f.text)
		}
		f.share = share.Quo(share, big.NewRat(100, 1))
		return nil
	}
	d, err := time.ParseDuration(f.text)
	if err != nil || d < 0 {
		return fmt.Errorf("is %q; want a time such as 1h, or a share of the requests such as 50%%", f.text)
	}
	f.time = d
	return nil
}

// of returns how many of the requests of a trace are skipped.
func (f *skipFlag) of(t *trace.Loaded) int64 {
	if f.share == nil {
		return t.Warm
	}
	part := new(big.Rat).Mul(f.share, new(big.Rat).SetInt64(t.Requests))
	return new(big.Int).Quo(part.Num(), part.Denom()).Int64()
}

// A loadedTrace is a trace, or the part of one with the same value in a column, ready to be replayed.
type loadedTrace struct {
	path, group, name string
	replayer          *cache.Replayer
	hasSizes          bool
	memory            int64 // that is left for caches
	requests          int64 // writes and deletes among them
	bytesARequest     int64
	// aged are the requests and at their instants, where objects are to expire; nil else.
	aged *cache.Requests
	at   []time.Duration
	// skipped is how many requests, writes among them, are not counted.
	skipped int64
}

// load reads a trace.
func (c *cacheCmd) load(ctx context.Context, s *streams, path string) ([]*loadedTrace, error) {
	source, err := c.source(ctx, s, path)
	if err != nil {
		return nil, err
	}
	options := trace.LoadOptions{Options: c.options, Warm: c.Skip.time, HoldBytes: c.memory / 2, TableBytes: c.memory / 2, WithTimes: len(c.ttls) > 0}
	options.By, options.ByLetters = c.by()
	options.Warn = func(warning string) { fmt.Fprintf(s.err, "edgewise: %s\n", strings.TrimPrefix(warning, "trace: ")) }
	parts, err := trace.Load(ctx, source, options)
	if err != nil {
		return nil, err
	}
	if len(parts) == 0 {
		return nil, fmt.Errorf("%s: no requests", source.Name)
	}
	left := c.memory
	for _, part := range parts {
		left -= part.TableBytes
		if part.Held != nil {
			left -= heldBytes(part.Held)
		}
	}
	var loaded []*loadedTrace
	for _, part := range parts {
		t := &loadedTrace{path: path, group: part.Group, name: source.Name, hasSizes: part.HasSizes, memory: left, requests: part.Requests, bytesARequest: part.BytesARequest()}
		if options.By != "" {
			t.name = fmt.Sprintf("%s [%s=%s]", source.Name, options.By, part.Group)
		}
		if err := c.prepare(ctx, s, t, part); err != nil {
			return nil, err
		}
		loaded = append(loaded, t)
	}
	return loaded, nil
}

// heldBytes returns what the requests of a trace take in memory.
func heldBytes(d *trace.Dense) int64 {
	return 4*int64(cap(d.IDs)) + 8*int64(cap(d.RequestSizes)+cap(d.At)) + 2*int64(cap(d.Ops))
}

// source returns a trace to load.
func (c *cacheCmd) source(ctx context.Context, s *streams, path string) (trace.Source, error) {
	if path == "-" {
		return trace.Source{Name: "standard input", IsStream: true, Open: func() (io.ReadCloser, error) { return io.NopCloser(interruptibly(ctx, s.in)), nil }}, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return trace.Source{}, err
	}
	if info.IsDir() {
		return trace.Source{}, fmt.Errorf("%s: is a directory; want a file", path)
	}
	return trace.Source{Name: path, IsStream: !info.Mode().IsRegular(), Open: func() (io.ReadCloser, error) { return openInput(ctx, path) }}, nil
}

// by returns the column that traces are split by, and how many letters of it count; 0 for all.
func (c *cacheCmd) by() (column string, letters int) {
	if column, text, ok := strings.Cut(c.By, ":"); ok {
		if letters, err := strconv.Atoi(text); err == nil && letters > 0 {
			return column, letters
		}
	}
	return c.By, 0
}

// prepare makes a trace ready for replay, and says what is odd about it.
func (c *cacheCmd) prepare(ctx context.Context, s *streams, t *loadedTrace, part *trace.Loaded) error {
	say := func(format string, args ...any) {
		fmt.Fprintf(s.err, "edgewise: %s: %s\n", t.name, fmt.Sprintf(format, args...))
	}
	switch {
	case part.Requests == 0 && part.Empty > 0:
		return fmt.Errorf("%s: no requests but %d of size 0, which are left out", t.name, part.Empty)
	case part.Requests == 0:
		return fmt.Errorf("%s: no requests", t.name)
	}
	if !t.hasSizes {
		if err := c.refuseBytes(t.name); err != nil {
			return err
		}
	}
	skipped := c.Skip.of(part)
	t.skipped = skipped
	if skipped >= part.Requests {
		return fmt.Errorf("%s: --skip is %s, which leaves none of %s requests", t.name, c.Skip.text, humanize.Comma(part.Requests))
	}
	var err error
	if part.Held != nil {
		t.replayer, err = cache.NewWarmReplayer(requestsOf(part.Held, part.Objects, part.HasSizes), skipped)
	} else {
		say("%s requests for %s objects do not fit into half of --memory %s: the trace is read again for each replay", humanize.Comma(part.Requests), humanize.Comma(int64(part.Objects)), c.Memory)
		t.replayer, err = cache.NewStreamReplayer(ctx, part.Objects, skipped, func(ctx context.Context, take func(*cache.Requests) error) error {
			return part.Each(ctx, func(d *trace.Dense) error {
				piece := requestsOf(d, part.Objects, part.HasSizes)
				return take(&piece)
			})
		})
	}
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		return fmt.Errorf("%s: %w", t.name, err)
	}
	if err := c.takeTimes(t, part); err != nil {
		return err
	}
	if t.memory < c.memory/2 {
		say("%s requests for %s objects take about %s of memory, of --memory %s", humanize.Comma(part.Requests), humanize.Comma(int64(part.Objects)), humanize.Bytes(uint64(c.memory-t.memory)), c.Memory)
	}
	if puts, deletes := t.replayer.Writes(); puts+deletes > 0 {
		say("writes: %s, deletes: %s; they act on the caches and are no requests", humanize.Comma(puts), humanize.Comma(deletes))
	}
	if t.replayer.Bound().Requests == 0 {
		return fmt.Errorf("%s: no requests, but writes and deletes alone; want some that ask for objects", t.name)
	}
	if skipped > 0 {
		say("--skip %s: %s requests fill the caches and are not counted", c.Skip.text, humanize.Comma(t.replayer.Skipped().Requests))
	}
	return nil
}

// requestsOf returns a trace, or a piece of one, as caches replay it. Where all objects have one byte, the replay is
// spared their sizes.
func requestsOf(d *trace.Dense, objects int, hasSizes bool) cache.Requests {
	r := cache.Requests{IDs: d.IDs, Objects: objects, ObjectSizes: d.ObjectSizes, RequestSizes: d.RequestSizes}
	if d.Ops != nil {
		r.Ops = make([]cache.Op, len(d.Ops))
		for i, op := range d.Ops {
			r.Ops[i] = cache.Op(op)
		}
	}
	isLarger := func(size int64) bool { return size != 1 }
	if d.RequestSizes == nil && (!hasSizes || !slices.ContainsFunc(d.ObjectSizes, isLarger)) {
		r.ObjectSizes = nil
	}
	return r
}

// batches puts replays into groups that fit into the memory side by side, in their order.
func (t *loadedTrace) batches(cfgs []cache.Config) (batches [][]cache.Config, err error) {
	var total int64
	begin, memory := 0, t.memory
	if slices.ContainsFunc(cfgs, isOffline) {
		memory -= 4 * t.requests // the next request for each object
	}
	for i, cfg := range cfgs {
		bytes := t.replayer.MemoryBytes(cfg)
		if bytes > memory {
			return nil, fmt.Errorf("%s: a cache of %s takes about %s of memory, and %s are left of --memory; allow more, or take a part of the trace",
				t.name, sizeInWords(cfg), humanize.Bytes(uint64(bytes)), humanize.Bytes(uint64(max(0, memory))))
		}
		if total += bytes; total > memory {
			batches, begin, total = append(batches, cfgs[begin:i]), i, bytes
		}
	}
	return append(batches, cfgs[begin:]), nil
}

// isOffline reports whether a policy knows the future, and so needs all requests in memory.
func isOffline(cfg cache.Config) bool {
	name, _, _ := strings.Cut(cfg.Policy, ":")
	return name != "infinite" && slices.Contains(cache.OfflinePolicies(), name)
}

// refuseOffline returns an error if a policy knows the future and the requests are not held.
func (t *loadedTrace) refuseOffline(cfg cache.Config) error {
	if t.replayer.IsHeld() || !isOffline(cfg) {
		return nil
	}
	// Half of the memory is for requests, which are copied when their list grows; the next requests are the rest.
	need := 9*t.bytesARequest*t.requests/2 + 4*t.requests
	return fmt.Errorf("%s: %s knows the future, for which all of %s requests must be in memory; want --memory %s, or another policy",
		t.name, cfg.Policy, humanize.Comma(t.requests), strings.ReplaceAll(humanize.IBytes(uint64(need)), " ", ""))
}

// sizeInWords says how large a cache is.
func sizeInWords(cfg cache.Config) string {
	if cfg.CapacityObjects > 0 {
		return humanize.Comma(cfg.CapacityObjects) + " objects"
	}
	return humanize.Bytes(uint64(cfg.CapacityBytes))
}

// replayAll replays a trace through caches, as many side by side as cores and memory allow.
func (c *cacheCmd) replayAll(ctx context.Context, t *loadedTrace, cfgs []cache.Config) (results []cache.Warm, err error) {
	batches, err := t.batches(cfgs)
	if err != nil {
		return nil, &usageError{err}
	}
	for _, batch := range batches {
		made, err := t.replayer.ReplayAll(ctx, batch, c.workers())
		if err != nil {
			return nil, err
		}
		results = append(results, made...)
	}
	return results, nil
}

// parseMemory reads --memory.
func parseMemory(text string) (int64, error) {
	size, err := parseCacheSize(text, "auto")
	if err != nil || size.percent || !size.bytes {
		return 0, fmt.Errorf("--memory is %q; want a size such as 2GiB", text)
	}
	bytes := size.number.Num().Int64()
	if bytes < 16<<20 {
		return 0, fmt.Errorf("--memory is %s; want 16MiB or more", text)
	}
	return bytes, nil
}

var errCurveBy = errors.New("--curve is drawn of a whole trace; want it without --by")
