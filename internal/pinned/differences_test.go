package pinned_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDifferencesNameWhatMoved(t *testing.T) {
	golden := records{
		"run | PoPs | 1 | site | denver-us":                                      {"requests": "10", "HIT": "7"},
		"comparison.csv | PoPs | site |  | ttfb | mean | ms":                     {"value": "1.5", "n": "3"},
		"comparison.csv | PoPs | site | denver-us | requests | count | requests": {"value": "5", "variance_reduction": "2"},
	}
	for name, test := range map[string]struct {
		change func(records)
		want   []string
	}{
		"nothing": {change: func(records) {}},
		"a field": {
			func(r records) { r["run | PoPs | 1 | site | denver-us"]["HIT"] = "8" },
			[]string{`run, placement "PoPs", replication "1", workload "site", metro "denver-us": "HIT" is 8; golden has 7`},
		},
		"a field more and one less": {
			func(r records) {
				r["run | PoPs | 1 | site | denver-us"] = map[string]string{"requests": "10", "MISS": "3"}
			},
			[]string{
				`run, placement "PoPs", replication "1", workload "site", metro "denver-us": "HIT" is nothing; golden has 7`,
				`run, placement "PoPs", replication "1", workload "site", metro "denver-us": "MISS" is 3; golden has nothing`,
			},
		},
		"a new run": {
			func(r records) { r["run | PoPs | 2 | site | denver-us"] = map[string]string{"requests": "1"} },
			[]string{`run, placement "PoPs", replication "2", workload "site", metro "denver-us": is new`},
		},
		"a new row and a new column": {change: func(r records) {
			r["comparison.csv | PoPs | site |  | cost | mean | USD"] = map[string]string{"value": "1"}
			r["comparison.csv | PoPs | site |  | ttfb | mean | ms"]["better"] = "less"
		}},
		"a row less": {
			func(r records) { delete(r, "comparison.csv | PoPs | site |  | ttfb | mean | ms") },
			[]string{`comparison.csv, placement "PoPs", workload "site", metric "ttfb", statistic "mean", unit "ms": is missing`},
		},
		"a column of today that was empty": {
			func(r records) { r["comparison.csv | PoPs | site |  | ttfb | mean | ms"]["low"] = "1" },
			[]string{`comparison.csv, placement "PoPs", workload "site", metric "ttfb", statistic "mean", unit "ms": "low" is 1; golden has nothing`},
		},
		"a variance reduction where there was none": {change: func(r records) {
			r["comparison.csv | PoPs | site |  | ttfb | mean | ms"]["variance_reduction"] = "4"
		}},
		"another variance reduction": {
			func(r records) {
				r["comparison.csv | PoPs | site | denver-us | requests | count | requests"]["variance_reduction"] = "4"
			},
			[]string{`comparison.csv, placement "PoPs", workload "site", metro "denver-us", metric "requests", statistic "count", unit "requests": "variance_reduction" is 4; golden has 2`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "golden.gz")
			require.NoError(t, golden.write(file))
			found, err := readRecords(file)
			require.NoError(t, err)
			require.Equal(t, golden, found)
			test.change(found)
			require.Equal(t, test.want, found.differences(golden))
		})
	}
}
