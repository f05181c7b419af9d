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
		"too many for Pro":        {20480, 12e6, "", "the plan CloudFront Business is cheaper: 200.00 against 1609.68 USD by use", 200},
		"too many for any":        {20480, 7e9, "", "pay as you go is cheaper, 8597.68 USD", 8597.68},
		"as asked for":            {20480, 9e6, tariff.PayAsYouGo, "the plan CloudFront Pro is cheaper: 15.00 against 1607.68 USD by use; the bill is by pay as you go, as was asked for", 1607.68},
		"over the plan asked for": {20480, 12e6, "CloudFront Pro", "the plan CloudFront Business is cheaper: 200.00 against 1609.68 USD by use; the bill is by CloudFront Pro, as was asked for, which does not cover the usage (cdn-requests: 12 of 10 million requests)", 15},
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

// Worked examples that others have published, with the prices that they state: the first five by providers themselves. Of Azure's Front Door
// (learn.microsoft.com, frontdoor/billing) and of CloudFront's and Google's pages of prices no example with a total was found.
func TestPublishedExamplesAreRecomputed(t *testing.T) {
	one := func(rows ...string) *tariff.Book {
		read, err := tariff.Read("example", strings.NewReader(header+strings.Join(rows, "\n")), nil)
		require.NoError(t, err)
		book, err := tariff.NewBook(read)
		require.NoError(t, err)
		return book
	}
	price := func(item, place, band, unit, amount string) string {
		return "price,aws," + item + ",,," + place + "," + band + "," + unit + "," + amount + ",USD,2026,the example,published"
	}
	cloudflare := func(kind, item, name, to, unit, amount string) string {
		return kind + ",cloudflare," + item + "," + name + ",,world,," + to + "," + unit + "," + amount + ",USD,2026,the example,published"
	}
	// A subscription is rented by the month; so many million requests are in it, and more cost 0.30 a million.
	workers := func(month, included string) *tariff.Book {
		return one(cloudflare("price", "instance", "subscription", "", "month", month), cloudflare("free", "cdn-requests", "", included, "million requests", ""),
			cloudflare("price", "cdn-requests", "", "", "million requests", "0.30"))
	}
	ofWorkers := func(requests float64) tariff.Usage {
		edge := tariff.Place{ID: "edge", Provider: "cloudflare", IsCDN: true}
		usage := tariff.Usage{Flows: []tariff.Flow{{From: edge, Requests: requests}}, Machines: []tariff.Machines{{Site: edge, Servers: 1}}}
		return usage
	}
	subscription := tariff.Options{Instance: "subscription"}
	pop, region := cdn("pop-jfk", "US", "North America"), aws("us-east-1", "US", "North America")
	for name, test := range map[string]struct {
		book    *tariff.Book
		usage   tariff.Usage
		want    float64
		cents   float64 // how far off the example's rounding may be
		options tariff.Options
	}{
		// docs.fastly.com, About the charges on your bill: 10 GB and 10 million requests in North America and Europe are 8.70 (before the
		// minimum of 50 a month), at 0.12 a GB and 0.0075 for 10,000 requests.
		"Fastly's first bill": {
			one(price("cdn-egress", "world", ",", "GB", "0.12"), price("cdn-requests", "world", ",", "10000 requests", "0.0075")),
			tariff.Usage{Flows: []tariff.Flow{{From: pop, GB: 10, Requests: 10e6}}}, 8.70, 1e-9, tariff.Options{},
		},
		// developers.cloudflare.com, Workers, Pricing, example 1: 15 million requests, of which 10 million are in the subscription: 5.00 and 1.50.
		// What the example adds for time of processors is no item here; nor in the next two.
		"Cloudflare Workers, 15 million requests":  {workers("5", "10"), ofWorkers(15e6), 6.50, 1e-9, subscription},
		"Cloudflare Workers, 100 million requests": {workers("5", "10"), ofWorkers(100e6), 32.00, 1e-9, subscription}, // example 4: 5.00 and 27.00
		// developers.cloudflare.com, Workers for Platforms, Pricing: 100 million requests, 20 million included: 25.00 and 24.00.
		"Cloudflare Workers for Platforms": {workers("25", "20"), ofWorkers(100e6), 49.00, 1e-9, subscription},
		// AWS on the savings bundle of CloudFront (5 February 2021, quoted at techtospeech.com): 100.00 a month cover a usage of 142.86 at 30 %
		// off. 1,680.7 GB at 0.085 are that usage.
		"CloudFront's savings bundle": {
			one(price("cdn-egress", "us-mx-ca", ",", "GB", "0.085"), "geography,aws,,US,,us-mx-ca,,,,,USD,2026,the example,published",
				"commitment,aws,cdn-egress,savings bundle,,world,,,share,0.30,USD,2021,the example,published"),
			tariff.Usage{Flows: []tariff.Flow{{From: pop, GB: 142.86 / 0.085}}}, 100, 0.005, tariff.Options{Term: "savings bundle"},
		},
		// chengqing.dev, How does AWS data transfer pricing work, January 2020: 1 GB each from two services in Sydney is 0.114, for 1 GB in all
		// is free.
		"one GB free for all": {
			one("free,aws,egress,,,world,,1,GB,,USD,2020,the example,published", price("egress", "ap-southeast-2", ",10000", "GB", "0.114")),
			tariff.Usage{Flows: []tariff.Flow{{From: aws("ap-southeast-2", "AU", "Oceania"), GB: 1}, {From: aws("ap-southeast-2", "AU", "Oceania"), GB: 1}}}, 0.114, 1e-9, tariff.Options{},
		},
		// kindatechnical.com, AWS CloudFront, lesson 29: 5,000 GB at 0.085 and 2 M requests over HTTP at 0.0000075, 0.5 M over HTTPS
		// at 0.00001: 425 + 15 + 5. The requests are priced as two places.
		"a first CloudFront bill": {
			one(price("cdn-egress", "world", ",", "GB", "0.085"), price("cdn-requests", "http", ",", "request", "0.0000075"), price("cdn-requests", "https", ",", "request", "0.00001")),
			tariff.Usage{Flows: []tariff.Flow{{From: cdn("http", "", ""), GB: 4000, Requests: 2e6}, {From: cdn("https", "", ""), GB: 1000, Requests: 0.5e6}}},
			445, 1e-9, tariff.Options{},
		},
		// kindatechnical.com, developer associate, lesson 87: 50 TB in the United States, Canada and Europe, 10*1024 GB at 0.085 and
		// 40*1024 at 0.080; without its requests.
		"50 TB by tiers": {
			bookOf(t, price("cdn-egress", "us-mx-ca", ",10240", "GB", "0.085"), price("cdn-egress", "us-mx-ca", "10240,51200", "GB", "0.080"), "free,aws,cdn-egress,,,world,,0.0000001,GB,,USD,2026,none,published"),
			tariff.Usage{Flows: []tariff.Flow{{From: pop, GB: 51200}}},
			4147.20, 1e-6, tariff.Options{},
		},
		// repost.aws, QUAT1NfOeZSAK5z8KXXO9jgA: a bill of 7.330 GB beyond the free 100 GB at 0.090 a GB is 0.66.
		"a bill of EC2's data out": {
			bookOf(t), tariff.Usage{Flows: []tariff.Flow{{From: region, GB: 107.330}}}, 0.66, 0.005, tariff.Options{},
		},
		// gist.github.com/aarone/93267, a bill of April 2009: 0.199 GB out at 0.170, first 10 TB, is 0.03.
		"a bill of 2009": {
			one(price("egress", "us-east-1", ",10240", "GB", "0.170")), tariff.Usage{Flows: []tariff.Flow{{From: region, GB: 0.199}}}, 0.03, 0.005, tariff.Options{},
		},
		// gist.github.com/sofyan-ahmad/19258041a16833a2cab17a6b2b4b3058, March 2020: CloudFront at 0.085 a GB and 0.01 for 10,000
		// requests costs 0.86, which is 10 GB and 10,000 requests.
		"CloudFront of a small service": {
			one(price("cdn-egress", "world", ",", "GB", "0.085"), price("cdn-requests", "world", ",", "10000 requests", "0.01")),
			tariff.Usage{Flows: []tariff.Flow{{From: pop, GB: 10, Requests: 1e4}}}, 0.86, 1e-9, tariff.Options{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			test.options.Plan = tariff.PayAsYouGo
			bill := test.book.Bill(test.usage, test.options)
			require.Empty(t, bill.Gaps)
			require.InDelta(t, test.want, bill.Total(), test.cents)
		})
	}
}
