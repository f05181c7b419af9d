package tariff_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement/tariff"
)

// What testdata/zone.json and zone.csv have, as a tariff: the prices of Istanbul are those of its price list of 2026-09.
const ofZone = header + `price,aws,instance,c7i.large,,eu-central-1-ist-1,,,hour,0.10694,USD,2026-09-01,AWS price list 20260911124544,published
price,aws,instance,c7i.large,reserved 1yr,eu-central-1-ist-1,,,hour,0.07,USD,2026-09-01,AWS price list 20260911124544,published
price,aws,load-balancer,,,eu-central-1-ist-1,,,hour,0.081,USD,2026-08-01,AWS price list 20260911124544,published
price,aws,load-balancer-use,,,eu-central-1-ist-1,,,LCU-hour,0.0125,USD,2026-08-01,AWS price list 20260911124544,published
price,aws,egress,,,eu-central-1-ist-1,,10240,GB,0.1,USD,2026-09-01,AWS price list 20260911124544,published
price,aws,egress,,,eu-central-1-ist-1,10240,,GB,0.09,USD,2026-09-01,AWS price list 20260911124544,published
price,aws,zone-parent,,,eu-central-1-ist-1,,,GB,0.01,USD,2026-09-01,AWS price list 20260911124544,published
`

func TestPriceListsAreReadInBothForms(t *testing.T) {
	for _, file := range []string{"testdata/zone.json", "testdata/zone.csv"} {
		f, err := os.Open(file)
		require.NoError(t, err)
		skipped := 0
		read, err := tariff.ReadOffer(file, f, tariff.ImportOptions{Skipped: func(n, _ int) { skipped = n }})
		require.NoError(t, err)
		require.NoError(t, f.Close())
		var written bytes.Buffer
		require.NoError(t, read.Write(&written))
		require.Equal(t, ofZone, written.String(), file)
		require.Equal(t, 2, skipped, file)
		again, err := tariff.Read("again", &written, nil)
		require.NoError(t, err)
		require.Empty(t, tariff.Diff(read, again))
	}
}

// Files of old name a region by its name alone, which is not that of a site.
func TestProductsWithoutARegionCodeAreTold(t *testing.T) {
	data, err := os.ReadFile("testdata/zone.json")
	require.NoError(t, err)
	read := func(text string) (taken, skipped, unplaced int) {
		_, err := tariff.ReadOffer("old.json", strings.NewReader(text), tariff.ImportOptions{
			Skipped: func(n, m int) { skipped, taken = n, m }, Unplaced: func(n int) { unplaced = n },
		})
		require.NoError(t, err)
		return taken, skipped, unplaced
	}
	taken, skipped, unplaced := read(string(data))
	require.NotZero(t, taken)
	require.Equal(t, []int{2, 0}, []int{skipped, unplaced})
	old := strings.NewReplacer(`"regionCode"`, `"region"`, `"fromRegionCode"`, `"fromRegion"`, `"toRegionCode"`, `"toRegion"`).Replace(string(data))
	taken, skipped, unplaced = read(old)
	require.Zero(t, taken)
	require.Equal(t, skipped-2, unplaced)
	require.GreaterOrEqual(t, unplaced, 5)
}

func TestInstancesThatAreNotWantedAreLeft(t *testing.T) {
	f, err := os.ReadFile("testdata/zone.json")
	require.NoError(t, err)
	read, err := tariff.ReadOffer("zone.json", bytes.NewReader(f), tariff.ImportOptions{Instances: []string{"m7i.large"}})
	require.NoError(t, err)
	require.Len(t, read.Prices, 5)
}

func TestDamagedPriceListsAreRefused(t *testing.T) {
	json, err := os.ReadFile("testdata/zone.json")
	require.NoError(t, err)
	csv, err := os.ReadFile("testdata/zone.csv")
	require.NoError(t, err)
	for name, test := range map[string]struct{ text, want string }{
		"nothing":               {"", "f:1: empty file"},
		"a table":               {"a,b\n1,2\n", "f:1: no row with the columns SKU"},
		"no list":               {"{}", "f: no products"},
		"half":                  {string(json[:len(json)/2]), "f: at byte"},
		"a negative price":      {strings.Replace(string(json), `"0.1069400000"`, `"-0.1"`, 1), `price of "AAAA": value "-0.1": want a number, 0 or more`},
		"a negative price, CSV": {strings.Replace(string(csv), `"0.1069400000"`, `"-0.1"`, 1), `f:7: price of "AAAA": value "-0.1": want a number, 0 or more`},
		"an unknown unit":       {strings.Replace(string(csv), `"Hrs"`, `"Days"`, 1), `f:7: unit of "AAAA": value "Days": want a unit of instance`},
		"two currencies":        {strings.Replace(string(csv), `"USD"`, `"CNY"`, 1), `want CNY, as in line 2: a tariff has one currency`},
		"bands that overlap":    {strings.Replace(string(csv), `"10240","Inf"`, `"5000","Inf"`, 1), `overlaps line`},
		"a text without end":    {`{"products": {"a": "` + strings.Repeat("x", 2<<20), "a text has more than 1048576 bytes"},
		"a line without end":    {strings.Repeat("x", 2<<20), "a line has more than 1048576 bytes"},
		"a short row":           {string(csv) + "\"AAAA\",\"J\"\n", "f:17: 2 fields: want 29"},
	} {
		_, err := tariff.ReadOffer("f", strings.NewReader(test.text), tariff.ImportOptions{})
		require.ErrorContains(t, err, test.want, name)
	}
}

// A file of a hundred thousand products and 40 MB is read as a stream.
func TestPriceListsAreReadAsStreams(t *testing.T) {
	const products = 100_000
	r, w := io.Pipe()
	go func() {
		fmt.Fprint(w, `{"version":"1","publicationDate":"2026-01-01T00:00:00Z","products":{`)
		for i := range products {
			if i > 0 {
				fmt.Fprint(w, ",")
			}
			fmt.Fprintf(w, `"S%d":{"productFamily":"Storage","attributes":{"servicecode":"AmazonEC2","what":"%s"}}`, i, strings.Repeat("x", 300))
		}
		fmt.Fprint(w, `},"terms":{"OnDemand":{`)
		for i := range products {
			if i > 0 {
				fmt.Fprint(w, ",")
			}
			fmt.Fprintf(w, `"S%d":{"S%d.J":{"priceDimensions":{"x":{"unit":"GB","pricePerUnit":{"USD":"1"}}}}}`, i, i)
		}
		fmt.Fprint(w, "}}}")
		_ = w.Close()
	}()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	read, err := tariff.ReadOffer("big.json", r, tariff.ImportOptions{})
	require.NoError(t, err)
	require.Empty(t, read.Prices)
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(8<<20))
}

func FuzzReadOffer(f *testing.F) {
	for _, file := range []string{"testdata/zone.json", "testdata/zone.csv"} {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		read, err := tariff.ReadOffer("f", strings.NewReader(text), tariff.ImportOptions{})
		if err == nil {
			require.NoError(t, read.Validate())
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add(ofZone)
	f.Fuzz(func(t *testing.T, text string) {
		read, err := tariff.Read("f", strings.NewReader(text), nil)
		if err != nil {
			return
		}
		require.NoError(t, read.Validate())
		var written bytes.Buffer
		require.NoError(t, read.Write(&written))
	})
}
