package pipeline

import (
	"fmt"
	"sync"
)

// A progress adds up the counters of pipelines side by side, and says them when they change.
type progress struct {
	what  string
	cells int
	say   func(string) // nil for nobody

	mu     sync.Mutex
	counts []Counts // by pipeline
	said   Counts
}

func (p *progress) begin() {
	if p.say == nil {
		return
	}
	if n := len(p.counts); n > 1 {
		p.say(fmt.Sprintf("%s: %d cells in %d pipelines", p.what, p.cells, n))
		return
	}
	p.say(fmt.Sprintf("%s: %d cells", p.what, p.cells))
}

// set says what a pipeline has counted so far. Counters of one that failed may be behind what was said before.
func (p *progress) set(pipeline int, c Counts) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts[pipeline] = p.counts[pipeline].most(c)
	var sum Counts
	for _, c := range p.counts {
		sum = Counts{sum.Done + c.Done, sum.Kept + c.Kept, sum.Failed + c.Failed}
	}
	if sum == p.said || p.say == nil {
		return
	}
	p.said = sum
	p.say(fmt.Sprintf("%s: %v of %d cells", p.what, sum, p.cells))
}
