package tariff_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement/tariff"
)

func TestEveryDefaultPriceHasADateAndASource(t *testing.T) {
	require.NoError(t, tariff.Default().Validate())
	for _, p := range tariff.Default().Prices {
		require.NotEmpty(t, p.Date)
		require.NotEmpty(t, p.Source)
	}
}

func TestBadPricesAreNamedByLine(t *testing.T) {
	good := "price,aws,egress,,,us-east-1,,10240,GB,0.09,USD,2026-10,somewhere,published\n"
	for name, test := range map[string]struct{ row, want string }{
		"a negative price":  {"price,aws,egress,,,us-west-2,,,GB,-0.09,USD,2026,x,published", `f.csv:3: column price: value "-0.09": want a finite number, 0 or more`},
		"no price":          {"price,aws,egress,,,us-west-2,,,GB,,USD,2026,x,published", `f.csv:3: column price: value "": want a number: what has no price has no row`},
		"an unknown unit":   {"price,aws,egress,,,us-west-2,,,gallon,0.09,USD,2026,x,published", `f.csv:3: column unit: value "gallon": want GB or GiB or TB, for the item egress`},
		"another item's":    {"price,aws,instance,m5.large,,us-west-2,,,GB,0.09,USD,2026,x,published", `f.csv:3: column unit: value "GB": want hour or month, for the item instance`},
		"an unknown item":   {"price,aws,coffee,,,us-west-2,,,GB,0.09,USD,2026,x,published", `f.csv:3: column item: value "coffee": want instance, load-balancer`},
		"bands overlap":     {"price,aws,egress,,,us-east-1,5000,,GB,0.08,USD,2026,x,published", `f.csv:3: aws egress us-east-1 from 5000 to no end overlaps line 2, from 0 to 10240: want each volume once`},
		"a duplicate":       {good, `f.csv:3: aws egress us-east-1 from 0 to 10240 is a duplicate of line 2`},
		"a band backwards":  {"price,aws,egress,,,us-west-2,10,5,GB,0.08,USD,2026,x,published", `f.csv:3: column to: value "5": want more than from`},
		"a date":            {"price,aws,egress,,,us-west-2,,,GB,0.08,USD,2026-13,x,published", `f.csv:3: column date: value "2026-13": want 2026, 2026-10, 2026-10-07 or undated`},
		"no date":           {"price,aws,egress,,,us-west-2,,,GB,0.08,USD,,x,published", `f.csv:3: column date: value "": want`},
		"no source":         {"price,aws,egress,,,us-west-2,,,GB,0.08,USD,2026,,published", `f.csv:3: column source`},
		"a currency":        {"price,aws,egress,,,us-west-2,,,GB,0.08,dollars,2026,x,published", `f.csv:3: column currency: value "dollars": want three capital letters`},
		"two currencies":    {"price,aws,egress,,,us-west-2,,,GB,0.08,EUR,2026,x,published", `f.csv:3: currency: value "EUR": want USD, as in line 2`},
		"a standing":        {"price,aws,egress,,,us-west-2,,,GB,0.08,USD,2026,x,rumour", `f.csv:3: column standing: value "rumour": want published, second-hand, assumed`},
		"a share off":       {"commitment,aws,instance,a year,,world,,,share,1.5,USD,2026,x,published", `f.csv:3: column price: value "1.5": want a share off`},
		"free without end":  {"free,aws,egress,,,world,,,GB,,USD,2026,x,published", `f.csv:3: column to: value "0": want how much`},
		"a plan by the day": {"plan,aws,,Gold,,world,,,day,5,USD,2026,x,published", `f.csv:3: column unit: value "day": want month, for a plan`},
		"regions":           {"price,aws,inter-region,,,us-east-1,,,GB,0.02,USD,2026,x,published", `f.csv:3: column place: value "us-east-1": want "from > to"`},
	} {
		_, err := tariff.Read("f.csv", strings.NewReader(header+good+test.row), nil)
		require.ErrorContains(t, err, test.want, name)
	}
}

func TestALaterTariffTakesThePlace(t *testing.T) {
	// All bands of what it says, and nothing else.
	book := bookOf(t, "price,aws,egress,,,us-east-1,,,GB,0.05,USD,2026-11,own contract,published")
	bill := book.Bill(tariff.Usage{Flows: []tariff.Flow{{From: aws("us-east-1", "US", "North America"), GB: 20100}, {From: aws("ap-south-1", "IN", "Asia"), GB: 0}}}, tariff.Options{})
	require.InDelta(t, 20000*0.05, bill.Total(), 1e-9)
	require.Equal(t, "egress", string(bill.Lines[0].Item))
}

func TestDifferencesAreListed(t *testing.T) {
	read := func(rows string) *tariff.Tariff {
		read, err := tariff.Read("f", strings.NewReader(header+rows), nil)
		require.NoError(t, err)
		return read
	}
	changes := tariff.Diff(
		read("price,aws,egress,,,a,,,GB,0.09,USD,2025,x,published\nprice,aws,egress,,,b,,,GB,0.09,USD,2025,x,published\nprice,aws,egress,,,d,,,GB,1,USD,2025,x,published\n"),
		read("price,aws,egress,,,a,,,GB,0.10,USD,2026,x,published\nprice,aws,egress,,,c,,,GB,0.09,USD,2026,x,published\nprice,aws,egress,,,d,,,GB,1,USD,2026,y,published\n"))
	require.Len(t, changes, 3)
	require.Equal(t, 0.09, changes[0].Old.Amount)
	require.Equal(t, 0.10, changes[0].New.Amount)
	require.Nil(t, changes[1].Old)
	require.Nil(t, changes[2].New)
	require.Equal(t, "b", changes[2].Old.Place)
}
