package edgewise_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/workload"
)

// fullStudy is the small study with failures and with own measures.
func fullStudy(t testing.TB) *edgewise.Study {
	t.Helper()
	s := smallStudy(t)
	s.Failures = []sim.Failure{
		{Site: "pop-lax", At: 15 * time.Second, For: 10 * time.Second, Detection: 5 * time.Second},
		{Site: "us-west-2-lax-1", At: 15 * time.Second, For: 10 * time.Second, Detection: 5 * time.Second},
	}
	s.Workloads[2] = workload.Change(s.Workloads[2], func(m *workload.Matched) {
		m.MatchPlayers, m.MinPlayers, m.MatchLength, m.Market.Parties = 4, 2, 10*time.Second, nil
	}) // some full
	s.Measures = fullMeasures()
	return s
}

// fullMeasures are own measures: a share that is judged, a rate, a count by metro and a quantile.
func fullMeasures() []edgewise.Measure {
	return []edgewise.Measure{
		{
			Label: edgewise.Label{Metric: "own", Statistic: "joined", Unit: "share", Better: edgewise.More, Judged: "joined"},
			Of: edgewise.ShareOf(func(t *edgewise.Tallies) stats.Ratio {
				return stats.Ratio{Numerator: t.Outcomes[sim.DelayedHit], Denominator: t.Count(sim.Requests)}
			}),
			Kinds: []sim.Kind{sim.Cacheable},
		},
		{
			Label: edgewise.Label{Metric: "own", Statistic: "rate", Unit: "requests per second"},
			Of: edgewise.RatioOf(func(t *edgewise.Tallies) stats.Ratio {
				return stats.Ratio{Numerator: t.Count(sim.Requests), Denominator: uint64(t.Duration)}
			}, 1e9),
		},
		{
			Label:   edgewise.Label{Metric: "own", Statistic: "answered", Unit: "requests", Better: edgewise.More},
			Of:      edgewise.CountOf(func(t *edgewise.Tallies) uint64 { return t.Answered() }),
			ByMetro: true,
		},
		{
			Label: edgewise.Label{Metric: "ttlb", Statistic: "p75", Unit: "ms", Q: 0.75, Better: edgewise.Less, Judged: "ttlb p75"},
			Of:    edgewise.QuantileMsOf(sim.TTLB, 0.75),
		},
	}
}

// written is a comparison as programs read it.
type written struct {
	csv      map[[6]string][]string // by placement, workload, metro, site, metric, statistic; all for everywhere
	json     edgewise.Comparison
	text     []byte
	verdicts map[[3]string]bool // by placement, workload, figure
}

func write(t testing.TB, c *edgewise.Comparison) (w written) {
	t.Helper()
	var table, text bytes.Buffer
	require.NoError(t, report.WriteCSV(&table, c))
	rows, err := csv.NewReader(&table).ReadAll()
	require.NoError(t, err)
	w.csv = map[[6]string][]string{}
	for _, row := range rows[1:] {
		key := [6]string{row[0], row[1], row[2], row[17], row[3], row[4]}
		require.Nil(t, w.csv[key], "%v", key)
		w.csv[key] = row
	}
	require.NoError(t, report.WriteJSON(&text, c))
	w.text = text.Bytes()
	require.NoError(t, json.Unmarshal(w.text, &w.json))
	verdicts, err := report.Verdicts(c, report.Margins{})
	require.NoError(t, err)
	w.verdicts = map[[3]string]bool{}
	for _, v := range verdicts {
		w.verdicts[[3]string{v.Placement, v.Workload, v.Figure}] = true
	}
	return w
}

