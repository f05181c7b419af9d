package sim

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// advance runs markets, and then sites, to the end, on as many workers as the work can use: what shares nothing
// runs one by one, wherever a worker is free; sites that send each other messages advance side by side, in
// windows. Who runs what, and when, leaves no trace in the results.
func (r *run) advance(workers int) error {
	if err := r.runMarkets(workers); err != nil {
		return err
	}
	workers = max(1, min(workers, len(r.sites))) // more have nothing to do
	scratches := make(chan *scratch, workers)
	for range workers {
		scratches <- r.plan.scenario.newScratch()
	}
	var alone []task
	for _, group := range r.groups() {
		switch {
		case group.lookAhead == unknown:
			for _, s := range group.sites {
				alone = append(alone, task{s.perSecond, func(d *scratch) error { return r.advanceAlone(s, d) }})
			}
		case workers > 1 && group.arrivalsAWindow() >= worthSharing*float64(workers):
			d := <-scratches
			if err := r.advanceTogether(group, min(workers, len(group.sites)), d); err != nil {
				return err
			}
			scratches <- d
		default:
			alone = append(alone, task{group.perSecond() * windowCost, func(d *scratch) error { return r.advanceTogether(group, 1, d) }})
		}
	}
	// The longest first, so that the workers end at about the same time.
	slices.SortStableFunc(alone, func(a, b task) int { return cmp.Compare(b.length, a.length) })
	var crew errgroup.Group
	crew.SetLimit(workers)
	for _, task := range alone {
		crew.Go(func() error {
			d := <-scratches
			defer func() { scratches <- d }()
			return task.run(d)
		})
	}
	return crew.Wait()
}

// A task is work for one worker; its length is the requests a second of a site that would take as long, running alone.
type task struct {
	length float64
	run    func(*scratch) error
}

// What an update of a game takes, and a request of sites that advance in windows, each beside a request of a site
// that runs alone: about what docs/performance.md shows.
const (
	updateCost = 0.2
	windowCost = 3
)

// advanceAlone runs a site that sends messages to itself at most, from its opening to its end.
func (r *run) advanceAlone(s *site, d *scratch) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	directory, err := d.directoryFor(s)
	if err != nil {
		return err
	}
	d.lend(s)
	defer func() {
		d.takeBack(s)
		s.close()
		r.settleCourses(s)
	}()
	if err := s.open(directory); err != nil {
		return err
	}
	if r.preloader != nil {
		if err := r.preloader.preload([]*site{s}, d); err != nil {
			return err
		}
	}
	s.advance(unknown)
	return s.err
}

// worthSharing is the number of arrivals in a window, for each worker, from which on the hand-over at the end
// of the window costs less than the work it shares. Assumed: a hand-over costs about 5 us.
const worthSharing = 200

// A siteGroup is sites that reach each other by messages, directly or not.
type siteGroup struct {
	sites []*site
	// lookAhead is the least delay of a message from one site of the group to another; unknown for a site alone.
	lookAhead int64
	paths     []path
	// longest bounds a window; 0 does not.
	longest int64
}

// A path leads messages from one site of a group to another.
type path struct {
	from, to int32 // in the group
	delay    int64
}

// groups finds the sites that must advance together.
func (r *run) groups() []siteGroup {
	sites := slices.Concat(r.sites, r.apart)
	root := make([]int, len(sites))
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			i = root[i]
		}
		return i
	}
	var paths []path
	join := func(i int, hops []nextHop) {
		for _, h := range hops {
			if !h.remote || h.to == i { // messages of a site to itself need no window
				continue
			}
			a, b := find(i), find(h.to)
			root[max(a, b)] = min(a, b)
			paths = append(paths, path{int32(i), int32(h.to), h.there}, path{int32(h.to), int32(i), h.back})
		}
	}
	for i, s := range r.sites {
		for _, t := range s.caches {
			for _, hops := range t.hops {
				join(i, hops)
			}
		}
		for j := range s.data {
			join(i, s.data[j].hops)
			join(i, s.spills[j].hops)
		}
		for k := range s.clients {
			c := &s.clients[k]
			for _, to := range c.asksAgain() {
				if to.site != i {
					a, b := find(i), find(to.site)
					root[max(a, b)] = min(a, b)
					for n := range to.ways {
						paths = append(paths, path{int32(i), int32(to.site), c.leastNotice(&to.ways[n])})
					}
				}
			}
		}
	}
	for _, p := range r.pathsOverLinks() {
		a, b := find(int(p.from)), find(int(p.to))
		root[max(a, b)] = min(a, b)
		paths = append(paths, p)
	}
	number := make(map[int]int)
	place := make([]int32, len(sites)) // of a site in its group
	var groups []siteGroup
	for i, s := range sites {
		n, ok := number[find(i)]
		if !ok {
			n = len(groups)
			number[find(i)] = n
			groups = append(groups, siteGroup{lookAhead: unknown})
		}
		place[i] = int32(len(groups[n].sites))
		groups[n].sites = append(groups[n].sites, s)
	}
	for _, p := range paths {
		g := &groups[number[find(int(p.from))]]
		g.paths = append(g.paths, path{place[p.from], place[p.to], p.delay})
		g.lookAhead = min(g.lookAhead, p.delay)
	}
	return groups
}

