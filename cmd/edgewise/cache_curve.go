package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/dustin/go-humanize"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/cache/theory"
	"github.com/edgewise-sim/edgewise/report"
)

// A curveFlag is --curve, alone or with a file: --curve=FILE.
type curveFlag struct {
	asked bool
	path  string
}

// IsBool lets the flag stand alone.
func (f *curveFlag) IsBool() bool { return true }

// Decode implements kong.MapperValue.
func (f *curveFlag) Decode(ctx *kong.DecodeContext) error {
	f.asked = true
	if ctx.Scan.Peek().Type == kong.FlagValueToken {
		if f.path = ctx.Scan.Pop().String(); f.path == "" {
			return errors.New("no file after =; want --curve=FILE, or --curve alone")
		}
	}
	return nil
}

func (f *curveFlag) check() error {
	if ending := filepath.Ext(f.path); f.path != "" && !slices.Contains(pictureEndings, ending) {
		return fmt.Errorf("--curve is %s; the file must end in .svg, .png or .pdf", f.path)
	}
	return nil
}

// curvePoints is how many capacities a curve is drawn from.
const curvePoints = 40

// drawCurve draws the miss-ratio curves of one trace into its files.
func (c *cacheCmd) drawCurve(ctx context.Context, t *loadedTrace) ([]madeFile, error) {
	path, replayer := t.path, t.replayer
	unit := cache.Objects
	if c.Unit == "bytes" {
		unit = cache.Bytes
	}
	ratios := report.MissRatios{Title: filepath.Base(path), Unit: unit, OfBytes: unit == cache.Bytes, Bound: replayer.Bound()}
	capacities := replayer.Spread(unit, curvePoints)
	for _, policy := range c.Policy {
		for _, admission := range c.Admission {
			name := withAdmission(policy, admission)
			points, err := c.points(ctx, t, cache.Config{Policy: policy, Admission: admission, Seed: c.Seed}, unit, capacities)
			if err != nil {
				return nil, err
			}
			ratios.Lines = append(ratios.Lines, report.MissRatioLine{Name: name, Points: points})
		}
	}
	if puts, deletes := replayer.Writes(); puts+deletes+replayer.Skipped().Requests == 0 {
		independent, err := independentLRU(ctx, replayer, unit, capacities)
		if err != nil {
			return nil, err
		}
		ratios.Lines = append(ratios.Lines, report.MissRatioLine{Name: "lru, were requests independent", Points: independent})
	}
	picture, err := report.MissRatioCurves(ratios)
	if err != nil {
		return nil, err
	}
	var files []madeFile
	for _, file := range c.curveFiles(path) {
		var b bytes.Buffer
		if err := writePicture(&b, picture, file); err != nil {
			return nil, err
		}
		files = append(files, madeFile{file, b.Bytes()})
	}
	return files, nil
}

// points returns the curve of a policy.
func (c *cacheCmd) points(ctx context.Context, t *loadedTrace, cfg cache.Config, unit cache.Unit, capacities []int64) ([]cache.Point, error) {
	if puts, deletes := t.replayer.Writes(); cfg.Policy == "lru" && cfg.Admission == "always" && unit == cache.Objects && puts+deletes == 0 {
		return t.replayer.LRUCurve(ctx, unit, capacities) // the same, in one pass
	}
	cfgs := make([]cache.Config, len(capacities))
	for i, capacity := range capacities {
		cfgs[i] = cfg.WithCapacity(unit, capacity)
	}
	results, err := c.replayAll(ctx, t, cfgs)
	if err != nil {
		return nil, err
	}
	points := make([]cache.Point, len(capacities))
	for i, r := range results {
		points[i] = cache.Point{Capacity: capacities[i], Result: r.Counted}
	}
	return points, nil
}

// independentLRU returns what an LRU would do if requests came in random order: Che's approximation for the
// popularities of the trace, where the first request for an object always misses. What a real LRU does
// better comes from users who repeat themselves soon.
func independentLRU(ctx context.Context, replayer *cache.Replayer, unit cache.Unit, capacities []int64) ([]cache.Point, error) {
	requests, sizes, err := replayer.Popularity(ctx, unit)
	if err != nil {
		return nil, err
	}
	objects := make([]theory.Object, len(requests))
	for i := range objects {
		objects[i] = theory.Object{Rate: float64(requests[i]), Size: float64(sizes[i])}
	}
	points := make([]cache.Point, len(capacities))
	for i, capacity := range capacities {
		lru, err := theory.LRU(objects, float64(capacity))
		if err != nil {
			return nil, err
		}
		var hits, hitBytes float64
		for j, in := range lru.Occupancy {
			again := float64(float64(requests[j]-1) * in)
			hits += again
			hitBytes += float64(again * float64(sizes[j]))
		}
		r := replayer.Bound()
		r.Misses, r.MissBytes = r.Requests-int64(hits), r.RequestBytes-int64(hitBytes)
		points[i] = cache.Point{Capacity: capacity, Result: r}
	}
	return points, nil
}

