package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// An explainedPair is what a round trip rests on.
type explainedPair struct {
	ID    string  `json:"id"`
	RTTMs float64 `json:"rtt_ms"`
	// LowMs and HighMs hold 80 % of what is measured; null where the model does not say.
	LowMs  *float64 `json:"low_ms"`
	HighMs *float64 `json:"high_ms"`
	By     string   `json:"by"`
	Ways   []way    `json:"ways"`
	// Correction is by which factor what was measured makes the round trip longer than its ways say, the last mile aside.
	Correction float64 `json:"correction"`
	// Detour is by which factor what is cut makes it longer than its ways say, 1 where nothing on the way is cut.
	Detour float64     `json:"detour"`
	NearA  []nearPlace `json:"near_a"`
	NearB  []nearPlace `json:"near_b"`
}

// A nearPlace is a measured place that speaks for another.
type nearPlace struct {
	Place  string  `json:"place"`
	Km     float64 `json:"km"`
	Weight float64 `json:"weight"`
}

// explain writes the round trip of every pair and what it rests on.
func (c *rttCmd) explain(s *streams, model *calibrate.Model, pairs []catalog.Pair) error {
	explanations, err := catalog.ExplainRTT(model, pairs)
	if err != nil {
		return &usageError{err}
	}
	found := make([]explainedPair, len(pairs))
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	rows := [][]string{{"id", "pred_ms", "low_ms", "high_ms", "by", "ways", "correction", "detour", "near_a", "near_b"}}
	for i, e := range explanations {
		p := explainedPair{ID: pairs[i].ID, RTTMs: milliseconds(e.RTT), By: "model", Ways: waysOf(e.Ways), Correction: e.Correction, Detour: e.Detour, NearA: near(e.Neighbours[0]), NearB: near(e.Neighbours[1])}
		switch {
		case e.Measured:
			p.By = "measured"
		case e.Nearby:
			p.By = "measured nearby"
		}
		low, high := "", ""
		if e.High > 0 {
			lowMs, highMs := milliseconds(e.Low), milliseconds(e.High)
			p.LowMs, p.HighMs = &lowMs, &highMs
			low, high = exactMs(lowMs), exactMs(highMs)
		}
		found[i] = p
		rows = append(rows, []string{
			words.Cell(p.ID), exactMs(p.RTTMs), low, high, p.By, wayText(p.Ways), strconv.FormatFloat(p.Correction, 'f', 4, 64), strconv.FormatFloat(p.Detour, 'f', 4, 64), nearText(p.NearA), nearText(p.NearB),
		})
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	return c.write(c.Out, s.out, out.Bytes(), found)
}

// near names measured places by the metro nearest to them, each once.
func near(neighbours []calibrate.Neighbour) []nearPlace {
	var all []nearPlace
	for _, n := range neighbours {
		metro := catalog.MetroAt(topology.Place{LatDeg: n.LatDeg, LonDeg: n.LonDeg})
		if !slices.ContainsFunc(all, func(p nearPlace) bool { return p.Place == metro.ID }) {
			all = append(all, nearPlace{metro.ID, n.Km, n.Weight})
		}
	}
	return all
}

// nearText returns for example "riyadh-sa 6 km 0.93; manama-bh 421 km 0.71".
func nearText(places []nearPlace) string {
	texts := make([]string, len(places))
	for k, p := range places {
		texts[k] = fmt.Sprintf("%s %.0f km %.2f", p.Place, p.Km, p.Weight)
	}
	return strings.Join(texts, "; ")
}