// perSecond estimates how many requests of users a group meets.
func (g *siteGroup) perSecond() float64 {
	sum := 0.0
	for _, s := range g.sites {
		sum += s.perSecond
	}
	return sum
}

// arrivalsAWindow estimates how many users a group meets in a window.
func (g *siteGroup) arrivalsAWindow() float64 {
	return g.perSecond() * time.Duration(g.lookAhead).Seconds()
}

// open opens sites that advance together. Each has a table of keys of its own: a directory serves one cache at a
// time.
func (r *run) open(sites []*site, d *scratch) error {
	for _, s := range sites {
		if err := s.open(nil); err != nil {
			return err
		}
	}
	if r.preloader != nil {
		return r.preloader.preload(sites, d)
	}
	return nil
}

// advanceTogether runs a group to its end in windows, on a number of workers.
func (r *run) advanceTogether(g siteGroup, workers int, d *scratch) error {
	defer func() {
		for _, s := range g.sites {
			s.close()
			r.settleCourses(s)
		}
	}()
	if err := r.open(g.sites, d); err != nil {
		return err
	}
	crew := newCrew(workers - 1)
	defer crew.dismiss()
	next, ends := make([]int64, len(g.sites)), make([]int64, len(g.sites))
	for {
		now := int64(unknown)
		for i, s := range g.sites {
			next[i] = s.next()
			now = min(now, next[i])
			if s.err != nil {
				return s.err
			}
		}
		if now == unknown {
			return nil
		}
		g.horizons(next, ends)
		isStuck := true
		for i := range ends {
			if g.longest > 0 {
				ends[i] = min(ends[i], now+g.longest)
			}
			isStuck = isStuck && ends[i] <= next[i]
		}
		if isStuck { // without any delay out and back a window is one instant long
			for i := range ends {
				ends[i] = max(ends[i], now+1)
			}
		}
		crew.advance(g.sites, ends)
		for _, s := range g.sites {
			s.handOver()
		}
		for _, w := range crew.workers {
			for i := range w.out {
				o := &w.out[i]
				r.siteAt(o.target).inbox.deliver(o.at, o.m)
			}
			w.out = w.out[:0]
		}
	}
}

// horizons finds how far each site may go: to the first instant at which a message that is not sent yet can
// reach it. That is when the next thing happens at some site, and the way from there, which may be a way out
// and back: a PoP behind an idle origin may go as far as its own question could have an answer.
func (g *siteGroup) horizons(next, ends []int64) {
	for i := range ends {
		ends[i] = unknown
	}
	for changed := true; changed; {
		changed = false
		for _, p := range g.paths {
			if at := min(next[p.from], ends[p.from]); at < unknown-p.delay && at+p.delay < ends[p.to] {
				ends[p.to] = at + p.delay
				changed = true
			}
		}
	}
}

// A crew is workers who move sites in windows: one who leads, and others who wait for them.
type crew struct {
	next    atomic.Int64 // the next site to be taken
	sites   []*site
	ends    []int64
	workers []*worker // who leads is the first
	start   []chan struct{}
	done    sync.WaitGroup
}

// A worker has what sites need while they move, one after the other, so that it stays near to the processor.
type worker struct {
	ahead lookAhead
	out   []sentMessage // what they send in a window
}

// newCrew returns a crew of so many workers who wait, besides the one who leads.
func newCrew(waiting int) *crew {
	c := &crew{workers: []*worker{{}}}
	for range waiting {
		start, w := make(chan struct{}, 1), &worker{}
		c.start, c.workers = append(c.start, start), append(c.workers, w)
		go func() {
			for range start {
				c.work(w)
				c.done.Done()
			}
		}()
	}
	return c
}

func (c *crew) dismiss() {
	for _, start := range c.start {
		close(start)
	}
}

// advance moves all sites to the ends of their windows.
func (c *crew) advance(sites []*site, ends []int64) {
	c.sites, c.ends = sites, ends
	c.next.Store(0)
	c.done.Add(len(c.start))
	for _, start := range c.start {
		start <- struct{}{}
	}
	c.work(c.workers[0])
	c.done.Wait()
}

func (c *crew) work(w *worker) {
	for {
		i := int(c.next.Add(1)) - 1
		if i >= len(c.sites) {
			return
		}
		s := c.sites[i]
		s.out = w.out
		for s.next() < c.ends[i] {
			s.advance(s.prefetch(c.ends[i], &w.ahead))
		}
		s.out, w.out = nil, s.out
	}
}
