package report

import (
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/sim"
)

// pageHours are the matches of a game at its sites, hour by hour.
type pageHours struct {
	// From are the middles of the hours, in seconds from midnight (UTC) of the day on which recording begins.
	From []float64 `json:"from_s"`
	// By has a list of sites a placement, the busiest of them; null where there are none.
	By [][]pageOccupied `json:"by"`
	// LeftOut is, by placement, how many sites have less than those.
	LeftOut []int `json:"left_out"`
}

// A pageOccupied is a site: its matches in each hour, and how many cores host all of them for 99.9 % of the busiest.
type pageOccupied struct {
	Site    string          `json:"site"`
	Matches []roughEstimate `json:"matches"`
	Cores   rough           `json:"cores"`
}

// newPageHours returns the hours of a game, nil of other workloads and of games that last for one hour.
func newPageHours(c *edgewise.Comparison, results []*edgewise.WorkloadResult) *pageHours {
	h := &pageHours{By: make([][]pageOccupied, len(results)), LeftOut: make([]int, len(results))}
	for i, w := range results {
		if w == nil || len(w.Occupancy) == 0 || len(w.Occupancy[0].Hours) < 2 {
			continue
		}
		if h.From == nil {
			midnight := w.Occupancy[0].Hours[0].From.UTC().Truncate(24 * time.Hour)
			for k, hour := range w.Occupancy[0].Hours {
				length := min(time.Hour, c.Duration-time.Duration(k)*time.Hour)
				h.From = append(h.From, hour.From.Sub(midnight).Seconds()+float64(length.Seconds()/2))
			}
		}
		sites := busiest(w.Occupancy, mostSites)
		h.LeftOut[i] = len(w.Occupancy) - len(sites)
		for _, s := range sites {
			of, cores := pageOccupied{Site: siteNameIn(c, s.Site)}, 0.0
			for _, hour := range s.Hours {
				of.Matches, cores = append(of.Matches, roughly(hour.Matches, 1)), max(cores, hour.Cores)
			}
			of.Cores = rough(cores)
			h.By[i] = append(h.By[i], of)
		}
	}
	if h.From == nil {
		return nil
	}
	return h
}

// pageWaits says what further sites do to the wait for the first match, by placement.
type pageWaits struct {
	// Sites is how many there are at which somebody plays; Waits are in s, and null where nobody begins to play; GaveUp is in %.
	Sites  []int           `json:"sites"`
	Waits  []roughEstimate `json:"waits"`
	GaveUp []rough         `json:"gave_up"`
}

// newPageWaits returns the waits of a game; nil where there are not two placements with some.
func newPageWaits(results []*edgewise.WorkloadResult) *pageWaits {
	p := &pageWaits{Sites: make([]int, len(results)), Waits: make([]roughEstimate, len(results)), GaveUp: make([]rough, len(results))}
	known := 0
	for i, w := range results {
		if w == nil {
			continue
		}
		f, ok := w.Figures.Find(sim.FirstWait.String(), "mean")
		if !ok || !f.HasValue() {
			continue
		}
		known++
		p.Sites[i], p.Waits[i] = len(w.Occupancy), roughly(f.Estimate, 1e-3)
		if gone, ok := w.Figures.Find("sessions", "gave up share"); ok && gone.HasValue() {
			p.GaveUp[i] = rough(100 * gone.Value)
		}
	}
	if known < 2 {
		return nil
	}
	return p
}