func TestFiguresByMetroKnowTheFirstTierOfTheMetro(t *testing.T) {
	s := smallStudy(t)
	s.Placements[1] = s.Placements[1].WithMidTier(32<<20, "us-west-2")
	s.Replications = 1
	hits := func(tier string) edgewise.Source {
		return edgewise.ShareOf(func(t *edgewise.Tallies) stats.Ratio {
			at := t.Tier(tier)
			return stats.Ratio{Numerator: at.Count(sim.TierHits), Denominator: t.Count(sim.Requests)}
		})
	}
	s.Measures = []edgewise.Measure{
		{Label: edgewise.Label{Metric: "own", Statistic: "edge", Unit: "share"}, Of: hits(placement.EdgeCache), Kinds: []sim.Kind{sim.Cacheable}, ByMetro: true},
		{Label: edgewise.Label{Metric: "own", Statistic: "mid", Unit: "share"}, Of: hits(placement.MidTierCache), Kinds: []sim.Kind{sim.Cacheable}, ByMetro: true},
	}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	of := c.Placements[1].Workloads[0]
	whole := found(t, of.Figures, "own", "edge").Value
	require.Positive(t, found(t, of.Figures, "own", "mid").Value)
	sum, requests := 0.0, 0.0
	for _, m := range of.Metros {
		share := found(t, m.Figures, "own", "edge").Value
		require.InDelta(t, whole, share, 0.2)
		n := found(t, m.Figures, "requests", "count").Value
		sum += share * n
		requests += n
		require.Zero(t, found(t, m.Figures, "own", "mid").Value)
	}
	require.InDelta(t, whole, sum/requests, 1e-12)
}

func TestNoFigureIsForgotten(t *testing.T) {
	c, err := fullStudy(t).Run(context.Background())
	require.NoError(t, err)
	w := write(t, c)

	shown := map[[2]string]bool{}
	count, judged := 0, 0
	for i, p := range c.Placements {
		for k, of := range p.Workloads {
			base := c.Placements[0].Workloads[k]
			for n, f := range of.Figures {
				statistic := f.Statistic
				if f.Deadline > 0 {
					statistic, _, _ = strings.Cut(statistic, " ") // one row stands for all deadlines
				}
				shown[[2]string{f.Metric, statistic}] = true
				count++
				row := w.csv[[6]string{p.Name, of.Name, "all", "all", f.Metric, f.Statistic}]
				require.NotNil(t, row, "%s, %s", f.Metric, f.Statistic)
				require.Equal(t, f.Unit, row[5])
				if f.HasValue() {
					value, err := strconv.ParseFloat(row[6], 64)
					require.NoError(t, err)
					require.Equal(t, f.Value, value)
				}
				f.Replicates = nil // of a comparison in memory alone
				require.Equal(t, f, w.json.Placements[i].Workloads[k].Figures[n])
				other, ok := base.Figures.Find(f.Metric, f.Statistic)
				isHarmless := f.Better == edgewise.Less && f.HasValue() && other.HasValue() && f.Value == 0 && other.Value == 0
				if i == 0 || f.Judged == "" || !ok || isHarmless {
					continue
				}
				judged++
				require.True(t, w.verdicts[[3]string{p.Name, of.Name, f.Judged}], f.Judged)
			}
			for m, metro := range of.Metros {
				for n, f := range metro.Figures {
					count++
					require.NotNil(t, w.csv[[6]string{p.Name, of.Name, metro.ID, "all", f.Metric, f.Statistic}])
					require.Equal(t, f, w.json.Placements[i].Workloads[k].Metros[m].Figures[n])
				}
			}
			for m, site := range of.Sites {
				for n, f := range site.Figures {
					count++
					require.NotNil(t, w.csv[[6]string{p.Name, of.Name, "all", site.ID, f.Metric, f.Statistic}])
					require.Equal(t, f, w.json.Placements[i].Workloads[k].Sites[m].Figures[n])
				}
			}
		}
	}
	for n, d := range c.Demand {
		require.Equal(t, d, w.json.Demand[n])
		for statistic, value := range map[string]float64{"recorded": d.Recorded, "day mean": d.Mean, "day peak": d.Peak} {
			count++
			row := w.csv[[6]string{"", d.Workload, "", "", "demand", statistic}]
			require.NotNil(t, row, statistic)
			written, err := strconv.ParseFloat(row[6], 64)
			require.NoError(t, err)
			require.Equal(t, value, written)
		}
	}
	require.Len(t, w.csv, count)
	require.Len(t, w.verdicts, judged)
	for _, m := range edgewise.Measures() {
		if m.Where == nil && m.Metric != "" { // the others are of tiers
			require.Contains(t, shown, [2]string{m.Metric, m.Statistic}, "a figure that needs nothing to happen")
		}
	}
}

