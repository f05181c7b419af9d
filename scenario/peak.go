package scenario

import (
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

// A peakRef is the largest load of a day, from which the mean follows once the users and their clocks are known.
type peakRef struct {
	// most is the load, 0 where none is given.
	most float64
	// with gives a workload a mean.
	with func(w workload.Workload, mean float64) workload.Workload
	at   value
}

// peakKey is the key for the peak of what another key gives as the mean over the day; one of the two may stand.
func (r *reader) peakKey(key string, with func(workload.Workload, float64) workload.Workload) field {
	return field{key, func(v value) {
		if v.number(&r.peak.most) && !(r.peak.most > 0 && r.peak.most <= 1e9) {
			v.problem("is %v; want more than 0, 1e9 at most", r.peak.most)
			r.peak.most = 0
		}
		r.peak.with, r.peak.at = with, v
	}}
}

// onePeak finds a mean and a peak beside each other.
func onePeak(seen map[string]value, mean, peak string) {
	if at, ok := seen[peak]; ok {
		if _, both := seen[mean]; both {
			at.problem("stands beside %q, the mean over the day; want %s or %s, not both", mean, peak, mean)
		}
	}
}

// spreadPeaks gives workloads with a peak the mean that has it.
func (r *reader) spreadPeaks() {
	for i, of := range r.order {
		if of.peak.most == 0 {
			continue
		}
		w := &r.study.Workloads[i]
		users, err := sim.Audiences(r.study.Network, w)
		if err != nil {
			of.peak.at.problem("%s", oneLine(err))
			continue
		}
		ratio, err := w.PeakLoad(users, r.study.Start)
		if err != nil {
			of.peak.at.problem("%s", said(err))
			continue
		}
		*w = of.peak.with(*w, of.peak.most/ratio)
		if err := w.Validate(); err != nil {
			r.report(of.peak.at.bad, of.path, of.line, err)
		}
	}
}
