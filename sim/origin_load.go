package sim

// An originLoad counts, by workload, what a site has had from origins. Caches at one site have the same next hops where
// these are origins.
type originLoad struct {
	// served is what the site serves as an origin itself, fetched what its caches fetch from one that never fails and
	// that need not be asked by message: the first hop.
	served, fetched []originCount
	// tried is what they fetch from origins that may fail, by workload and hop, of those that need not be asked by
	// message.
	tried [][]originCount
}

// An originCount counts fetches from an origin. It fills a line of the processor's cache, so that sites which run
// on different cores do not wait for each other's counts.
type originCount struct {
	requests, bytes uint64
	_               [48]byte
}

func newOriginLoad(workloads int) originLoad {
	return originLoad{
		served: make([]originCount, workloads), fetched: make([]originCount, workloads), tried: make([][]originCount, workloads),
	}
}

func (c *originCount) add(bytes int64, recorded bool) {
	if recorded {
		c.requests++
		c.bytes += uint64(bytes)
	}
}

// at returns the counts of what a workload fetches from a hop that may fail.
func (l *originLoad) at(workload, hop uint8) *originCount {
	for len(l.tried[workload]) <= int(hop) {
		l.tried[workload] = append(l.tried[workload], originCount{})
	}
	return &l.tried[workload][hop]
}

// settleOrigins adds what a site has had from origins to the tallies of a workload: the whole, and those of the sites
// that have served it.
func (s *site) settleOrigins(workload int, to *WorkloadTally) {
	s.load.served[workload].settle(int(s.id), to)
	for _, t := range s.caches {
		hops := t.hops[workload]
		if len(hops) == 0 || hops[0].part != originPart {
			continue
		}
		s.load.fetched[workload].settle(hops[0].to, to)
		for n := range s.load.tried[workload] {
			s.load.tried[workload][n].settle(hops[n].to, to)
		}
		return
	}
}

func (c *originCount) settle(origin int, to *WorkloadTally) {
	for _, counters := range []*[NumCounters]uint64{&to.Counters, &to.Sites[origin].Tally.Counters} {
		counters[OriginRequests] += c.requests
		counters[OriginBytes] += c.bytes
	}
}
