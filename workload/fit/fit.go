package fit

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/edgewise-sim/edgewise/workload"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// A Fit is the workload that a trace is like, and how well it fits.
type Fit struct {
	// Requests and Objects are those of the trace, Length is the time from its first request to its last.
	Requests, Objects int
	Length            time.Duration
	// PerSecond is the mean rate.
	PerSecond float64
	// HasSizes says that the trace has sizes; where it has none, Sizes and Ranks have none.
	HasSizes bool

	Popularity
	// Frequencies say how many objects were asked for how often.
	Frequencies []Frequency
	// Sizes are those of objects that are asked for again, OnceSizes of those that the trace has once.
	Sizes, OnceSizes Law
	// Ranks say what objects are like by popularity, in octaves: of the first, the second, the third and fourth, and so on, of those that
	// are asked for more than once.
	Ranks []Rank
	// SizeByRank is the rank correlation of popularity and size, of objects that are asked for more than once: below 0, popular objects
	// are smaller.
	SizeByRank float64
	// Churn is the share of the requests of the second half of the trace that ask for objects which the first half did not, less what
	// is expected of objects that stay as popular as they are: 0 where popularity does not change. PerDay is the share of the objects that new
	// ones take the place of in a day, if that is why; 0 where Churn is half a point or less.
	Churn  float64
	PerDay float64
	// IsUneven says that objects which are asked for seldom are replaced more than twice as often as others: PerDay is then that by requests.
	IsUneven bool
	// News say, for each of 24 parts of the trace with as many requests, which share of them is for objects that nobody asked for before: of
	// the trace, and of a trace as long of [Fit.Zipf].
	News []New
	// Day are the loads of the hours, with the mean 1, where the trace is a day or longer; in the zone that the trace was read for.
	Day [24]float64
	// HasDay says that there is a day.
	HasDay bool
	// Misses says what LRU caches miss of the trace, and of a trace as long of each workload of the fit.
	Misses []Miss
}

// New is the share of the requests of a part of a trace for objects that nobody asked for before.
type New struct{ Trace, Zipf float64 }

// A Rank is what objects of some ranks are like.
type Rank struct {
	// First and Last are the ranks, from 1.
	First, Last int
	// Requests are those of the trace.
	Requests int
	// Sizes are those of the objects.
	Sizes Law
}

// A Law is a lognormal law of sizes, and how far the sizes are from it.
type Law struct {
	workload.Sizes
	Objects int
	// Distance is the greatest difference between the shares of the sizes below any size and those of the law (Kolmogorov and Smirnov).
	Distance float64
	// MeanBytes is the mean of the sizes themselves.
	MeanBytes float64
}

// Options say how to fit.
type Options struct {
	// Begins is the instant of the first request, in the zone of whose hours the day is to be; the zero time is taken for midnight.
	Begins time.Time
}

