package tariff_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement/tariff"
)

const header = "kind,provider,item,name,term,place,from,to,unit,price,currency,date,source,standing\n"

func bookOf(t *testing.T, rows ...string) *tariff.Book {
	t.Helper()
	read, err := tariff.Read("own.csv", strings.NewReader(header+strings.Join(rows, "\n")), nil)
	require.NoError(t, err)
	book, err := tariff.NewBook(tariff.Default(), read)
	require.NoError(t, err)
	return book
}

func aws(id, country, continent string) tariff.Place {
	return tariff.Place{ID: id, Provider: "aws", Country: country, Continent: continent}
}

func cdn(id, country, continent string) tariff.Place {
	p := aws(id, country, continent)
	p.IsCDN = true
	return p
}

func TestVolumesOfAGeographyAreOne(t *testing.T) {
	book := bookOf(t)
	bill := book.Bill(tariff.Usage{Flows: []tariff.Flow{
		{From: cdn("pop-jfk", "US", "North America"), GB: 20480},
		{From: cdn("pop-yto", "CA", "North America"), GB: 20480},
	}}, tariff.Options{Plan: tariff.PayAsYouGo})
	// 40 TB less 1 TB that is free: 10 TB at 0.085 and 29 TB at 0.080.
	require.InDelta(t, 10240*0.085+29*1024*0.080, bill.Total(), 1e-6)
	require.Len(t, bill.Lines, 2)
	require.InDelta(t, bill.Lines[0].Money, bill.Lines[1].Money, 1e-9)
	require.Empty(t, bill.Gaps)
}

func TestAMissingPriceIsAGapAndNeverZero(t *testing.T) {
	book := bookOf(t)
	zone := aws("us-west-2-den-1", "US", "North America")
	zone.Parent = "us-west-2"
	parent := aws("us-west-2", "US", "North America")
	bill := book.Bill(tariff.Usage{
		Flows:    []tariff.Flow{{Workload: "api", From: zone, GB: 1000}, {Workload: "api", From: zone, To: &parent, GB: 10}},
		Machines: []tariff.Machines{{Workload: "api", Site: zone, Servers: 3}},
	}, tariff.Options{Instance: "c7i.large"})
	require.Empty(t, bill.Lines)
	var gaps []string
	for _, g := range bill.Gaps {
		gaps = append(gaps, g.String())
	}
	require.Equal(t, []string{
		"instance c7i.large at us-west-2-den-1: no price of aws for it (2190 hour)",
		"egress at us-west-2-den-1: no price of aws for it (1000 GB)",
		"zone-parent at us-west-2-den-1: no price of aws for it (10 GB)",
	}, gaps)
}

func TestAVolumeBeyondTheBandsIsAGap(t *testing.T) {
	bill := bookOf(t).Bill(tariff.Usage{Flows: []tariff.Flow{{From: cdn("pop-fra", "DE", "Europe"), GB: 1024 + 10240 + 500}}}, tariff.Options{Plan: tariff.PayAsYouGo})
	require.InDelta(t, 870.4, bill.Total(), 1e-9)
	require.Equal(t, "cdn-egress at europe-il-tr: no price for volumes as large (500 GB)", bill.Gaps[0].String())
}

func TestTheCheaperWayToPayIsTakenAndSaid(t *testing.T) {
	book := bookOf(t)
	flows := func(gb, requests float64) tariff.Usage {
		return tariff.Usage{Flows: []tariff.Flow{{From: cdn("pop-jfk", "US", "North America"), GB: gb, Requests: requests}}}
	}
	for name, test := range map[string]struct {
		gb, requests float64
		plan, want   string
		total        float64
	}{
		"within what is free":     {90, 0.9e6, "", "pay as you go is cheaper, 0.00 USD", 0},
		"much, within Pro":        {20480, 9e6, "", "the plan CloudFront Pro is cheaper: 15.00 against 1607.68 USD by use", 15},
		"too many requests":       {20480, 12e6, "", "pay as you go is cheaper, 1609.68 USD", 1609.68},
		"as asked for":            {20480, 9e6, tariff.PayAsYouGo, "the plan CloudFront Pro is cheaper: 15.00 against 1607.68 USD by use; the bill is by pay as you go, as was asked for", 1607.68},
		"over the plan asked for": {20480, 12e6, "CloudFront Pro", "pay as you go is cheaper, 1609.68 USD; the bill is by CloudFront Pro, as was asked for, which does not cover the usage (cdn-requests: 12 of 10 million requests)", 15},
	} {
		t.Run(name, func(t *testing.T) {
			bill := book.Bill(flows(test.gb, test.requests), tariff.Options{Plan: test.plan})
			require.Equal(t, test.want, bill.Cheaper())
			require.InDelta(t, test.total, bill.Total(), 1e-6)
		})
	}
}

func TestAZoneHasNoPremiumOfAnother(t *testing.T) {
	book := bookOf(t)
	of := func(site string) float64 {
		b := book.Bill(tariff.Usage{Machines: []tariff.Machines{{Site: aws(site, "", ""), Servers: 1}}}, tariff.Options{Instance: "t3.medium"})
		return b.Total() / tariff.HoursPerMonth
	}
	require.InDelta(t, 1.86, of("us-east-1-bue-1")/of("us-east-1"), 0.005)
	require.InDelta(t, 1.20, of("us-west-2-lax-1")/of("us-east-1"), 0.005)
	require.Zero(t, of("us-east-1-atl-1")) // a gap
}

func TestACommitmentIsTakenOff(t *testing.T) {
	book := bookOf(t, "commitment,aws,instance,saving 1y,,world,,,share,0.25,USD,2026,own contract,published")
	b := book.Bill(tariff.Usage{Machines: []tariff.Machines{{Workload: "game", Site: aws("eu-central-1-ist-1", "TR", "Asia"), Servers: 7}}},
		tariff.Options{Instance: "c7i.large", ServersPerInstance: map[string]float64{"game": 3}, Term: "saving 1y"})
	require.InDelta(t, 3*730*0.10694*0.75, b.Total(), 1e-9)
	require.Contains(t, b.Sources, "own contract (2026, published)")
}

func TestCallsOfAZoneGoByItsParent(t *testing.T) {
	zone, home := aws("us-east-1-atl-1", "US", "North America"), aws("eu-west-1", "IE", "Europe")
	zone.Parent = "us-east-1"
	b := bookOf(t).Bill(tariff.Usage{Flows: []tariff.Flow{{From: zone, To: &home, GB: 100}}}, tariff.Options{})
	require.InDelta(t, 100*0.01+100*0.02, b.Total(), 1e-9)
	require.Empty(t, b.Gaps)
}

func TestServersForAShareServed(t *testing.T) {
	// Erlang C: 8 servers' work with 10 servers waits with probability .409180 (domain.md 4.2).
	require.Equal(t, 10.0, tariff.ServersWithoutWait(8, 1-.409181))
	require.Equal(t, 11.0, tariff.ServersWithoutWait(8, 1-.409179))
	require.Zero(t, tariff.ServersWithoutWait(0, .999))
	// Poisson with a mean of 1: E[min(N, 1)] = 1 - 1/e, E[min(N, 2)] = 2 - 3/e.
	require.Equal(t, 1.0, tariff.SeatsFor(1, .632))
	require.Equal(t, 2.0, tariff.SeatsFor(1, .633))
	require.Equal(t, 2.0, tariff.SeatsFor(1, .896))
	require.Equal(t, 3.0, tariff.SeatsFor(1, .897))
	require.InDelta(t, 11400, tariff.SeatsFor(11400, .999), 250)
}
