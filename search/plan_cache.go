package search

import (
	"sync"

	"github.com/edgewise-sim/edgewise/sim"
)

// A planCache keeps plans of sets that are compiled, for they are looked at again and again with what is given moved. It is safe for several
// goroutines; the zero value keeps none.
type planCache struct {
	mutex sync.Mutex
	plans map[string]*sim.Plan
	room  int // for so many more
}

// plansKept is how many ways from metros to sites the plans that are kept have, about: some hundred MB.
const plansKept = 2_000_000

func newPlanCache(metros int) *planCache {
	return &planCache{plans: make(map[string]*sim.Plan), room: plansKept / max(metros, 1)}
}

func (c *planCache) get(set []int) *sim.Plan {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.plans[keyOf(set)]
}

func (c *planCache) put(set []int, plan *sim.Plan) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.room > 0 {
		c.plans[keyOf(set)] = plan
		c.room--
	}
}
