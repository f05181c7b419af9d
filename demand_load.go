package edgewise

import (
	"fmt"
	"math"
	"strconv"

	"github.com/dustin/go-humanize"

	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/sim"
)

// A DemandLoad says what is expected of a workload's users in the recorded time, against the mean and the peak of a day: by
// the shape of the day in every metro, its flash crowds, and when it begins and ends, before any run. It is the same for all placements.
type DemandLoad struct {
	Workload string `json:"workload"`
	// Unit is "players", who want to play at once, or "requests per second".
	Unit string `json:"unit"`
	// Recorded is the mean of the recorded time, with flash crowds, of which the workload has Crowds; Mean is that of the day and Peak the largest load of the day,
	// without them.
	Recorded float64 `json:"recorded"`
	Crowds   int     `json:"flash_crowds,omitempty"`
	Mean     float64 `json:"day_mean"`
	Peak     float64 `json:"day_peak"`
}

// OfMean returns the load in the recorded time as a share of the day's mean.
func (d DemandLoad) OfMean() float64 { return d.Recorded / d.Mean }

// String returns the load in words, for example "11,308 players expected in the recorded time, 141 % of the daily mean (8,020; peak 11,400)".
func (d DemandLoad) String() string {
	with := ""
	if d.Crowds > 0 {
		with = ", " + words.Plural(float64(d.Crowds), "flash crowd") + " included"
	}
	return fmt.Sprintf("%s %s expected in the recorded time%s, %.0f %% of the daily mean (%s; peak %s)",
		rounded(d.Recorded), d.Unit, with, 100*d.OfMean(), rounded(d.Mean), rounded(d.Peak))
}

// rounded writes a load: from 100 on as a whole number, below with three digits.
func rounded(x float64) string {
	if x >= 100 {
		return humanize.Comma(int64(math.Round(x)))
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// demandLoads returns the loads of the workloads whose demand follows a day, in their order.
func (s *Study) demandLoads() (all []DemandLoad, err error) {
	for i := range s.Workloads {
		w := &s.Workloads[i]
		mean, unit, ok := w.DayMean()
		if !ok {
			continue
		}
		users, err := sim.Audiences(s.Network, w)
		if err != nil {
			return nil, err
		}
		recorded, ok := s.RecordedLoadOf(i)
		if !ok {
			continue
		}
		peak, err := w.PeakLoad(users, s.Start)
		if err != nil {
			return nil, err
		}
		all = append(all, DemandLoad{Workload: w.Name, Unit: unit, Recorded: recorded, Crowds: len(w.Flashes), Mean: mean, Peak: float64(mean * peak)})
	}
	return all, nil
}