func TestOwnMeasuresAreFiguresLikeOthers(t *testing.T) {
	c, err := fullStudy(t).Run(context.Background())
	require.NoError(t, err)
	w := write(t, c)
	pops := c.Placement(c.Placements[1].Name)

	joined, err := pops.Workload("web-static").Figure("own", "joined")
	require.NoError(t, err)
	require.Equal(t, found(t, figures(c, 1, 0), "outcome", "DELAYED_HIT").Value, joined.Value)
	require.True(t, joined.Difference.HasInterval(), "paired")
	require.Contains(t, w.verdicts, [3]string{pops.Name, "web-static", "joined"})
	_, ok := figures(c, 1, 1).Find("own", "joined")
	require.False(t, ok, "it is of static workloads")

	rate, err := pops.Workload("api-dynamic").Figure("own", "rate")
	require.NoError(t, err)
	require.InEpsilon(t, found(t, figures(c, 1, 1), "requests", "count").Value/20, rate.Value, 1e-12)
	require.Equal(t, "requests per second", rate.Unit)

	answered, err := pops.Workload("api-dynamic").Metro(c.Metros[0].ID).Figure("own", "answered")
	require.NoError(t, err)
	require.Positive(t, answered.Value)

	p75, err := pops.Workload("web-static").Metric("ttlb").P(0.75)
	require.NoError(t, err)
	require.InEpsilon(t, c.Placements[1].Workloads[0].Latency[1].Pooled.QuantileNs(0.75)/1e6, p75.Value, 1e-9)
	require.Positive(t, p75.VarianceReduction)
	_, err = pops.Workload("competitive-fps").Metric("ttlb").P(0.75)
	require.ErrorContains(t, err, "metric is ttlb; want one of requests, players, not playing, response, rtt, player_rtt, ", "a game has no TTLB")
}

func TestMeasuresThatCannotBeShownAreRefused(t *testing.T) {
	for want, change := range map[string]func(*edgewise.Measure){
		"Measures[0].Metric is empty; want a name":                    func(m *edgewise.Measure) { m.Metric = "" },
		"Measures[0].Unit is empty; want a name":                      func(m *edgewise.Measure) { m.Unit = "" },
		"Measures[0].Of is nil; want how the figure is made":          func(m *edgewise.Measure) { m.Of = nil },
		"Measures[0].Better is Neither; want Less or More":            func(m *edgewise.Measure) { m.Better = edgewise.Neither },
		"Measures[0].Of is 75; want a probability":                    func(m *edgewise.Measure) { m.Of = edgewise.QuantileMsOf(sim.TTLB, 75) },
		"Measures[0].Table is cost; want none, for the figure has no": func(m *edgewise.Measure) { m.Judged, m.Table = "", "cost" },
		"Measures[0].SiteColumn is joins; want none, for the figure":  func(m *edgewise.Measure) { m.SiteColumn = "joins" },
		"Measures[0].BySite is true; want false, for the distribution of rtt": func(m *edgewise.Measure) {
			m.BySite, m.Of = true, edgewise.MeanMsOf(sim.RTT)
		},
		"Measures[0].BySite is true; want false, for the distribution of ttlb": func(m *edgewise.Measure) {
			m.BySite, m.Of = true, edgewise.QuantileMsOf(sim.TTLB, 0.5)
		},
		"Measures[0].Bar is joins; want none, for the figure is no":    func(m *edgewise.Measure) { m.Bar, m.Unit = "joins", "requests" },
		`want a name that no other figure of "ttfb" has`:               func(m *edgewise.Measure) { m.Metric, m.Statistic = "ttfb", "p95" },
		`Statistic is rate; want a name that no other figure of "own"`: func(m *edgewise.Measure) { m.Statistic = "rate" },
	} {
		s := fullStudy(t)
		change(&s.Measures[0])
		require.ErrorContains(t, s.Validate(), want)
	}
}

