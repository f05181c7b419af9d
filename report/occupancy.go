package report

import (
	"fmt"
	"math"
	"strings"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/look"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// hasHours reports whether there is a game of more than one hour.
func hasHours(c *edgewise.Comparison) bool {
	return anyWorkload(c, func(w *edgewise.WorkloadResult) bool {
		return len(w.Occupancy) > 0 && len(w.Occupancy[0].Hours) > 1
	})
}

// Occupancy draws how many matches each site has, hour by hour: a panel a placement and game, a line a site with its interval; the eight
// busiest sites, where there are more. A workload of "" selects all; an unknown one is an error.
func Occupancy(c *edgewise.Comparison, workload string) (*Picture, error) {
	names, err := selectWorkloads(c, workload)
	if err != nil {
		return nil, fmt.Errorf("occupancy: %w", err)
	}
	p := &Picture{title: c.Title, subtitle: "Matches at once by site and hour, " + basis(c)}
	for _, name := range names {
		numbers := map[string]int{} // of the sites, which have their colours under all placements
		for i := range c.Placements {
			w := workloadOf(&c.Placements[i], name)
			if w == nil || len(w.Occupancy) == 0 {
				continue
			}
			title := c.Placements[i].Name
			if len(names) > 1 {
				title = name + ": " + title
			}
			p.panels = append(p.panels, occupancyPanel(c, title, w, numbers))
		}
	}
	if len(p.panels) == 0 {
		p.panels = []panel{notice{strings.Join(names, ", "), "No game."}}
		return p, nil
	}
	p.bound()
	p.caption = "Lines: the mean over each hour from " + c.Start.Add(c.WarmUp).UTC().Format("15:04") + " UTC on."
	if c.Replications > 1 {
		p.caption += fmt.Sprintf(" Bands: %s %% confidence intervals over replications.", percentOf(c.Level))
	}
	p.caption += " For 99.9 %: what hosts all matches for 99.9 % of the busiest hour, in cores."
	if anyWorkload(c, ticksLate) {
		p.caption += " Ticks late: the part of the matches' time in which their core did not keep up, in the worst hour."
	}
	return p, nil
}

// ticksLate reports whether cores of a game did not keep up in some hour.
func ticksLate(w *edgewise.WorkloadResult) bool {
	for i := range w.Occupancy {
		for _, h := range w.Occupancy[i].Hours {
			if h.Overrun > 0 {
				return true
			}
		}
	}
	return false
}

// mostSites is how many sites a panel shows.
const mostSites = 8

// occupancyPanel draws the sites of a game under a placement. It numbers those that no panel before it has drawn.
func occupancyPanel(c *edgewise.Comparison, title string, w *edgewise.WorkloadResult, numbers map[string]int) *plotPanel {
	p := look.NewPlot()
	p.Y.Label.Text, p.X.Label.Text = "matches", "time of day (UTC)"
	panel := &plotPanel{title: title, plot: p}
	sites := busiest(w.Occupancy, mostSites)
	most, first, last := 0.0, math.Inf(1), math.Inf(-1)
	for _, site := range sites {
		i, ok := numbers[site.Site]
		if !ok {
			i = len(numbers)
			numbers[site.Site] = i
		}
		var middle, upper, lower plotter.XYs
		peak, cores, late := 0.0, 0.0, 0.0
		for k, h := range site.Hours {
			length := min(time.Hour, c.Duration-time.Duration(k)*time.Hour)
			x := float64(h.From.Unix()) + float64(length.Seconds()/2)
			middle = append(middle, plotter.XY{X: x, Y: h.Matches.Value})
			upper, lower = append(upper, plotter.XY{X: x, Y: h.Matches.High}), append(lower, plotter.XY{X: x, Y: h.Matches.Low})
			most, peak, cores, late = max(most, h.Matches.High), max(peak, h.Matches.Value), max(cores, h.Cores), max(late, h.Overrun)
			first, last = min(first, x), max(last, x)
		}
		for k := len(lower) - 1; k >= 0; k-- {
			upper = append(upper, lower[k])
		}
		style := look.Line(i)
		line := &plotter.Line{XYs: middle, LineStyle: style}
		p.Add(&plotter.Polygon{XYs: []plotter.XYs{upper}, Color: look.Translucent(style.Color, 0.16)}, line)
		panel.names = append(panel.names, lineName{name: siteNameIn(c, site.Site), number: i, path: pathOf(line)})
		remark := fmt.Sprintf("peak %.4g, for 99.9 %% %.4g cores", peak, cores)
		if late > 0 {
			remark += fmt.Sprintf(", ticks late up to %.3g %%", 100*late)
		}
		panel.key.entries = append(panel.key.entries, keyEntry{placement: i, style: style, name: siteNameIn(c, site.Site), remark: remark})
	}
	if left := len(w.Occupancy) - len(sites); left > 0 {
		panel.key.entries = append(panel.key.entries, keyEntry{placement: 1 << 20, style: draw.LineStyle{Color: look.White}, name: fmt.Sprintf("and %d %s with less", left, words.Plural(left, "site"))})
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = first, max(last, first+1), 0, max(most*1.05, 1)
	p.X.Tick.Marker, p.Y.Tick.Marker = dayTicks{}, roundTicks{}
	p.Add(gridOf(p))
	return panel
}

// busiest returns the sites with the most matches at their peak, in the order of the placement.
func busiest(all []edgewise.SiteOccupancy, count int) (sites []edgewise.SiteOccupancy) {
	peak := func(s *edgewise.SiteOccupancy) (most float64) {
		for _, h := range s.Hours {
			most = max(most, h.Matches.Value)
		}
		return most
	}
	for i := range all {
		busier := 0
		for k := range all {
			if a, b := peak(&all[k]), peak(&all[i]); a > b || a == b && k < i {
				busier++
			}
		}
		if busier < count {
			sites = append(sites, all[i])
		}
	}
	return sites
}

// siteNameIn returns the name of a site for people.
func siteNameIn(c *edgewise.Comparison, id string) string {
	for _, s := range c.Sites {
		if s.ID == id && s.Name != "" {
			return s.Name
		}
	}
	return id
}

// dayTicks are every quarter of an hour to every three hours, or more seldom on a long axis.
type dayTicks struct{}

// Ticks returns the ticks between two instants in Unix seconds.
func (dayTicks) Ticks(from, to float64) (ticks []plot.Tick) {
	step := 900.0
	for _, longer := range []float64{1800, 3600, 3 * 3600} {
		if (to-from)/step > 10 {
			step = longer
		}
	}
	for (to-from)/step > 10 {
		step *= 2
	}
	for at := math.Ceil(from/step) * step; at <= to; at += step {
		ticks = append(ticks, plot.Tick{Value: at, Label: time.Unix(int64(at), 0).UTC().Format("15:04")})
	}
	return ticks
}