// curveFiles returns where the curves of a trace go: to the file that was named, else beside the rows, else
// into the working directory under the trace's name. Several traces are told apart by their names.
func (c *cacheCmd) curveFiles(path string) []string {
	base := strings.TrimLeft(filepath.Base(path), ".")
	if path == "-" {
		base = "stdin"
	}
	if i := strings.IndexByte(base, '.'); i > 0 {
		base = base[:i]
	}
	several := len(c.Traces) > 1
	switch {
	case c.Curve.path != "" && !several:
		return []string{c.Curve.path}
	case c.Curve.path != "":
		ending := filepath.Ext(c.Curve.path)
		return []string{strings.TrimSuffix(c.Curve.path, ending) + "_" + base + ending}
	case c.Out != "" && !several:
		base = strings.TrimSuffix(c.Out, filepath.Ext(c.Out))
	case c.Out != "":
		base = strings.TrimSuffix(c.Out, filepath.Ext(c.Out)) + "_" + base
	default:
		base += "_missratio"
	}
	return []string{base + ".svg", base + ".png"}
}

// A cacheAnswer says how large a cache must be for a hit ratio, or how far it gets.
type cacheAnswer struct {
	Trace    string  `json:"trace"`
	Policy   string  `json:"policy"`
	HitRatio float64 `json:"hit_ratio"` // that is asked for
	Of       string  `json:"of"`        // requests or bytes
	IsEnough bool    `json:"reached"`
	// Capacity is the least that is enough or, where none is, that of the most hits.
	Capacity int64   `json:"capacity"`
	Most     float64 `json:"most_hit_ratio,omitempty"` // where none is enough
	Text     string  `json:"text"`
}

// answer says for each policy how large a cache must be.
func (c *cacheCmd) answer(ctx context.Context, t *loadedTrace, hitRatio float64) ([]cacheAnswer, error) {
	unit := cache.Objects
	if c.Unit == "bytes" {
		unit = cache.Bytes
	}
	footprint := t.replayer.Footprint(unit)
	var answers []cacheAnswer
	for _, policy := range c.Policy {
		for _, admission := range c.Admission {
			cfg := cache.Config{Policy: policy, Admission: admission, Seed: c.Seed}
			largest := t.replayer.MemoryBytes(cfg.WithCapacity(unit, footprint))
			atOnce := int(min(15, max(1, t.memory/largest)))
			capacity, err := t.replayer.CapacityFor(ctx, cfg, unit, hitRatio, unit == cache.Bytes, atOnce)
			a := cacheAnswer{Trace: t.name, Policy: withAdmission(policy, admission), HitRatio: hitRatio, Of: ofWhat(unit), IsEnough: true, Capacity: capacity}
			a.Text = fmt.Sprintf("%s: %s hits %g %% of the %s with %s, %.3g %% of the footprint", a.Trace, a.Policy,
				100*hitRatio, a.Of, amount(unit, capacity), 100*float64(capacity)/float64(footprint))
			var unreachable *cache.UnreachableError
			if errors.As(err, &unreachable) {
				err = c.outOfReach(ctx, t, cfg, unit, unreachable, &a)
			}
			if err != nil {
				return nil, err
			}
			answers = append(answers, a)
		}
	}
	return answers, nil
}

// outOfReach says how far a policy gets.
func (c *cacheCmd) outOfReach(ctx context.Context, t *loadedTrace, cfg cache.Config, unit cache.Unit, e *cache.UnreachableError, a *cacheAnswer) error {
	hits := func(r cache.Result) float64 {
		if unit == cache.Bytes {
			return 100 * (1 - r.ByteMissRatio())
		}
		return 100 * (1 - r.RequestMissRatio())
	}
	a.Text = fmt.Sprintf("%s: %s never hits %g %% of the %s; the bound is %.1f %%, as the first request for an object misses", t.name, a.Policy, 100*e.HitRatio, a.Of, hits(t.replayer.Bound()))
	reached, capacity := 100*e.Most, e.Capacity
	if e.Policy == "" {
		capacity = t.replayer.Footprint(unit)
		result, err := t.replayer.Replay(ctx, cfg.WithCapacity(unit, capacity))
		if err != nil {
			return err
		}
		reached = hits(result)
	}
	a.IsEnough, a.Capacity, a.Most = false, capacity, reached/100
	a.Text += fmt.Sprintf("; %s hits %.1f %% with %s", a.Policy, reached, amount(unit, capacity))
	if c.Skip.text == "" {
		a.Text += "; --skip leaves the cold start out"
	}
	return nil
}

// amount says a size as people do, and exactly.
func amount(unit cache.Unit, n int64) string {
	if unit == cache.Bytes {
		return fmt.Sprintf("%s (%s bytes)", humanize.Bytes(uint64(n)), humanize.Comma(n))
	}
	return humanize.Comma(n) + " objects"
}

func ofWhat(unit cache.Unit) string {
	if unit == cache.Bytes {
		return "bytes"
	}
	return "requests"
}

func withAdmission(policy, admission string) string {
	if admission == "always" {
		return policy
	}
	return policy + "+" + admission
}

// parseHitRatio parses "95%" or "0.95".
func parseHitRatio(text string) (float64, error) {
	digits, percent := strings.CutSuffix(text, "%")
	ratio, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
	if percent {
		ratio /= 100
	}
	if err != nil || !(ratio > 0 && ratio <= 1) {
		return 0, fmt.Errorf("--hit is %q; want above 0%% and at most 100%%, such as 95%% or 0.95", text)
	}
	return ratio, nil
}
