package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/topology"
)

// A way is one of those that a delay is made of: the geometric mean of their round trips by their shares, times the correction and the detour.
type way struct {
	By    string   `json:"by"`
	Over  []string `json:"over"`
	Share float64  `json:"share"`
	Km    float64  `json:"km,omitempty"`
	RTTMs float64  `json:"rtt_ms"`
}

func waysOf(all []topology.Way) []way {
	ways := make([]way, len(all))
	for k, w := range all {
		ways[k] = way{w.By.String(), append([]string{}, w.Over...), math.Round(1e6*w.Share) / 1e6, math.Round(10*w.Km) / 10, milliseconds(w.RTT)}
	}
	return ways
}

// A stretch is a part of a path over links of one kind, and the ways that its round trip is made of: their mean by their shares, times the
// correction by what was measured and the detour around what is cut. There are no ways where a measurement stands for the delay, and none on access lines.
type stretch struct {
	Kind       string   `json:"kind"`
	Measured   bool     `json:"measured"`
	Links      []string `json:"links"` // from node to node
	RTTMs      float64  `json:"rtt_ms"`
	Ways       []way    `json:"ways,omitempty"`
	Correction float64  `json:"correction,omitempty"`
	Detour     float64  `json:"detour,omitempty"`
}

func stretchesOf(n *topology.Network, all []topology.Stretch) []stretch {
	stretches := make([]stretch, len(all))
	for k, s := range all {
		stretches[k] = stretch{Kind: s.Kind.String(), Measured: s.Measured, Links: idsOf(n, s.Nodes), RTTMs: milliseconds(2 * s.OneWay)}
		if len(s.Ways) > 0 {
			stretches[k].Ways, stretches[k].Detour = waysOf(s.Ways), s.Detour
			stretches[k].Correction = 2 * s.OneWay.Seconds() / (topology.MeanRTT(s.Ways).Seconds() * s.Detour)
		}
	}
	return stretches
}

// stretchText returns the ways of all stretches for a CSV, those of several between bars.
func stretchText(stretches []stretch) string {
	var texts []string
	for _, s := range stretches {
		if len(s.Ways) > 0 {
			texts = append(texts, wayText(s.Ways))
		}
	}
	return strings.Join(texts, " | ")
}

// hubText returns for people over which hubs the delay leads and how much of it, and by which factor what was measured near both ends corrects
// that, for example "60 % BOM MRS MIL FRA, 40 % no hub, times 0.93".
func hubText(stretches []stretch) string {
	var texts []string
	for _, s := range stretches {
		if len(s.Ways) == 0 {
			continue
		}
		var hubs []string
		shares := make(map[string]float64)
		for _, w := range s.Ways {
			over := "no hub"
			if w.By == topology.WayHubs.String() || w.By == topology.WayTransit.String() {
				over = strings.Join(w.Over, " ")
			}
			if shares[over] == 0 {
				hubs = append(hubs, over)
			}
			shares[over] += w.Share
		}
		slices.SortStableFunc(hubs, func(a, b string) int {
			return cmp.Or(cmp.Compare(isNone(a), isNone(b)), cmp.Compare(shares[b], shares[a]))
		})
		for k, over := range hubs {
			hubs[k] = fmt.Sprintf("%.0f %% %s", 100*shares[over], over)
		}
		hubs = append(hubs, fmt.Sprintf("times %.2f", s.Correction))
		texts = append(texts, strings.Join(hubs, ", "))
	}
	return strings.Join(texts, " | ")
}

// isNone puts what leads over no hub last.
func isNone(over string) int {
	if over == "no hub" {
		return 1
	}
	return 0
}

// wayText returns for example "0.300 nearest hubs BOM MRS MIL FRA 118.234 ms; 0.150 line 97.251 ms".
func wayText(ways []way) string {
	texts := make([]string, len(ways))
	for k, w := range ways {
		texts[k] = fmt.Sprintf("%.3f %s %s ms", w.Share, strings.Join(append([]string{w.By}, w.Over...), " "), exactMs(w.RTTMs))
	}
	return strings.Join(texts, "; ")
}
