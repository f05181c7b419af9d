package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/workload"
)

// The block that fit writes stands in a scenario as it is.
func TestAFittedWorkloadIsReadByScenarios(t *testing.T) {
	home := t.TempDir()
	log := filepath.Join(home, "shop traffic.csv")
	zipf, err := random.NewZipf(2000, 0.9)
	require.NoError(t, err)
	s := random.NewKey(3, 0, random.Entity("log"), 1).Stream()
	var text strings.Builder
	text.WriteString("timestamp,id,size,x-edge-location\n")
	for i := range 40_000 {
		edge := "DFW53-C1"
		if i%4 == 0 {
			edge = "FRA2-C1"
		}
		object := zipf.Draw(&s)
		// 20 seconds apart for more than nine days, from 2026-03-02 06:00 in UTC on, with a pause by night.
		second := 1772431200 + i*20
		if second%86400 < 6*3600 && i%5 > 0 {
			continue
		}
		fmt.Fprintf(&text, "%d,%d,%d,%s\n", second, object, 1000+int(object)%7*500, edge)
	}
	require.NoError(t, os.WriteFile(log, []byte(text.String()), 0o666))
	for _, byRank := range []bool{false, true} {
		block, picture := filepath.Join(home, "block.yaml"), filepath.Join(home, "fit.svg")
		args := []string{"fit", log, "-o", block, "-p", picture, "--site-column", "x-edge-location", "--zone", "America/Chicago"}
		if byRank {
			args = append(args, "--by-rank")
		}
		code, _, errs := run(t, t.Context(), args...)
		require.Zero(t, code, errs)
		require.Contains(t, readText(t, picture), "How many objects are asked for how often")
		workloads := readText(t, block)
		require.Contains(t, workloads, "  - name: shop-traffic\n    kind: static\n")
		require.Contains(t, workloads, "# Hours of America/Chicago in the trace")
		study, err := scenario.Parse("shop.yaml", []byte("title: Shop\nduration: 10s\ncheck_warm_up: false\nreplications: 1\nnetwork: {}\n"+workloads+
			"placements: [{name: region, origin: us-east-1, edge_caches: {sites: [pop-dfw, pop-fra], size: 1MB}}]\n"))
		require.NoError(t, err)
		demand := study.Workloads[0].Demand.(workload.Mixture)
		require.InDelta(t, 0.05, demand.RequestsPerSecond, 0.015)
		require.InEpsilon(t, 2000, demand.Regular(), 0.15)
		if byRank {
			require.Greater(t, len(demand.Classes), 8)
		} else {
			require.InDelta(t, 0.9, demand.Classes[0].ZipfExponent, 0.03)
		}
		// By night in UTC, the evening in Chicago, a fifth is asked.
		require.InDelta(t, 5, study.Workloads[0].Day[12]/study.Workloads[0].Day[20], 0.7)
		// Three in four requests are from Dallas.
		require.Len(t, study.Workloads[0].Users, 2)
		_, err = study.Run(t.Context())
		require.NoError(t, err)
	}
}

func TestFitNamesWhatIsWrong(t *testing.T) {
	home := t.TempDir()
	file := filepath.Join(home, "t.csv")
	require.NoError(t, os.WriteFile(file, []byte("time,id,size\n0,a,1\n1,b,1\n"), 0o666))
	for _, of := range []struct {
		args []string
		want string
	}{
		{[]string{file}, "fewer than ten objects are asked for more than once; want a longer trace"},
		{[]string{file, "--zone", "Mars/Utopia"}, "--zone is Mars/Utopia; want a zone of the time zone database"},
		{[]string{file, "-p", "x.gif"}, "want a name that ends in .svg, .png or .pdf"},
		{[]string{file, "-o", file}, "it is the same file as"},
		{[]string{file, "--provider", "acme"}, "--provider"},
		{[]string{filepath.Join(home, "none.csv")}, "no such file"},
		{[]string{file, "--lat-column", "lat"}, "a place needs both"},
	} {
		code, _, errs := run(t, t.Context(), append([]string{"fit"}, of.args...)...)
		require.Equal(t, exitUsage, code, of.args)
		require.Contains(t, errs, of.want)
	}
}

func readText(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(data)
}
