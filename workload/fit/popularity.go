package fit

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/optimize"
)

// A Popularity is how requests fall on objects: a share asks for objects that nobody asks for again, the others follow a Zipf law.
type Popularity struct {
	// Objects is the size of the catalogue, those that the trace happens not to ask for included.
	Objects int
	// ZipfExponent is that of the law.
	ZipfExponent float64
	// Once is the share of all requests that ask for an object just once.
	Once float64
	// Turnover is the share of the objects that new ones take the place of over the length of the trace; 1 and more where they live shorter
	// than that.
	Turnover float64
}

// A Frequency says how many objects were asked for as often as Least to Most times: in the trace, and as the popularity expects.
type Frequency struct {
	Least, Most int
	// Objects is how many there are in the trace, Expected how many the popularity expects; Requests and ExpectedRequests are theirs.
	Objects          int
	Expected         float64
	Requests         int
	ExpectedRequests float64
}

// fitPopularity finds the popularity, of so much turnover, under which the numbers of objects that were asked for once, twice and so on are likeliest. Each
// object's requests are a Poisson variable, as they are where requests are independent; what is asked for once adds to those with one. It looks near a popularity that is known about, if any.
func fitPopularity(counts []int, turnover float64, from *Popularity) (Popularity, []Frequency, error) {
	requests, most := 0, 0
	for _, n := range counts {
		requests += n
		most = max(most, n)
	}
	bins := binsTo(most)
	for _, n := range counts {
		i := slices.IndexFunc(bins, func(b Frequency) bool { return n <= b.Most })
		bins[i].Objects++
		bins[i].Requests += n
	}
	again := len(counts) - bins[0].Objects
	if again < 10 {
		return Popularity{}, nil, errors.New("fewer than ten objects are asked for more than once; want a longer trace")
	}
	likelihood := func(x []float64) float64 {
		p, ok := popularityAt(x, len(counts), requests)
		p.Turnover = turnover
		if !ok {
			return math.Inf(1)
		}
		expect(bins, p, requests)
		sum := 0.0
		for _, b := range bins {
			// The Poisson likelihood of the numbers of objects, without what does not depend on the popularity.
			sum += b.Expected - float64(float64(b.Objects)*math.Log(max(b.Expected, 1e-12)))
		}
		return sum
	}
	var start []float64
	for _, x := range [][]float64{
		{0.8, math.Log(1.3 * float64(again)), 0.3}, {1.1, math.Log(2 * float64(len(counts))), 0.1}, {0.6, math.Log(float64(len(counts))), 0.6},
	} {
		if start == nil || likelihood(x) < likelihood(start) {
			start = x
		}
	}
	method := &optimize.NelderMead{}
	evaluations := 600
	if from != nil { // near the best
		start = []float64{from.ZipfExponent, math.Log(float64(from.Objects)), from.Once * float64(requests) / float64(len(counts))}
		method.SimplexSize, evaluations = 0.02, 80
	}
	result, err := optimize.Minimize(optimize.Problem{Func: likelihood}, start, &optimize.Settings{
		Converger: &optimize.FunctionConverge{Absolute: 1e-5, Iterations: 40}, FuncEvaluations: evaluations,
	}, method)
	if result == nil || math.IsInf(result.F, 0) {
		return Popularity{}, nil, errors.Join(errors.New("no Zipf law is like the trace"), err)
	}
	best := result.X
	p, _ := popularityAt(best, len(counts), requests)
	p.Turnover = turnover
	if p.Once*float64(requests) < 0.5 {
		p.Once = 0
	}
	expect(bins, p, requests)
	return p, bins, nil
}

// popularityAt returns the popularity that the optimiser's numbers stand for: the exponent, the logarithm of the objects, and the share
// of the objects seen that were asked for just once. False where there is no such.
func popularityAt(x []float64, seen, requests int) (Popularity, bool) {
	p := Popularity{ZipfExponent: x[0], Objects: int(math.Round(math.Exp(min(x[1], 40)))), Once: x[2] * float64(seen) / float64(requests)}
	return p, x[0] >= 0 && x[0] <= 4 && x[2] >= 0 && x[2] < 1 && p.Objects >= 2 && p.Objects <= 1<<31 && p.Once < 1
}

// binsTo returns bins of numbers of requests, each by itself where they are few, up to a quarter wider each where they are many.
func binsTo(most int) (bins []Frequency) {
	for least := 1; least <= most; {
		b := Frequency{Least: least, Most: max(least, least*5/4-1)}
		bins = append(bins, b)
		least = b.Most + 1
	}
	return bins
}

// expect fills in what a popularity expects of each bin.
func expect(bins []Frequency, p Popularity, requests int) {
	for i := range bins {
		bins[i].Expected, bins[i].ExpectedRequests = 0, 0
	}
	all := float64(requests)
	bins[0].Expected, bins[0].ExpectedRequests = p.Once*all, p.Once*all
	p.eachBlock(func(places, share float64) {
		p.eachStay(func(objects, part float64) { add(bins, float64(places*objects), float64(share*all*(1-p.Once)*part)) })
	})
}