func TestLookUpsNeverGiveAWrongNumber(t *testing.T) {
	s := smallStudy(t)
	s.Workloads[0].Deadlines = []time.Duration{50 * time.Millisecond, 2 * time.Second}
	s.Replications = 1
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	w := c.Placement("region only").Workload("web-static")
	require.NoError(t, w.Err())
	p95, err := w.Metric("ttfb").P(0.95)
	require.NoError(t, err)
	require.Equal(t, found(t, w.Figures, "ttfb", "p95"), p95)
	within, err := w.Headline().Within(50 * time.Millisecond)
	require.NoError(t, err)
	require.Equal(t, found(t, w.Figures, "ttfb", "within 50 ms"), within)
	mean, err := w.Metro(c.Metros[0].ID).Metric("ttfb").Mean()
	require.NoError(t, err)
	require.Positive(t, mean.Value)

	for want, ask := range map[string]func() (edgewise.Figure, error){
		"placement is PoPs; want one of region only, ": func() (edgewise.Figure, error) {
			return c.Placement("PoPs").Workload("web-static").Metric("ttfb").P(0.95)
		},
		"workload is web; want one of web-static, api-dynamic, competitive-fps": func() (edgewise.Figure, error) {
			return c.Placement("region only").Workload("web").Figure("requests", "count")
		},
		"metro is nowhere; want one of ":                                    func() (edgewise.Figure, error) { return w.Metro("nowhere").Metric("ttfb").Mean() },
		"metric is rtt; want one of requests, bytes, ttfb, ttlb, ":          func() (edgewise.Figure, error) { return w.Metric("rtt").Mean() },
		"quantile of ttfb is 0.97; want one of 0.5, 0.9, 0.95, 0.99, 0.999": func() (edgewise.Figure, error) { return w.Metric("ttfb").P(0.97) },
		"deadline of ttfb is 1s; want one of 50 ms, 2 s":                    func() (edgewise.Figure, error) { return w.Metric("ttfb").Within(time.Second) },
		"statistic of origin is visits; want one of requests, bytes":        func() (edgewise.Figure, error) { return w.Figure("origin", "visits") },
		"quantile of outcome is 0.5; want nothing, for there is none":       func() (edgewise.Figure, error) { return w.Metric("outcome").P(0.5) },
		"ttfb, p99.9: no figure: ":                                          func() (edgewise.Figure, error) { return w.Metric("ttfb").P(0.999) },
	} {
		f, err := ask()
		require.ErrorContains(t, err, want)
		require.False(t, f.HasValue())
	}
}

func TestJSONFollowsItsSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("docs/comparison.schema.json")
	require.NoError(t, err)
	validate := func(text []byte) error {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		require.NoError(t, err)
		return schema.Validate(value)
	}
	full, single := fullStudy(t), smallStudy(t)
	single.Replications, single.Duration = 1, 2*time.Second
	for _, s := range []*edgewise.Study{full, single, billedStudy(t)} {
		c, err := s.Run(context.Background())
		require.NoError(t, err)
		require.NoError(t, validate(write(t, c).text))
	}
	c, err := single.Run(context.Background())
	require.NoError(t, err)
	text := write(t, c).text
	for from, to := range map[string]string{
		`"schema_version": 1`: `"schema_version": 2`,
		`"level": 0.95`:       `"level": 95`,
		`"n": 1,`:             `"n": -1,`,
		`"low": null`:         `"lower": null`,
	} {
		require.Contains(t, string(text), from)
		require.Error(t, validate(bytes.Replace(text, []byte(from), []byte(to), 1)), to)
	}
}

