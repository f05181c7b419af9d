package tariff_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement/tariff"
)

const asYAML = `# Our contract.
provider: aws
date: 2026-11
source: own contract
standing: published
prices:
  - {item: egress, place: us-east-1, to: 10240, unit: GB, price: 0.09}
  - &next {item: egress, place: us-east-1, from: 10240, unit: GB, price: 0.07, date: 2026-11-05, source: "a mail: second part"}
  - {kind: free, item: egress, place: world, to: 100, unit: GB, standing: assumed}
  - kind: plan
    name: "null"
    place: world
    unit: month
    price: 20
`

// The same list as a table.
const asCSV = `kind,provider,item,name,term,place,from,to,unit,price,currency,date,source,standing
price,aws,egress,,,us-east-1,,10240,GB,0.09,USD,2026-11,own contract,published
price,aws,egress,,,us-east-1,10240,,GB,0.07,USD,2026-11-05,a mail: second part,published
free,aws,egress,,,world,,100,GB,,USD,2026-11,own contract,assumed
plan,aws,,null,,world,,,month,20,USD,2026-11,own contract,published
`

func TestAListIsTheSameAsYAMLAndAsCSV(t *testing.T) {
	read := func(text string) *tariff.Tariff {
		t.Helper()
		list, err := tariff.Read("list", strings.NewReader(text), nil)
		require.NoError(t, err)
		return list
	}
	a, b := read(asYAML), read(asCSV)
	require.Empty(t, tariff.Diff(a, b))
	require.Equal(t, []int{7, 8, 9, 10}, []int{a.Prices[0].Line, a.Prices[1].Line, a.Prices[2].Line, a.Prices[3].Line})
	withoutLines := func(list *tariff.Tariff) []tariff.Price {
		prices := append([]tariff.Price(nil), list.Prices...)
		for i := range prices {
			prices[i].Line = 0
		}
		return prices
	}
	require.Equal(t, withoutLines(b), withoutLines(a))
	for _, list := range []*tariff.Tariff{a, b, tariff.Default(), {Name: "none"}} {
		var yaml, csv bytes.Buffer
		require.NoError(t, list.WriteYAML(&yaml))
		require.NoError(t, list.Write(&csv))
		require.Equal(t, withoutLines(list), withoutLines(read(yaml.String())), yaml.String())
		require.Equal(t, withoutLines(list), withoutLines(read(csv.String())))
	}
}

func TestBadPricesInYAMLAreNamedByLineAndField(t *testing.T) {
	top := "prices:\n  - {provider: aws, item: egress, place: us-east-1, to: 10240, unit: GB, price: 0.09, date: 2026, source: x}\n  - "
	rest := ", place: us-west-2, unit: GB, date: 2026, source: x}\n"
	for name, test := range map[string]struct{ text, want string }{
		"a negative price": {top + "{provider: aws, item: egress, price: -1" + rest, `f.yaml:3: prices[1].price: value "-1": want a number from 0`},
		"no price":         {top + "{provider: aws, item: egress" + rest, `f.yaml:3: prices[1].price: value "": want a number: what has no price has no row`},
		"a word":           {top + "{provider: aws, item: egress, price: cheap" + rest, `f.yaml:3: prices[1].price: value "cheap": want a number from 0`},
		"an unknown item":  {top + "provider: aws\n    item: coffee\n    price: 1\n    place: world\n    unit: GB\n    date: 2026\n    source: x\n", `f.yaml:4: prices[1].item: value "coffee": want instance`},
		"an unknown key":   {top + "{provider: aws, product: egress, price: 1" + rest, `f.yaml:3: prices[1].product: unknown key; want one of kind, provider`},
		"a key twice":      {top + "{provider: aws, item: egress, price: 1, price: 2" + rest, `price`},
		"a list":           {top + "{provider: aws, item: [egress], price: 1" + rest, `f.yaml:3: prices[1].item: want one value`},
		"no mapping":       {top + "egress\n", `f.yaml:3: prices[1]: is no mapping; want the keys kind`},
		"no list":          {"prices: 3\n", `f.yaml:1: prices: want a list of prices`},
		"another top key":  {"currency: USD\nrates: []\nprices: []\n", `f.yaml:2: rates: unknown key; want prices or, for all prices that do not say it, provider`},
		"bands overlap":    {top + "{provider: aws, item: egress, place: us-east-1, unit: GB, price: 1, date: 2026, source: x}\n", `f.yaml:3: aws egress us-east-1 from 0 to no end overlaps line 2`},
		"two currencies":   {top + "{provider: aws, item: egress, currency: EUR, price: 1" + rest, `f.yaml:3: currency: value "EUR": want USD, as in line 2`},
		"no YAML":          {"prices: [\n", `f.yaml: `},
	} {
		_, err := tariff.Read("f.yaml", strings.NewReader(test.text), nil)
		require.ErrorContains(t, err, test.want, name)
	}
	var many strings.Builder
	many.WriteString("prices:\n")
	for range 20 {
		many.WriteString("  - {price: -1}\n")
	}
	_, err := tariff.Read("f.yaml", strings.NewReader(many.String()), nil)
	require.ErrorContains(t, err, "f.yaml: these are the first 10; there may be more")
}

func FuzzYAML(f *testing.F) {
	f.Add([]byte(asYAML))
	f.Add([]byte("prices: &a [*a]\n"))
	f.Add([]byte("prices:\n  - &a {item: *a}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := tariff.Read("f", bytes.NewReader(data), nil)
		if err != nil {
			return
		}
		var out bytes.Buffer
		require.NoError(t, list.WriteYAML(&out))
		again, err := tariff.Read("f", &out, nil)
		require.NoError(t, err, out.String())
		require.Empty(t, tariff.Diff(list, again))
	})
}
