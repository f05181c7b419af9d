package placement

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Pool is servers of one class at a site, which workloads share, and what becomes of requests that it cannot work on at once.
type Pool struct {
	// Name tells the pools of an assignment apart; "" will do for one of them.
	Name string
	// Servers is their number, 1 to 1048576.
	Servers int
	// Workloads are the names of those that the pool works for; none stand for all that no other pool of the assignment names.
	Workloads []string
	// Discipline is how the servers are given to requests.
	Discipline Discipline
	// Queue bounds how many requests may be there besides as many as there are servers: one that comes when so many are is rejected
	// at once. Without a limit all wait, however long.
	Queue Limit
	// Shed rejects a request at once that would wait longer, of 1ns to 1h; 0 rejects none. It goes with [FirstCome] alone, since nobody waits
	// where all are served at once.
	Shed time.Duration
	// Spill says where requests of users go that the pool rejects; without it they are rejected for good.
	Spill Spill
	// Scale lets the number of servers follow the work; Servers is then how many there are at first, and at least.
	Scale Scale
	// SpareCores adds every core of the site on which no match is, of [Assignment].Cores: matches come first, put together on as few
	// as have room. One that begins takes its cores for as long
	// as it lasts, and what is worked on there is worked on to its end (assumed). Servers is then how many there are at least.
	SpareCores bool
}

// A Limit is a bound that there may be.
type Limit struct {
	// Is says that there is one, Most what it is.
	Is   bool
	Most int
}

// AtMost returns a limit.
func AtMost(n int) Limit { return Limit{Is: true, Most: n} }

// String returns the limit as a number, or "none".
func (l Limit) String() string {
	if !l.Is {
		return "none"
	}
	return fmt.Sprint(l.Most)
}

// A Discipline is how servers are given to requests.
type Discipline uint8

// The disciplines.
const (
	// FirstCome gives each request a server of its own until it is done, in the order in which they came.
	FirstCome Discipline = iota
	// SharedProcessor works on all requests at once: each has a server while there are enough, else all have equal parts. So do cores
	// that an operating system shares among the threads of requests.
	SharedProcessor
)

var disciplines = []string{"fifo", "ps"}

// String returns the discipline's name, for example "fifo".
func (d Discipline) String() string {
	if int(d) >= len(disciplines) {
		return fmt.Sprintf("discipline(%d)", uint8(d))
	}
	return disciplines[d]
}

// ParseDiscipline returns the discipline with a name. The error lists the names there are.
func ParseDiscipline(name string) (Discipline, error) {
	if n := slices.Index(disciplines, name); n >= 0 {
		return Discipline(n), nil
	}
	return 0, fmt.Errorf("placement: %w", invalid.New("Discipline", name, "%s", strings.Join(disciplines, " or ")))
}

// mostQueue bounds a queue that has a bound.
const mostQueue = 1 << 30

func (p *Pool) validate() error {
	if p.Name != "" {
		if err := invalid.Name("Name", p.Name); err != nil {
			return err
		}
	}
	if int(p.Discipline) >= len(disciplines) {
		return invalid.New("Discipline", uint8(p.Discipline), "one of %q", disciplines)
	}
	return invalid.First(
		invalid.Range("Servers", p.Servers, 1, 1<<20),
		invalid.Check(p.Queue.Is || p.Queue.Most == 0, "Queue.Most", p.Queue.Most, "0 without a limit"),
		invalid.In("Queue", invalid.Range("Most", p.Queue.Most, 0, mostQueue)),
		invalid.Check(p.Shed == 0 || p.Discipline == FirstCome, "Shed", p.Shed, "0 where servers are shared by all at once: nobody waits"),
		invalid.Check(p.Shed >= 0 && p.Shed <= time.Hour, "Shed", p.Shed, "0 to 1h"),
	)
}

