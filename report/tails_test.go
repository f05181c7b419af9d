package report_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
)

// withTails is a comparison whose slowest requests are taken apart.
func withTails() *edgewise.Comparison {
	c := made(fixture{title: "t", placements: []string{"base", "edge"}, workloads: []string{"cacheable"}, replications: 3, requests: 500})
	for p := range c.Placements {
		w := &c.Placements[p].Workloads[0]
		w.Tails = []edgewise.Tail{
			{Requests: 500, SumNs: 30e9, Causes: []edgewise.TailCause{{Cause: "access", SumNs: 20e9}, {Cause: "upstream", SumNs: 10e9}}},
			{Above: .99, ThresholdNs: 90e6, Requests: 5, SumNs: 1e9, Causes: []edgewise.TailCause{{Cause: "access", SumNs: 2e8}, {Cause: "queue", SumNs: 8e8}}},
		}
		if len(w.Metros) > 0 {
			w.Metros[0].Tails = w.Tails[1:]
		}
	}
	return c
}

func TestTailsAreWrittenEverywhere(t *testing.T) {
	c := withTails()
	var text, rows, page, back bytes.Buffer
	require.NoError(t, report.WriteTable(&text, c))
	require.Contains(t, text.String(), "mean time to the first byte by cause, ms")
	require.Contains(t, text.String(), "above p99 (5)")
	require.NoError(t, report.WriteTailsCSV(&rows, c))
	all, err := csv.NewReader(&rows).ReadAll()
	require.NoError(t, err)
	sums, wholes := map[string]int64{}, map[string]int64{}
	for _, r := range all[1:] {
		ns, err := strconv.ParseInt(r[7], 10, 64)
		require.NoError(t, err)
		key := strings.Join(r[:4], "|")
		if r[6] == "all" {
			wholes[key] = ns
		} else {
			sums[key] += ns
		}
	}
	require.Equal(t, wholes, sums)
	require.GreaterOrEqual(t, len(wholes), 4)
	require.NoError(t, report.WriteJSON(&page, c))
	read, err := report.ReadJSON(&page)
	require.NoError(t, err)
	require.Equal(t, c.Placements[1].Workloads[0].Tails, read.Placements[1].Workloads[0].Tails)
	picture, err := report.TailBars(c, "")
	require.NoError(t, err)
	require.NoError(t, picture.WriteSVG(&back))
	for _, want := range []string{"above p99", "queue", "200.00 ms"} {
		require.Contains(t, back.String(), want)
	}
	_, err = report.TailBars(c, "no such")
	require.Error(t, err)
	_, err = report.MetroTailBars(c, "no such")
	require.Error(t, err)
}

// Every metro has a group of bars, the busiest first, with the slowest twentieth of its requests under every placement.
func TestTailsOfMetrosAreDrawn(t *testing.T) {
	c := withTails()
	none, err := report.MetroTailBars(c, "")
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, none.WriteSVG(&text))
	require.Contains(t, text.String(), "have not been taken apart", "nothing above p95")
	for p := range c.Placements {
		w := &c.Placements[p].Workloads[0]
		w.Metros = append(w.Metros, edgewise.MetroResult{ID: "second", Name: "Second"}, edgewise.MetroResult{ID: "third", Name: "Third"})
		metros := w.Metros
		for m := range metros {
			queue := int64(p+1) * int64(m+1) * 1e9
			metros[m].Tails = []edgewise.Tail{{Above: .95, Requests: uint64(10 * (m + 1)), SumNs: 1e9 + queue, Causes: []edgewise.TailCause{{Cause: "access", SumNs: 1e9}, {Cause: "queue", SumNs: queue}}}}
		}
	}
	drawn, err := report.MetroTailBars(c, "")
	require.NoError(t, err)
	text.Reset()
	require.NoError(t, drawn.WriteSVG(&text))
	for p := range c.Placements {
		metros := c.Placements[p].Workloads[0].Metros
		for m := range min(len(metros), 8) {
			n := len(metros) - 1 - m // the busiest first
			require.Contains(t, text.String(), metros[n].Name)
			require.Contains(t, text.String(), fmt.Sprintf("%.2f ms", (1000+float64((p+1)*(n+1))*1000)/float64(10*(n+1))))
		}
	}
}
