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

// fitPopularity finds the popularity under which the numbers of objects that were asked for once, twice and so on are likeliest. Each
// object's requests are a Poisson variable, as they are where requests are independent; what is asked for once adds to those with one.
func fitPopularity(counts []int) (Popularity, []Frequency, error) {
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
	result, err := optimize.Minimize(optimize.Problem{Func: likelihood}, start, &optimize.Settings{
		Converger: &optimize.FunctionConverge{Absolute: 1e-5, Iterations: 40}, FuncEvaluations: 600,
	}, &optimize.NelderMead{})
	if result == nil || math.IsInf(result.F, 0) {
		return Popularity{}, nil, errors.Join(errors.New("no Zipf law is like the trace"), err)
	}
	best := result.X
	p, _ := popularityAt(best, len(counts), requests)
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
	p.eachBlock(func(objects, share float64) {
		rate := float64(share * all * (1 - p.Once))
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
	})
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
