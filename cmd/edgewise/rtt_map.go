package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// drawTransit draws the hubs and cables of a model, and who buys transit where.
func drawTransit(model *calibrate.Model, file string) error {
	picture, err := report.TransitMap(transitOf(model))
	if err != nil {
		return &usageError{fmt.Errorf("--map: %w", err)}
	}
	var out bytes.Buffer
	if err := writePicture(&out, picture, file); err != nil {
		return err
	}
	return writeOutput(file, io.Discard, out.Bytes())
}

// transitOf returns what a map of a model shows. A country stands where its largest metro is.
func transitOf(model *calibrate.Model) report.Transit {
	t := report.Transit{
		Title:    "Where networks meet, and who buys transit where",
		Subtitle: fmt.Sprintf("%d hubs, %d cables, %d countries with hubs of their own; drawn by hand, assumed but for what was measured", len(model.Trunks.Hubs), len(model.Trunks.Cables), len(model.Trunks.Transit)),
	}
	if len(model.Without) > 0 {
		t.Subtitle = "Without " + strings.Join(model.Without, ", ")
	}
	hubs := make(map[string]topology.Place)
	for _, h := range model.Trunks.Hubs {
		hubs[h.ID] = topology.Place{LatDeg: h.LatDeg, LonDeg: h.LonDeg}
		t.Hubs = append(t.Hubs, report.TransitHub{Name: h.ID, Place: hubs[h.ID], IsCut: model.IsCut(h.ID)})
	}
	for _, c := range model.Trunks.Cables {
		t.Ways = append(t.Ways, report.TransitWay{From: hubs[c.A], To: hubs[c.B], IsCut: model.IsCut(c.String())})
	}
	largest := make(map[string]topology.Node)
	for _, m := range catalog.Metros() {
		if m.Users > largest[m.Country].Users {
			largest[m.Country] = m
		}
	}
	for _, country := range slices.Sorted(maps.Keys(model.Trunks.Transit)) {
		metro, ok := largest[country]
		if !ok {
			continue // nobody lives there by the catalog
		}
		for _, p := range model.Trunks.Transit[country] {
			t.Ways = append(t.Ways, report.TransitWay{From: metro.Place(), To: hubs[p.Hub], Weight: p.Weight, IsCut: model.IsCut(country + "-" + p.Hub)})
		}
	}
	return t
}