// validatePools names the first pool that is out of range, or has no effect.
func (a *Assignment) validatePools() error {
	if len(a.Pools) == 0 {
		return nil
	}
	if a.Servers > 0 {
		return invalid.New("Servers", a.Servers, "0 beside Pools")
	}
	rest := -1
	for i := range a.Pools {
		p := &a.Pools[i]
		in := func(err error) error { return invalid.In(fmt.Sprintf("Pools[%d]", i), err) }
		if err := p.validate(); err != nil {
			return in(err)
		}
		if err := p.validateSpill(a); err != nil {
			return in(invalid.In("Spill", err))
		}
		if err := p.Scale.validate(p); err != nil {
			return in(invalid.In("Scale", err))
		}
		if err := a.validateSpare(i); err != nil {
			return in(err)
		}
		if slices.ContainsFunc(a.Pools[:i], func(o Pool) bool { return o.Name == p.Name }) {
			return in(invalid.New("Name", fmt.Sprintf("%q", p.Name), "another name than that of a pool before"))
		}
		if len(p.Workloads) == 0 {
			if rest >= 0 {
				return in(invalid.New("Workloads", "none", "names of workloads: Pools[%d] is for all that are not named", rest))
			}
			rest = i
		}
		for k, name := range p.Workloads {
			field := fmt.Sprintf("Workloads[%d]", k)
			if !a.Serves(name) {
				return in(invalid.New(field, name, "a workload that the site serves"))
			}
			if slices.Contains(p.Workloads[:k], name) || slices.ContainsFunc(a.Pools[:i], func(o Pool) bool { return slices.Contains(o.Workloads, name) }) {
				return in(invalid.New(field, name, "a workload that no other pool has"))
			}
		}
	}
	return nil
}

// PoolOf returns the number of the pool that works for a workload; false where there is none: see [Assignment].Pools.
func (a *Assignment) PoolOf(workload string) (number int, ok bool) {
	number = slices.IndexFunc(a.Pools, func(p Pool) bool { return slices.Contains(p.Workloads, workload) })
	if number < 0 {
		number = slices.IndexFunc(a.Pools, func(p Pool) bool { return len(p.Workloads) == 0 })
	}
	return number, number >= 0
}

// MostServersFor returns how many servers a workload finds at the site when there are most, shared or its own; 0 where there are always
// enough.
func (a *Assignment) MostServersFor(workload string) int {
	if a != nil {
		if n, ok := a.PoolOf(workload); ok {
			return a.MostOf(&a.Pools[n])
		}
	}
	return a.ServersFor(workload)
}

// MostOf returns how many servers a pool of the site has when there are most.
func (a *Assignment) MostOf(p *Pool) int {
	switch {
	case p.Scale.Is():
		return p.Scale.Most
	case p.SpareCores:
		return p.Servers + a.Cores
	}
	return p.Servers
}

// validateSpare names the first thing that does not go with cores that matches leave.
func (a *Assignment) validateSpare(number int) error {
	p := &a.Pools[number]
	if !p.SpareCores {
		return nil
	}
	isAnother := slices.ContainsFunc(a.Pools[:number], func(o Pool) bool { return o.SpareCores })
	for _, c := range []struct {
		isWrong bool
		why     string
	}{
		{a.Cores == 0, "cores, on which games play"},
		{a.Elastic, "cores that are there all the time: rented ones are there for matches alone"},
		{p.Scale.Is(), "a number of servers that does not follow the work"},
		{p.Shed > 0, "no Shed: how long a request will wait is not known while matches begin and end"},
		{isAnother, "one pool alone that has them"},
	} {
		if c.isWrong {
			return invalid.New("SpareCores", true, "false, or %s", c.why)
		}
	}
	return nil
}

// ServersFor returns how many servers a workload finds at the site, shared or its own, at least; 0 where there are always enough.
func (a *Assignment) ServersFor(workload string) int {
	if a == nil {
		return 0
	}
	if n, ok := a.PoolOf(workload); ok {
		return a.Pools[n].Servers
	}
	return a.Servers
}

// Rejects reports whether the pool rejects what it has no room for.
func (p *Pool) Rejects() bool { return p.Queue.Is || p.Shed > 0 }

// HasServers reports whether the servers of the site are limited.
func (a *Assignment) HasServers() bool { return a.Servers > 0 || len(a.Pools) > 0 }