// Of fits a workload to a trace. It returns the context's error when cancelled.
func Of(ctx context.Context, r *trace.Recording, o Options) (*Fit, error) {
	f := &Fit{Requests: r.Requests(), Length: r.Length(), HasSizes: r.HasSizes()}
	if f.Requests < 2 || f.Length <= 0 {
		return nil, fmt.Errorf("fit: %d requests over %v; want two at least, at different times", f.Requests, f.Length)
	}
	f.PerSecond = float64(f.Requests) / f.Length.Seconds()
	counts := make([]int, r.Objects())
	sizes := make([]int64, r.Objects())
	var hours [24]int
	begins := o.Begins
	half := make([]bool, r.Objects()) // asked for in the first half
	later := make([]int, r.Objects()) // requests of the second half
	for i := range f.Requests {
		if i%(1<<20) == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		at, object, size := r.Request(i)
		counts[object]++
		sizes[object] = max(sizes[object], size)
		hours[begins.Add(time.Duration(at)).Hour()]++
		if i < f.Requests/2 {
			half[object] = true
		} else {
			later[object]++
		}
	}
	order := make([]int, 0, len(counts)) // objects by popularity
	var asked []int
	for k, n := range counts {
		if n > 0 {
			order = append(order, k)
			asked = append(asked, n)
		}
	}
	f.Objects = len(asked)
	f.HasSizes = f.HasSizes && slices.Max(sizes) > 1 // formats with a size have 1 where nobody knows it
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	var err error
	if err = f.fitPopularity(asked, func(counted int) float64 { return newShare(half, later, counted) }); err != nil {
		return nil, fmt.Errorf("fit: %w", err)
	}
	f.findDay(hours, begins)
	again := len(order)
	for again > 0 && counts[order[again-1]] == 1 {
		again--
	}
	sizesOf := func(objects []int) (all []int64) {
		for _, k := range objects {
			all = append(all, sizes[k])
		}
		return all
	}
	for first := 1; first <= again; first *= 2 {
		of := order[first-1 : min(2*first-1, again)]
		rank := Rank{First: first, Last: first + len(of) - 1}
		for _, k := range of {
			rank.Requests += counts[k]
		}
		if f.HasSizes {
			rank.Sizes = lawOf(sizesOf(of))
		}
		f.Ranks = append(f.Ranks, rank)
	}
	if f.HasSizes {
		f.Sizes, f.OnceSizes = lawOf(sizesOf(order[:again])), lawOf(sizesOf(order[again:]))
		f.SizeByRank = correlation(order[:again], counts, sizes)
	}
	if f.Misses, err = f.compareMisses(ctx, r); err != nil {
		return nil, err
	}
	return f, nil
}

// countedOfObject is how many requests for one object count for the turnover.
const countedOfObject = 8

// newShare returns which share of the later requests, of each object so many at most, is for objects without an earlier one.
func newShare(earlier []bool, later []int, counted int) float64 {
	isNew, all := 0, 0
	for k, n := range later {
		n = min(n, counted)
		all += n
		if !earlier[k] {
			isNew += n
		}
	}
	return float64(isNew) / float64(all)
}

// leastChurn is from which share of new requests on objects are taken to be replaced: less may be chance.
const leastChurn = 0.005

// fitPopularity finds the popularity, and the turnover with it: each in turn, for more turnover makes fewer places of the same objects.
func (f *Fit) fitPopularity(asked []int, isNew func(counted int) float64) (err error) {
	if f.Popularity, f.Frequencies, err = fitPopularity(asked, 0, nil); err != nil {
		return err
	}
	f.Churn = isNew(f.Requests) - f.Popularity.newInHalf(f.Requests, f.Requests)
	if f.Churn <= leastChurn {
		return nil
	}
	for range 8 {
		turnover := f.Popularity.turnoverOf(f.Requests, countedOfObject, isNew(countedOfObject))
		last, near := f.Turnover, f.Popularity
		if f.Popularity, f.Frequencies, err = fitPopularity(asked, turnover, &near); err != nil {
			return err
		}
		if math.Abs(turnover-last) < 0.02*turnover {
			break
		}
	}
	// Where objects that are asked for seldom are replaced much more often than others, their turnover is not that of most requests.
	if ofRequests := f.Popularity.turnoverOf(f.Requests, f.Requests, isNew(f.Requests)); ofRequests < f.Turnover/2 {
		f.IsUneven = true
		near := f.Popularity
		if f.Popularity, f.Frequencies, err = fitPopularity(asked, ofRequests, &near); err != nil {
			return err
		}
	}
	f.PerDay = f.Turnover / f.Length.Hours() * 24
	return nil
}

// findDay fills in the loads of the hours, each by the time that the trace spends in it.
func (f *Fit) findDay(requests [24]int, begins time.Time) {
	if f.Length < 24*time.Hour {
		return
	}
	var spent [24]float64
	end := begins.Add(f.Length)
	for at := begins; at.Before(end); {
		next := at.Truncate(time.Hour).Add(time.Hour)
		if next.After(end) {
			next = end
		}
		spent[at.Hour()] += next.Sub(at).Hours()
		at = next
	}
	sum := 0.0
	for h := range f.Day {
		if spent[h] > 0 {
			f.Day[h] = float64(requests[h]) / spent[h]
		}
		sum += f.Day[h] / 24
	}
	for h := range f.Day {
		f.Day[h] /= sum
	}
	f.HasDay = true
}

