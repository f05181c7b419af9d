package sim

import (
	"time"

	"github.com/edgewise-sim/edgewise/cache/freshness"
)

// An answerAge is how old an answer is, and how much longer than its lifetime it is there, in ns; that of its oldest slice where it is made of some.
type answerAge struct {
	ages            bool
	old, staleSince int64
}

// see takes what of an answer a cache has at an instant.
func (a *answerAge) see(p *freshness.Policy, h *freshness.Held, now int64) {
	if h.Answer == freshness.Good && p.Lifetime() < int64(maxRun) {
		a.ages, a.old = true, max(a.old, now-h.AsOf)
		if p.Lifetime() > 0 {
			a.staleSince = max(a.staleSince, p.Staleness(h, now))
		}
	}
}

// noteAge counts the age of the object that a user gets at an instant, and how much longer than its lifetime it is there.
func (c *clients) noteAge(r *request, p *freshness.Policy, h *freshness.Held, now int64) {
	if r.recorded {
		var is answerAge
		is.see(p, h, now)
		c.countAge(&is)
	}
}

func (c *clients) countAge(a *answerAge) {
	if a.ages {
		c.tally.Counters[AgedAnswers]++
		c.tally.Counters[AgeMs] += uint64(a.old / nsPerMs)
		if a.staleSince > 0 {
			c.tally.Counters[StaleAnswers]++
			c.tally.Counters[StaleMs] += uint64(a.staleSince / nsPerMs)
		}
	}
}

const nsPerMs = int64(time.Millisecond)