func TestJSONHasNoNumberForWhatIsNotKnown(t *testing.T) {
	s := smallStudy(t)
	s.Replications, s.Duration, s.SkipWarmUpCheck = 1, 2*time.Second, true
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	var read struct {
		Placements []struct {
			Workloads []struct {
				Figures []map[string]any `json:"figures"`
			} `json:"workloads"`
		} `json:"placements"`
		Verdicts []map[string]any `json:"verdicts"`
		WarmUps  []map[string]any `json:"warm_up_found"`
	}
	require.NoError(t, json.Unmarshal(write(t, c).text, &read))
	for i, p := range read.Placements {
		for _, w := range p.Workloads {
			for _, f := range w.Figures {
				e := f["estimate"].(map[string]any)
				require.Nil(t, e["low"], "one replication has no interval")
				require.NotContains(t, f, "variance_reduction")
				require.Equal(t, e["n"] == 0.0, e["value"] == nil)
				if i == 0 {
					require.NotContains(t, f, "difference")
				}
			}
		}
	}
	require.NotEmpty(t, read.Verdicts)
	suppressed := false
	for _, v := range read.Verdicts {
		require.Nil(t, v["corrected_p"])
		require.NotEmpty(t, v["unsupported"])
		suppressed = suppressed || v["difference"] == nil && v["margin"] == nil
	}
	require.True(t, suppressed, "a quantile with too few requests beyond it")
}

func TestSitesShareTheRequests(t *testing.T) {
	s := fullStudy(t)
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	for _, p := range c.Placements {
		for _, w := range p.Workloads {
			for _, name := range [][2]string{{"requests", "count"}, {"bytes", "delivered"}, {"origin", "requests"}, {"origin", "bytes"}} {
				all, _ := w.Figures.Find(name[0], name[1])
				sum := 0.0
				for _, site := range w.Sites {
					f, _ := site.Figures.Find(name[0], name[1])
					sum += f.Value
				}
				require.InDelta(t, all.Value, sum, 1e-6, "%s, %s: %s", p.Name, w.Name, name)
			}
		}
	}
	pops := &c.Placements[1].Workloads[0]
	require.Len(t, pops.Sites, 3, "the origin serves caches")
	origin, err := pops.Site("us-west-2").Figure("origin", "requests")
	require.NoError(t, err)
	all, ok := pops.Figures.Find("origin", "requests")
	require.True(t, ok)
	require.InDelta(t, all.Value, origin.Value, 1e-6)
	hits := 0.0
	for _, site := range pops.Sites {
		if site.ID == "us-west-2" {
			continue
		}
		ratio, err := site.Figure("cache", "request hit ratio")
		require.NoError(t, err)
		requests, err := site.Figure("requests", "count")
		require.NoError(t, err)
		peak, err := site.Figure("peak", "request rate")
		require.NoError(t, err)
		require.Greater(t, peak.Value, requests.Value/20)
		hits += ratio.Value * requests.Value
	}
	require.Positive(t, hits)
	_, err = pops.Site("us-west-1").Figure("requests", "count")
	require.ErrorContains(t, err, "site is us-west-1; want one of us-west-2, pop-")
	failed, err := pops.Site("pop-lax").Figure("failed", "share")
	require.NoError(t, err)
	require.Positive(t, failed.Value)
}

func TestSitesSayHowBusyTheyAreAndWhoPlays(t *testing.T) {
	s := smallStudy(t)
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	site := c.Placements[0].Workload("web-static")
	busy, err := site.Site("us-west-2").Figure("servers", "utilisation")
	require.NoError(t, err)
	requests, err := site.Figure("requests", "count")
	require.NoError(t, err)
	work := s.Workloads[0].Service.(workload.Cacheable).Origin.Mean
	servers := float64(c.Placements[0].Roles[0].Servers)
	require.InEpsilon(t, requests.Value*work.Seconds()/(servers*s.Duration.Seconds()), busy.Value, 0.1)
	_, ok := site.Figures.Find("servers", "utilisation")
	require.False(t, ok, "it is of sites")
	_, err = c.Placements[0].Workload("api-dynamic").Site("us-west-2").Figure("servers", "utilisation")
	require.Error(t, err, "there are always enough")

	game := c.Placements[0].Workload("competitive-fps").Site("us-west-2")
	players, err := game.Figure("players", "mean")
	require.NoError(t, err)
	peak, err := game.Figure("players", "peak")
	require.NoError(t, err)
	updates, err := game.Figure("requests", "count")
	require.NoError(t, err)
	playing := updates.Value * s.Workloads[2].Service.(workload.Matched).UpdatePeriod().Seconds() / s.Duration.Seconds()
	require.InEpsilon(t, players.Value, playing, 0.01, "updates are counted while a player waits, too")
	waiting, err := game.Figure("players", "waiting")
	require.NoError(t, err)
	idle, err := game.Figure("not playing", "share")
	require.NoError(t, err)
	require.Positive(t, waiting.Value)
	require.InDelta(t, waiting.Value/players.Value, idle.Value, 0.002)
	require.GreaterOrEqual(t, peak.Value, players.Value)
	_, err = c.Placements[0].Workload("web-static").Site("us-west-2").Figure("players", "mean")
	require.Error(t, err)
}

