package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/sweep"
)

// The fields of sweep.json; docs/sweep.md explains them.
type (
	sweepJSON struct {
		Title      string          `json:"title"`
		Design     string          `json:"design"`
		Level      float64         `json:"level"`
		Keys       []sweepKeyJSON  `json:"keys"`
		Watched    []watchJSON     `json:"figures"`
		Crossings  []crossingJSON  `json:"crossings,omitempty"`
		Targets    []targetJSON    `json:"targets,omitempty"`
		Influences []influenceJSON `json:"influences,omitempty"`
		Points     []pointJSON     `json:"points"`
	}
	sweepKeyJSON struct {
		Path  string `json:"path"`
		Unit  string `json:"unit,omitempty"`
		IsLog bool   `json:"log,omitempty"`
	}
	watchJSON struct {
		Workload  string   `json:"workload"`
		Metric    string   `json:"metric"`
		Statistic string   `json:"statistic"`
		ByMetro   bool     `json:"by_metro,omitempty"`
		Reaches   *float64 `json:"reaches,omitempty"`
	}
	crossingJSON struct {
		watchJSON
		Metro  string           `json:"metro,omitempty"`
		First  string           `json:"first"`
		Second string           `json:"second"`
		Order  sweep.Order      `json:"order"`
		Places []sweepPlaceJSON `json:"places,omitempty"`
	}
	targetJSON struct {
		watchJSON
		Metro     string           `json:"metro,omitempty"`
		Placement string           `json:"placement"`
		Order     sweep.Order      `json:"order"`
		Places    []sweepPlaceJSON `json:"places,omitempty"`
	}
	sweepPlaceJSON struct {
		At    float64  `json:"at"`
		Low   *float64 `json:"low"`
		High  *float64 `json:"high"`
		Rises bool     `json:"rises"`
	}
	influenceJSON struct {
		watchJSON
		Placement    string       `json:"placement"`
		IsDifference bool         `json:"is_difference,omitempty"`
		Points       int          `json:"points"`
		Fit          float64      `json:"r_squared"`
		RankFit      float64      `json:"rank_r_squared"`
		Effects      []effectJSON `json:"effects"`
	}
	effectJSON struct {
		Key    string         `json:"key"`
		Effect stats.Estimate `json:"effect"`
		Rank   float64        `json:"rank_correlation"`
	}
	pointJSON struct {
		Point      int                  `json:"point"`
		Values     map[string]any       `json:"values"`
		Refused    string               `json:"refused,omitempty"`
		Missing    int                  `json:"missing_cells,omitempty"`
		Comparison *edgewise.Comparison `json:"comparison"`
	}
)

// WriteSweepJSON writes all that a sweep has found: what is asked along its keys, and the comparison of every point as
// [WriteJSON] has it, with the values of its keys.
func WriteSweepJSON(w io.Writer, r *sweep.Result) error {
	all := sweepJSON{Title: r.Title, Design: r.Design.String(), Level: r.Level}
	for _, k := range r.Keys {
		all.Keys = append(all.Keys, sweepKeyJSON{k.Path, k.Unit, k.IsLog})
	}
	for _, w := range r.Watched {
		all.Watched = append(all.Watched, watchOf(w))
	}
	for _, c := range r.Crossings {
		all.Crossings = append(all.Crossings, crossingJSON{watchOf(c.Watch), c.Metro, c.First, c.Second, c.Order, placesJSON(c.Places)})
	}
	for _, t := range r.Targets {
		all.Targets = append(all.Targets, targetJSON{watchOf(t.Watch), t.Metro, t.Placement, t.Order, placesJSON(t.Places)})
	}
	for _, i := range r.Influences {
		of := influenceJSON{watchOf(i.Watch), i.Placement, i.IsDifference, i.Points, i.Fit, i.RankFit, nil}
		for _, e := range i.Effects {
			of.Effects = append(of.Effects, effectJSON{r.Keys[e.Key].Path, e.Estimate, e.Rank})
		}
		all.Influences = append(all.Influences, of)
	}
	for i := range r.Points {
		p := &r.Points[i]
		of := pointJSON{Point: i + 1, Values: make(map[string]any), Refused: p.Refused, Missing: p.Missing, Comparison: p.Comparison}
		for k, v := range p.Values {
			of.Values[r.Keys[k].Path] = v.Text
			if r.Keys[k].IsNumber {
				of.Values[r.Keys[k].Path] = v.Number
			}
		}
		all.Points = append(all.Points, of)
	}
	data, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return fmt.Errorf("write sweep as JSON: %w", err)
	}
	if _, err := w.Write(append(data, '\n')); err != nil {
		return fmt.Errorf("write sweep as JSON: %w", err)
	}
	return nil
}

func watchOf(w sweep.Watch) watchJSON {
	return watchJSON{w.Workload, w.Metric, w.Statistic, w.ByMetro, w.Reaches}
}

func placesJSON(places []sweep.Place) (all []sweepPlaceJSON) {
	for _, p := range places {
		of := sweepPlaceJSON{At: p.At, Rises: p.Rises}
		if p.HasInterval && !p.LowOpen {
			of.Low = &p.Low
		}
		if p.HasInterval && !p.HighOpen {
			of.High = &p.High
		}
		all = append(all, of)
	}
	return all
}
