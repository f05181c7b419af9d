package sim

// behind returns the cache that a cache asks for the k-th object of a workload, by k; nil where it asks the origin.
func (p *preloader) behind(t *tier, workload int) func(k int) *tier {
	of := p.onward[t]
	if of == nil {
		of = make([]func(int) *tier, len(t.hops))
		for i, hops := range t.hops {
			if len(hops) == 0 || hops[0].part == originPart {
				continue
			}
			next := func(n int) *tier { return p.sites[hops[n].to].tier(hops[n].part) }
			if parts := p.plan.partsOf(hops, 0); len(parts) == 1 {
				only := next(parts[0])
				of[i] = func(int) *tier { return only }
				continue
			}
			of[i] = func(k int) *tier {
				return next(choiceOf(hops, p.primaryOf(i, k), func(h *nextHop) bool { return p.plan.isOpen(h.to, 0) }))
			}
		}
		p.onward[t] = of
	}
	return of[workload]
}

// passOn adds what a cache misses to what its next hops are asked for. An object that is not asked for leaves the
// cache after so many seconds, by server.
func (p *preloader) passOn(t *tier, of rates, longest []float64, c *cycles, asked map[*tier]rates) {
	share := t.servers.share()
	for i := range of {
		behind := p.behind(t, i)
		if behind == nil {
			continue
		}
		for _, n := range p.plan.partsOf(t.hops[i], 0) {
			next := p.sites[t.hops[i][n].to].tier(t.hops[i][n].part)
			if asked[next] == nil {
				asked[next] = p.noRates()
			}
			asked[next][i].once += of[i].once / float64(len(p.plan.partsOf(t.hops[i], 0)))
		}
		past := p.pastAt(t, i)
		for k, rate := range of[i].objects {
			if !(rate > 0) || past.saysAll(k) { // and longest may be infinite
				continue
			}
			to := asked[behind(k)][i].objects
			switch {
			case share < 1:
				for _, server := range longest {
					to[k] += p.missedOf(t, i, k, float64(share*rate), server, c)
				}
			case p.workloads[i].renewal.Lifetime > 0: // what takes its place is at another shard
				for _, server := range longest {
					to[k] += p.missedOf(t, i, k, rate, server, c) / float64(len(longest))
				}
			default:
				to[k] += p.missedOf(t, i, k, rate, longest[p.shardOf(t, i, k)], c)
			}
		}
	}
}

// missedOf returns how often a server of a cache misses an object of a workload that it is asked for at a rate.
func (p *preloader) missedOf(t *tier, number, k int, rate, longest float64, c *cycles) float64 {
	switch w := &p.workloads[number]; {
	case w.bytes[k] > t.serverBytes():
		return rate
	case t.aging != nil:
		return p.asksOfAged(t, number, k, rate, longest, c)
	default:
		gaps := p.gapsOf(t, number, rate)
		return w.renewal.Missed(&gaps, longest)
	}
}
