package edgewise

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
)

// fewestSampled is how many requests to an origin a sample must have to say how many there are: then it is off by a tenth, or less, two times of three.
const fewestSampled = 100

// An originSample is one run around the time when most is asked of what caches keep.
type originSample struct {
	result  *sim.Result
	seconds float64
	// busier is by what the peak of each workload is more than was to be expected in the run.
	busier []float64
}

// sampleOrigins runs a placement, of which a site may be lost, for a while around the time of day when most is asked of what caches keep: without
// events, crowds and launches.
func (s *Study) sampleOrigins(ctx context.Context, p placement.Placement, lost string, sample time.Duration) (*originSample, error) {
	scenario := s.Scenario.WithoutEvents()
	scenario.Timeline, scenario.Duration = nil, sample
	scenario.Workloads = slices.Clone(scenario.Workloads)
	for i := range scenario.Workloads {
		w := &scenario.Workloads[i]
		w.Flashes, w.Begins, w.Ends = nil, 0, 0
	}
	p.Openings = openingsInWindow(p.Openings, s.WarmUp+s.Duration, s.WarmUp+s.Duration+scenario.WarmUp+sample) // all have opened, and closed
	if lost != "" {
		scenario.Failures = []sim.Failure{{Site: lost, For: scenario.WarmUp + scenario.Duration}}
	}
	plans, err := sim.Compile(ctx, scenario, p)
	if err != nil {
		return nil, err
	}
	all := make([]float64, 0)
	peaks := make([]float64, len(s.Workloads))
	for i := range s.Workloads {
		if !s.isBehindCaches(&p, i) {
			continue
		}
		steps, err := plans[0].DayRates(i)
		if err != nil {
			return nil, err
		}
		if all = slices.Grow(all, len(steps)); len(all) < len(steps) {
			all = append(all, make([]float64, len(steps)-len(all))...)
		}
		for step, rates := range steps {
			sum := 0.0
			for _, rate := range rates {
				sum += rate
			}
			all[step] += sum
			peaks[i] = max(peaks[i], sum)
		}
	}
	busiest := slices.Index(all, slices.Max(all))
	at := time.Duration(busiest) * (24 * time.Hour / time.Duration(len(all)))
	scenario.Start = s.Start.Add(at - scenario.WarmUp - sample/2)
	if plans, err = sim.Compile(ctx, scenario, p); err != nil {
		return nil, err
	}
	o := &originSample{seconds: sample.Seconds(), busier: make([]float64, len(peaks))}
	for i := range peaks {
		if peaks[i] == 0 {
			continue
		}
		demand, err := plans[0].MeanDemand(i)
		if err != nil {
			return nil, err
		}
		sum := 0.0
		for _, rate := range demand {
			sum += rate
		}
		o.busier[i] = peaks[i] / sum
	}
	o.result, err = plans[0].Run(ctx, 0)
	return o, err
}

// tell completes the peak of a workload at an origin, and adds how many requests say so; or says why the run does not tell.
func (o *originSample) tell(number int, peak *sim.Peak, sampled *uint64) (why string) {
	k := slices.Index(o.result.Sites, peak.Site)
	n := o.result.Workloads[number].Sites[k].Tally.Count(sim.OriginRequests)
	if n < fewestSampled {
		return fmt.Sprintf("the sample had %d requests of %s to the origin, of which it takes %d to tell: a longer sample tells", n, peak.Workload, fewestSampled)
	}
	*sampled += n
	peak.PerSecond = float64(n) / o.seconds * o.busier[number]
	peak.Offered, peak.InCrowd = float64(peak.PerSecond*peak.Work), false
	return ""
}
