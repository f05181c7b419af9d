package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement/tariff"
)

const zoneOffer = "../../placement/tariff/testdata/zone"

func TestPricesAreListed(t *testing.T) {
	code, out, errs := runWith(t, "", "prices", "list", "--item", "instance", "--place", "us-east-1-bue-1", "--format", "csv")
	require.Zero(t, code, errs)
	require.Equal(t, 3, strings.Count(out, "\n"))
	require.Contains(t, out, "price,aws,instance,t3.medium,,us-east-1-bue-1,,,hour,0.0773,USD,2026-09-30,")
	code, out, _ = runWith(t, "", "prices", "list", "--item", "egress")
	require.Zero(t, code)
	require.Contains(t, out, "0.09 USD / GB")
	code, out, errs = runWith(t, "", "prices", "list", "--item", "instance", "--place", "us-east-1-bue-1", "--format", "yaml")
	require.Zero(t, code, errs)
	require.Contains(t, out, "name: t3.medium")
	// What is read from a list and may be looked for is whole, in the usual width.
	code, out, _ = runWith(t, "", "prices", "list")
	require.Zero(t, code)
	for _, p := range tariff.Default().Prices {
		require.Contains(t, out, p.Place)
		require.Contains(t, out, string(p.Standing))
	}
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "[") { // a source
			require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimRight(line, "\n")), usualWidth+1)
		}
	}
	code, _, errs = runWith(t, "", "prices", "list", "--item", "coffee")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, `--item is "coffee"; want one of`)
}

func TestPriceListsAreImportedCheckedAndCompared(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.csv")
	code, _, errs := runWith(t, "", "prices", "import", zoneOffer+".json", "-o", a)
	require.Zero(t, code, errs)
	require.Contains(t, errs, "7 prices taken; 2 products of the file are no item of a bill")
	code, out, errs := runWith(t, "", "prices", "import", zoneOffer+".csv")
	require.Zero(t, code, errs)
	require.NoError(t, os.WriteFile(b, []byte(strings.Replace(out, ",0.081,", ",0.0891,", 1)), 0o644))

	code, out, errs = runWith(t, "", "prices", "check", "default", a)
	require.Zero(t, code, errs)
	require.Contains(t, out, a+": 7 rows, from 2026-08-01 to 2026-09-01: 7 published, 0 second-hand, 0 assumed\n")
	require.NotContains(t, out, "no site of the catalog")
	slip := filepath.Join(dir, "slip.csv")
	require.NoError(t, os.WriteFile(slip, []byte("kind,provider,item,place,unit,price,date,source\nprice,aws,egress,us-esat-1,GB,0.09,2026,x\nprice,aws,egress,japan,GB,0.1,2026,x\nprice,mine,egress,here,GB,0.1,2026,x\n"), 0o644))
	code, out, errs = runWith(t, "", "prices", "check", "default", slip)
	require.Zero(t, code, errs)
	require.Contains(t, out, slip+":2: no site of the catalog is called us-esat-1: this prices a site of your own, or nothing (nearest are us-east-1")
	require.Equal(t, 1, strings.Count(out, "no site of the catalog"), out)
	code, out, errs = runWith(t, "", "prices", "diff", a, b)
	require.Zero(t, code, errs)
	require.Contains(t, out, "+10.0 %")
	code, out, _ = runWith(t, "", "prices", "diff", a, a)
	require.Zero(t, code)
	require.Equal(t, "no difference in prices\n", out)

	// The same as YAML.
	y := filepath.Join(dir, "a.yaml")
	code, _, errs = runWith(t, "", "prices", "import", zoneOffer+".json", "-o", y)
	require.Zero(t, code, errs)
	code, out, _ = runWith(t, "", "prices", "diff", a, y)
	require.Zero(t, code)
	require.Equal(t, "no difference in prices\n", out)
	code, out, errs = runWith(t, "", "prices", "check", y)
	require.Zero(t, code, errs)
	require.Contains(t, out, y+": 7 rows, from 2026-08-01 to 2026-09-01: 7 published")

	// The same file twice is the same prices twice, and an input is never written over.
	code, _, errs = runWith(t, "", "prices", "import", zoneOffer+".json", zoneOffer+".csv")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "duplicate")
	code, _, errs = runWith(t, "", "prices", "import", a, "-o", a)
	require.Equal(t, exitUsage, code, errs)
}

func TestWrongPricesAreRefused(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.csv")
	require.NoError(t, os.WriteFile(bad, []byte("kind,provider,item,place,unit,price,date,source\nprice,aws,egress,us-east-1,GB,-1,2026,x\n"), 0o644))
	code, _, errs := runWith(t, "", "prices", "check", bad)
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "bad.csv:2: column price: value \"-1\"")
	bad = filepath.Join(t.TempDir(), "bad.yaml")
	require.NoError(t, os.WriteFile(bad, []byte("prices:\n  - {provider: aws, item: egress, place: us-east-1, unit: GB, price: -1, date: 2026, source: x}\n"), 0o644))
	code, _, errs = runWith(t, "", "prices", "check", bad)
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "bad.yaml:2: prices[0].price: value \"-1\"")
}