// lawOf fits a lognormal law to sizes, by the mean and deviation of their logarithms.
func lawOf(sizes []int64) Law {
	if len(sizes) == 0 {
		return Law{}
	}
	logs := make([]float64, len(sizes))
	l := Law{Objects: len(sizes)}
	for i, s := range sizes {
		logs[i] = math.Log(float64(max(s, 1)))
		l.MeanBytes += float64(s) / float64(len(sizes))
	}
	slices.Sort(logs)
	l.LnMean = stat.Mean(logs, nil)
	if len(logs) > 1 {
		l.LnSD = stat.StdDev(logs, nil)
	}
	l.MinBytes, l.MaxBytes = int64(math.Round(math.Exp(logs[0]))), int64(math.Round(math.Exp(logs[len(logs)-1])))
	for i, x := range logs {
		share := 0.0
		if l.LnSD > 0 {
			share = 0.5 * math.Erfc((l.LnMean-x)/l.LnSD/math.Sqrt2)
		} else if x >= l.LnMean {
			share = 1
		}
		n := float64(len(logs))
		l.Distance = max(l.Distance, math.Abs(share-float64(i)/n), math.Abs(share-float64(i+1)/n))
	}
	return l
}

// correlation returns the rank correlation of the requests and sizes of objects.
func correlation(objects, counts []int, sizes []int64) float64 {
	if len(objects) < 3 {
		return 0
	}
	a, b := make([]float64, len(objects)), make([]float64, len(objects))
	for i, k := range objects {
		a[i], b[i] = float64(counts[k]), float64(sizes[k])
	}
	r := stat.Correlation(ranks(a), ranks(b), nil)
	if math.IsNaN(r) {
		return 0 // all sizes are the same
	}
	return r
}

// ranks returns the ranks of values; equal ones share the mean of theirs.
func ranks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	of := make([]float64, len(values))
	for i := 0; i < len(order); {
		end := i
		for end+1 < len(order) && values[order[end+1]] == values[order[i]] {
			end++
		}
		for k := i; k <= end; k++ {
			of[order[k]] = float64(i+end) / 2
		}
		i = end + 1
	}
	return of
}

// lives returns in words how long an object lives.
func (f *Fit) lives() string {
	if days := 1 / f.PerDay; days < 2 {
		return fmt.Sprintf("%.3g hours", 24*days)
	}
	return fmt.Sprintf("%.3g days", 1/f.PerDay)
}

// Doubts say in sentences where the trace is not as a workload of independent requests would be: none where it is.
func (f *Fit) Doubts() (all []string) {
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if f.PerDay > 0 {
		say("Popularity changes: %.1f %% of the requests of the second half are for objects new in it, beyond what is expected of objects that stay. In the workload each lives %s, and a new one takes its place.",
			100*f.Churn, f.lives())
	}
	if f.IsUneven {
		say("Objects that are asked for seldom are replaced more than twice as often as others; in the workload all are replaced as often as those that most requests are for.")
	}
	if n := len(f.Misses); n > 0 {
		if small := f.Misses[0]; small.Zipf.Requests > small.Trace.Requests+0.05 {
			why := "what was asked for may be asked for again soon, and requests of the workload are independent"
			if math.Abs(f.SizeByRank) > 0.1 {
				why = "popular objects have other sizes than others, or " + why
			}
			say("The smallest cache misses %.0f %% of the trace, and %.0f %% of the workload with one law of sizes: %s.", 100*small.Trace.Requests, 100*small.Zipf.Requests, why)
		}
	}
	if math.Abs(f.SizeByRank) > 0.1 {
		what := "smaller"
		if f.SizeByRank > 0 {
			what = "larger"
		}
		say("Popular objects are %s (rank correlation %.2f): one law of sizes does not say so, classes by rank do.", what, f.SizeByRank)
	}
	if f.HasSizes && f.Sizes.Distance > 0.1 {
		say("Sizes are not lognormal: shares of the sizes below some size are off by up to %.0f points.", 100*f.Sizes.Distance)
	}
	return all
}