func TestOwnMeasuresAreInTables(t *testing.T) {
	s := fullStudy(t)
	s.Measures[1].Column, s.Measures[1].Table = "requests/s", "rates"
	s.Measures[2].BySite, s.Measures[2].SiteColumn = true, "answered"
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	var tables, sites bytes.Buffer
	require.NoError(t, report.WriteMarkdown(&tables, c))
	require.NoError(t, report.WriteSitesMarkdown(&sites, c))
	require.Contains(t, tables.String(), "### web-static: own measures\n\n| placement | % joined | ttlb p75, ms |")
	require.Contains(t, tables.String(), "### api-dynamic: own measures\n\n| placement | ttlb p75, ms |")
	require.Contains(t, tables.String(), "### competitive-fps: rates\n\n| placement | requests/s |")
	require.Regexp(t, `\| placement, site \| roles \| requests/s \|.* answered/s \|\n`, sites.String())
}

func TestComparisonsComeBackFromJSON(t *testing.T) {
	s := fullStudy(t)
	s.Measures[1].Column = "requests/s"
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, report.WriteJSON(&text, c))
	back, err := report.ReadJSON(bytes.NewReader(text.Bytes()))
	require.NoError(t, err)
	for name, write := range map[string]func(io.Writer, *edgewise.Comparison) error{
		"JSON": report.WriteJSON, "CSV": report.WriteCSV, "tables": report.WriteTable, "sites": report.WriteSites,
		"verdicts": func(w io.Writer, c *edgewise.Comparison) error { return report.WriteVerdicts(w, c, report.Margins{}) },
	} {
		var want, got bytes.Buffer
		require.NoError(t, write(&want, c))
		require.NoError(t, write(&got, back))
		require.NotEmpty(t, want.String())
		require.Equal(t, want.String(), got.String(), name)
	}
	_, err = report.LatencyCDF(back, "", "")
	require.ErrorContains(t, err, "a comparison read from JSON holds figures only")
	for _, change := range []struct{ from, to, want string }{
		{`"schema_version": 1`, `"schema_version": 2`, "schema_version is 2; want 1"},
		{`"better": "less"`, `"better": "fewer"`, "better is fewer; want less, more or nothing"},
		{`"title"`, `"title`, "decode comparison"},
	} {
		require.Contains(t, text.String(), change.from)
		_, err := report.ReadJSON(strings.NewReader(strings.Replace(text.String(), change.from, change.to, 1)))
		require.ErrorContains(t, err, change.want)
	}
}

func TestComparisonKnowsItsPlaces(t *testing.T) {
	s := smallStudy(t)
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	ids := map[string]edgewise.Place{}
	for _, p := range c.Sites {
		ids[p.ID] = p
	}
	require.Len(t, ids, 4)
	require.Equal(t, "local-zone", ids["us-west-2-lax-1"].Kind)
	require.Equal(t, "us-west-2", ids["us-west-2-lax-1"].Parent)
	require.Equal(t, "aws", ids["pop-lax"].Provider)
	require.InDelta(t, 34, ids["pop-lax"].LatDeg, 1)
	require.Len(t, c.Metros, 2)
	require.Equal(t, "metro", c.Metros[0].Kind)
	roles := c.Placements[1].Roles
	require.Equal(t, edgewise.SiteRole{Site: "us-west-2", Role: "origin", Servers: 100}, roles[0])
	require.Equal(t, edgewise.SiteRole{Site: "pop-lax", Role: "edge-cache", CacheBytes: 32 << 20}, roles[2])
}