// add adds what so many objects at a rate are expected to be in each bin.
func add(bins []Frequency, objects, rate float64) {
	// Beyond eight deviations there is nothing.
	reach := float64(8 * (math.Sqrt(rate) + 1))
	low, high := rate-reach, rate+reach
	for i := range bins {
		b := &bins[i]
		if float64(b.Most) < low || float64(b.Least) > high {
			continue
		}
		b.Expected += float64(objects * (atMost(b.Most, rate) - atMost(b.Least-1, rate)))
		// The mean of a Poisson variable where it is between two numbers is the rate times a probability.
		b.ExpectedRequests += float64(objects * rate * (atMost(b.Most-1, rate) - atMost(b.Least-2, rate)))
	}
}

// eachStay calls a function with how many objects a place has, on the mean, for which parts of the trace: one for all of it where there is
// no turnover; else those that stay for their whole life, or the whole trace, and those that its beginning or end cuts, evenly.
func (p Popularity) eachStay(do func(objects, part float64)) {
	if p.Turnover == 0 {
		do(1, 1)
		return
	}
	longest := min(1, 1/p.Turnover)
	do(math.Abs(1-p.Turnover), longest)
	const cuts = 4
	for i := range cuts {
		do(2*p.Turnover*longest/cuts, longest*(float64(i)+0.5)/cuts)
	}
}

// newInHalf returns which share of the requests of the second half of a trace is expected to ask for what the first half did not, where of
// those for one object the first so many count: of a few objects that are much asked for it is chance which is new.
func (p Popularity) newInHalf(requests, counted int) float64 {
	isNew := float64(p.Once * float64(requests) / 2)
	all := isNew
	p.eachBlock(func(places, share float64) {
		rate := float64(share * (1 - p.Once) * float64(requests)) // over the trace
		take := func(objects, before, after float64) {
			counts := float64(places * objects * cappedMean(float64(rate*after), counted))
			isNew += float64(counts * math.Exp(-rate*before))
			all += counts
		}
		if p.Turnover == 0 {
			take(1, 0.5, 0.5)
			return
		}
		// Over when an object is born that is there in the second half.
		const parts = 48
		life := 1 / p.Turnover
		span := life + 0.5
		for i := range parts {
			born := 0.5 - life + float64(span*(float64(i)+0.5)/parts)
			before := min(0.5, born+life) - max(0, born)
			after := min(1, born+life) - max(0.5, born)
			take(float64(span*p.Turnover/parts), max(before, 0), max(after, 0))
		}
	})
	return isNew / all
}

// cappedMean returns the mean of a Poisson variable of which no more counts than a number.
func cappedMean(rate float64, most int) float64 {
	switch wide := float64(10 * (1 + math.Sqrt(rate))); {
	case rate > float64(most)+wide:
		return float64(most)
	case rate+wide < float64(most):
		return rate
	}
	sum, term, left := 0.0, math.Exp(-rate), 1.0
	for n := range most {
		sum += float64(float64(n) * term)
		left -= term
		term *= rate / float64(n+1)
	}
	return sum + float64(float64(most)*max(left, 0))
}

// turnoverOf returns the turnover at which so many of the requests of the second half that count are new.
func (p Popularity) turnoverOf(requests, counted int, isNew float64) float64 {
	low, high := 0.0, 1e-4
	for p.at(high).newInHalf(requests, counted) < isNew && high < 1e4 {
		low, high = high, 2*high
	}
	for range 40 {
		if middle := (low + high) / 2; p.at(middle).newInHalf(requests, counted) < isNew {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

func (p Popularity) at(turnover float64) Popularity {
	p.Turnover = turnover
	return p
}

// atMost returns the probability that a Poisson variable is k at most.
func atMost(k int, rate float64) float64 {
	if k < 0 {
		return 0
	}
	if rate <= 0 {
		return 1
	}
	return mathext.GammaIncRegComp(float64(k+1), rate)
}

// eachBlock calls a function with runs of ranks: how many objects there are in each, and the mean share of the requests that are not
// for objects asked for once.
func (p Popularity) eachBlock(do func(objects, share float64)) {
	const singles, growth = 32, 20
	sum := 0.0
	type block struct{ first, last int }
	var blocks []block
	for first := 1; first <= p.Objects; {
		last := first
		if first > singles {
			last = min(p.Objects, first+first/growth)
		}
		blocks = append(blocks, block{first, last})
		first = last + 1
	}
	weights := make([]float64, len(blocks))
	for i, b := range blocks {
		// The integral over the block is nearer to the sum than its middle times its width.
		weights[i] = zipfSum(float64(b.first), float64(b.last), p.ZipfExponent)
		sum += weights[i]
	}
	for i, b := range blocks {
		objects := float64(b.last - b.first + 1)
		do(objects, weights[i]/sum/objects)
	}
}

// zipfSum returns about the sum of k^-exponent from one rank to another, exactly for one alone.
func zipfSum(first, last, exponent float64) float64 {
	if first == last {
		return math.Pow(first, -exponent)
	}
	a, b := first-0.5, last+0.5
	if math.Abs(exponent-1) < 1e-9 {
		return math.Log(b / a)
	}
	return (math.Pow(b, 1-exponent) - math.Pow(a, 1-exponent)) / (1 - exponent)
}
