package sim

import (
	"slices"

	"github.com/edgewise-sim/edgewise/workload"
)

// LinkLoads returns the load of every link with a capacity over which users get their answers, as far as it is known before a run: of
// workloads whose demand knows its rate, at a mean size that is the response's, or that of what is asked for by its popularity, with the sizes
// of replication 0. What caches fetch over a link depends on what they hit; [Plan.LoadsOf] tells it after a run. Where sites
// open or close in the recorded time it is the largest of all that are open at a time. Failures and retries are left out.
func (p *Plan) LinkLoads() ([]Load, error) {
	return p.linkLoads(func(number int) ([][]float64, error) {
		rates, err := p.meanRates(number)
		return [][]float64{rates}, err
	})
}

// LinkPeaks returns the same loads at the peak: the most that each workload sends over a link in a day, looked at every quarter of an hour, or in a flash
// crowd when it has risen, as if that lasted, at its mean size; of several workloads the sum of these, which need not come at the same time.
func (p *Plan) LinkPeaks() ([]Load, error) { return p.linkLoads(p.ratesWithCrowds) }

// linkLoads returns the most that all workloads send over links, of rates by step and metro, and of the phases in which the same sites are open.
func (p *Plan) linkLoads(ratesOf func(number int) ([][]float64, error)) ([]Load, error) {
	byPhase := make([]loads, len(p.phases))
	for i := range p.workloads {
		planned := &p.workloads[i]
		if planned.kind == Matched || !slices.ContainsFunc(planned.entries, areLimited) {
			continue
		}
		mean, ok, err := p.meanBytes(i)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		steps, err := ratesOf(i)
		if err != nil {
			return nil, err
		}
		for phase := range byPhase {
			var most loads
			for _, rates := range steps {
				var of loads
				for m, rate := range rates {
					for k := range planned.entries[m] {
						e := &planned.entries[m][k]
						p.addTraffic(&of, e, 8*rate*e.share.inPhase(phase)*mean)
					}
				}
				most.most(of)
			}
			for _, of := range most {
				byPhase[phase].add(of)
			}
		}
	}
	var all loads
	for phase := len(byPhase) - 1; phase >= 0; phase-- {
		all.most(byPhase[phase])
	}
	return all, nil
}

// areLimited reports whether some link on the ways of answers has a capacity.
func areLimited(ways []entry) bool {
	return slices.ContainsFunc(ways, func(e entry) bool { return e.bitsPerSecond > 0 || e.beyond.bitsPerSecond > 0 })
}

// addTraffic adds so many bits a second to the links on the way of answers to users.
func (p *Plan) addTraffic(all *loads, e *entry, bitsPerSecond float64) {
	for i := range e.shared {
		l := &p.links[e.shared[i].number]
		all.add(Load{From: l.From, To: l.To, Sharing: l.Sharing.String(), Offered: bitsPerSecond, Capacity: l.CapacityBitsPerSecond})
	}
	p.addNarrowest(all, e.narrowest, bitsPerSecond)
	p.addNarrowest(all, e.beyond.narrowest, bitsPerSecond)
}

// addNarrowest adds so many bits a second to the narrowest link of a way, unless it is shared: then what comes to it is counted.
func (p *Plan) addNarrowest(all *loads, n narrowest, bitsPerSecond float64) {
	if !slices.ContainsFunc(p.links, func(l plannedLink) bool { return l.From == n.from && l.To == n.to }) {
		all.add(Load{From: n.from, To: n.to, Offered: bitsPerSecond, Capacity: n.bitsPerSecond})
	}
}

// sizesAsked is how many of the objects that are asked for once are looked at for their mean size.
const sizesAsked = 1 << 14

// meanBytes returns the mean size of a workload's responses; false where it is not known, or how often they are asked for.
func (p *Plan) meanBytes(number int) (mean float64, ok bool, err error) {
	w := &p.scenario.Workloads[number]
	if _, rated := w.Demand.(workload.Rated); !rated {
		return 0, false, nil
	}
	if bytes, is := computedBytes(w.Service); is {
		return bytes, true, nil
	}
	popular, ok := w.Demand.(workload.Popular)
	if !ok || w.RecordsSizes() {
		return 0, false, nil
	}
	sizes := w.SizesOf(p.scenario.Seed, 0)
	if sizes.AreSame() {
		return float64(sizes.SizeBytes(0)), true, nil
	}
	shares, err := popular.Popularity()
	if err != nil {
		return 0, false, err
	}
	all := 0.0
	for object, share := range shares {
		mean += float64(share * float64(sizes.SizeBytes(uint32(object))))
		all += share
	}
	mean /= all
	if endless, is := popular.(workload.Endless); is && endless.AskedOnce() > 0 {
		once := 0.0
		for k := range sizesAsked {
			once += float64(float64(sizes.SizeBytes(uint32(endless.Regular()+k))) / sizesAsked)
		}
		mean += float64(endless.AskedOnce() * (once - mean))
	}
	return mean, true, nil
}
