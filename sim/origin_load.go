package sim

// An originLoad counts, by workload, what a cache fetches from origins that need not be asked by message: they do not
// count themselves.
type originLoad struct {
	// steady is what it fetches from one that never fails, the first hop; tried, by workload and hop, from those that
	// may.
	steady []originCount
	tried  [][]originCount
}

// An originCount counts fetches from an origin. It fills a line of the processor's cache, so that sites which run
// on different cores do not wait for each other's counts.
type originCount struct {
	requests, bytes, confirmed uint64
	_                          [40]byte
}

func newOriginLoad(workloads int) originLoad {
	return originLoad{steady: make([]originCount, workloads), tried: make([][]originCount, workloads)}
}

func (c *originCount) add(bytes int64, recorded bool) {
	if recorded {
		c.requests++
		c.bytes += uint64(bytes)
	}
}

// addConfirmed counts an answer that has confirmed an object, without its bytes.
func (c *originCount) addConfirmed(is, recorded bool) {
	if is && recorded {
		c.confirmed++
	}
}

// at returns the counts of what a workload fetches from a hop that may fail.
func (l *originLoad) at(workload, hop uint8) *originCount {
	for len(l.tried[workload]) <= int(hop) {
		l.tried[workload] = append(l.tried[workload], originCount{})
	}
	return &l.tried[workload][hop]
}

// settleOrigins adds what a site has served as an origin, and what its caches have fetched from origins, to the tallies
// of a workload: the whole, and those of the sites that have served it.
func (s *site) settleOrigins(workload int, to *WorkloadTally) {
	s.served[workload].settle(int(s.id), to)
	for _, t := range s.caches {
		hops := t.hops[workload]
		if len(hops) > 0 && hops[0].part == originPart {
			t.load.steady[workload].settle(hops[0].to, to)
		}
		for n := range t.load.tried[workload] {
			if hops[n].part == originPart {
				t.load.tried[workload][n].settle(hops[n].to, to)
			}
		}
	}
}

func (c *originCount) settle(origin int, to *WorkloadTally) {
	for _, counters := range []*[NumCounters]uint64{&to.Counters, &to.Sites[origin].Tally.Counters} {
		counters[OriginRequests] += c.requests
		counters[OriginBytes] += c.bytes
		counters[OriginConfirmed] += c.confirmed
	}
}
