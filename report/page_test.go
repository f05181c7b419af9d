package report_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/search"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/sweep"
)

// mapped adds metros, sites and roles to a comparison: made-up ones, which no change of the model moves. In every seventh metro
// everybody waits longer under every placement.
func mapped(c *edgewise.Comparison, metros int) *edgewise.Comparison {
	places := []edgewise.Place{}
	r := rand.New(rand.NewPCG(7, 7))
	for i := range metros {
		// On the land of Europe and North Africa, or where the world has room.
		lon, lat := -8+float64(i%8)*4.6+2*r.Float64(), 37+float64(i/8%5)*4.1+1.5*r.Float64()
		if metros > 40 {
			lon, lat = -120+float64(i%20)*12.5+4*r.Float64(), -34+float64(i/20)*10+3*r.Float64()
		}
		places = append(places, edgewise.Place{ID: fmt.Sprintf("metro-%d", i), Name: fmt.Sprintf("Town %d, Utopia", i), Kind: "metro", LatDeg: lat, LonDeg: lon})
	}
	c.Metros = places
	c.Sites = []edgewise.Place{
		{ID: "r-1", Name: "Old Town", Kind: "region", LatDeg: 50.1, LonDeg: 8.7},
		{ID: "r-1-a", Name: "New Town", Kind: "local-zone", Parent: "r-1", LatDeg: 40.4, LonDeg: -3.7},
		{ID: "pop-a", Name: "Harbour", Kind: "pop", LatDeg: 52.4, LonDeg: 4.9}, {ID: "pop-b", Name: "Hill", Kind: "pop", LatDeg: 41.9, LonDeg: 12.5},
	}
	for i := range c.Placements {
		p := &c.Placements[i]
		p.Roles = []edgewise.SiteRole{{Site: "r-1", Role: "origin"}, {Site: "r-1", Role: "compute"}}
		if i > 0 {
			p.Roles = append(p.Roles, edgewise.SiteRole{Site: "r-1-a", Role: "compute"}, edgewise.SiteRole{Site: "pop-a", Role: "edge-cache", CacheBytes: 1 << 30}, edgewise.SiteRole{Site: "pop-b", Role: "edge-cache", CacheBytes: 1 << 30})
		}
		for k := range p.Workloads {
			w := &p.Workloads[k]
			w.Metros = nil
			name := w.Headline().Name()
			for m := range metros {
				w.Metros = append(w.Metros, madeMetro(places[m], name, i, m, c.Replications))
			}
		}
	}
	return c
}

// madeMetro returns the figures of a metro: its mean of each replication, which placements share but for what they change.
func madeMetro(place edgewise.Place, metric string, placement, m, replications int) edgewise.MetroResult {
	r := rand.New(rand.NewPCG(uint64(m), 3))
	base, values, counts := make([]float64, replications), make([]float64, replications), make([]float64, replications)
	level0 := 20 + 80*r.Float64()
	for n := range values {
		noise := r.NormFloat64()
		base[n] = level0 + noise
		values[n] = base[n]
		if placement > 0 {
			values[n] *= 1 - 0.12*float64(placement%5)
			if m%7 == 3 {
				values[n] = base[n] * (1.1 + 0.05*float64(placement%3))
			}
			values[n] += 0.3 * r.NormFloat64()
		}
		counts[n] = math.Round(1e4 / float64(m+1))
	}
	mean := labelled(metric, "mean", stats.MeanOf(values, level))
	if placement > 0 {
		d := stats.DifferenceOf(values, base, level)
		mean.Difference = &d
	}
	return edgewise.MetroResult{ID: place.ID, Name: place.Name, Figures: edgewise.Figures{
		labelled("requests", "count", stats.MeanOf(counts, level)), labelled(metric, "p50", stats.MeanOf(values, level).Scaled(0.9)),
		labelled(metric, "p95", stats.MeanOf(values, level).Scaled(1.9)), mean,
	}}
}

// labelled is [figure] for thousands of them.
func labelled(metric, statistic string, e stats.Estimate) edgewise.Figure {
	name := [2]string{metric, statistic}
	label, ok := labels.Load(name)
	if !ok {
		label, _ = labels.LoadOrStore(name, labelOf(metric, statistic))
	}
	return edgewise.Figure{Label: label.(edgewise.Label), Estimate: e}
}

var labels sync.Map

// small is a comparison with all that pages draw.
func small() *edgewise.Comparison {
	c := fixtureNamed("typical")
	c.Failures = []edgewise.SiteFailure{{Site: "pop-a", At: 20 * time.Minute, For: 10 * time.Minute, Detection: time.Minute, Redirection: time.Minute, Timeout: time.Second}}
	c.Drains = []edgewise.SiteDrain{{Site: "pop-b", At: 50 * time.Minute, For: 5 * time.Minute}}
	c.Changes = []edgewise.Change{{Kind: edgewise.FlashCrowd, Workload: "web site", At: 32 * time.Minute, For: 6 * time.Minute, Factor: 4}}
	c.Sources = []string{"metros.csv: made up, 2026"}
	mapped(c, 32)
	for i := range c.Placements {
		for k := range c.Placements[i].Roles { // caches that differ in their size alone
			if r := &c.Placements[i].Roles[k]; r.CacheBytes > 0 {
				r.CacheBytes <<= i
			}
		}
		c.Placements[i].Bill = madeBill(i)
		c.Placements[i].Links = madeLinks(i, 5)
		for k := range c.Placements[i].Workloads {
			w := &c.Placements[i].Workloads[k]
			w.Series, w.Timeline = madeSeries(i, c.WarmUp+c.Duration), madeTimeline(i, w.Kind, c.Duration)
			if w.Kind == "matched" {
				w.Occupancy = madeOccupancy(i, c.Start)
				w.Figures = append(w.Figures, labelled("first_wait", "mean", stats.MeanOf([]float64{9e3 + 4e3*float64(i), 8e3 + 4e3*float64(i)}, level)))
			}
			if c.Placements[i].Workloads[k].Kind == "computed" {
				c.Placements[i].Workloads[k].Tails = []edgewise.Tail{
					{Requests: 100, SumNs: 9e9, Causes: []edgewise.TailCause{{Cause: "propagation", SumNs: 6e9}, {Cause: "queue", SumNs: 3e9}}},
					{Above: 0.95, Requests: 5, SumNs: 1e9, Causes: []edgewise.TailCause{{Cause: "propagation", SumNs: 1e8}, {Cause: "queue", SumNs: 9e8}}},
				}
			}
		}
	}
	return c
}

// madeSeries is slow for ten minutes.
func madeSeries(placement int, run time.Duration) (s edgewise.Series) {
	const steps = 70
	s.Step = run / steps
	for i := range steps {
		ms := 60 - 8*uint64(placement)
		if i >= 20 && i < 30 {
			ms *= 2
		}
		n := uint64(1000 + 100*(i%5))
		s.Steps = append(s.Steps, edgewise.SeriesStep{Requests: n, SumNs: n * ms * 1e6, Hits: n / 2})
	}
	return s
}

// madeTimeline follows all requests for a minute a step; for ten of them many fail, and nobody has a p95.
func madeTimeline(placement int, kind string, recorded time.Duration) (t edgewise.Timeline) {
	t.Step, t.Steps = time.Minute, int(recorded/time.Minute)
	line := func(name, unit string, normal, lost float64) {
		l := edgewise.TimelineLine{Name: name, Unit: unit}
		for k := range t.Steps {
			x := normal * (1 + 0.02*float64(k%5))
			if k >= 20 && k < 30 {
				x = lost
			}
			e := stats.MeanOf([]float64{x * 0.98, x, x * 1.03}, level)
			if x < 0 {
				e = stats.Estimate{Unsupported: "too few requests"}
			}
			l.Values = append(l.Values, e)
		}
		t.Lines = append(t.Lines, l)
	}
	better := float64(placement)
	if kind == "matched" {
		line("players", "players", 200+10*better, 90)
		line("players waiting", "players", 5+better, 60)
		return t
	}
	line("requests", "a second", 40, 40)
	line("failed", "a second", 0, 20-4*better)
	line("rejected", "a second", 0, 0)
	line("mean", "ms", 60-8*better, 120)
	line("p50", "ms", 50-7*better, 100)
	line("p95", "ms", 160-20*better, -1)
	if kind == "cacheable" {
		line("hits", "share", 0.6+0.05*better, 0.3)
		line("origin requests", "a second", 16-2*better, 28)
		line("origin bytes", "bytes a second", 2e6, 4e6)
	}
	return t
}

// madeOccupancy has four hours at as many sites as the placement has.
func madeOccupancy(placement int, start time.Time) (all []edgewise.SiteOccupancy) {
	for n, site := range []string{"r-1", "r-1-a", "pop-a", "pop-b"}[:placement+1] {
		s := edgewise.SiteOccupancy{Site: site}
		for h := range 4 {
			x := float64(40 + 15*h - 9*n)
			s.Hours = append(s.Hours, edgewise.HourOccupancy{
				From: start.Add(time.Duration(h) * time.Hour), Matches: stats.MeanOf([]float64{x, x + 2, x - 3}, level), Players: stats.MeanOf([]float64{10 * x, 10*x + 9}, level),
				Most: x + 6, Cores: x/2 + 3,
			})
		}
		all = append(all, s)
	}
	return all
}

func madeBill(placement int) *edgewise.Bill {
	money := func(metric, statistic string, value float64) edgewise.Figure {
		return edgewise.Figure{Label: edgewise.Label{Metric: metric, Statistic: statistic, Unit: "USD", Better: edgewise.Less},
			Estimate: stats.MeanOf([]float64{value, value * 1.01, value * 0.99}, level)}
	}
	total := 1000 + 350*float64(placement)
	f := money(edgewise.BillTotal, "total", total)
	if placement > 0 {
		d := stats.MeanOf([]float64{350 * float64(placement), 351 * float64(placement), 349 * float64(placement)}, level)
		f.Difference = &d
	}
	return &edgewise.Bill{Currency: "USD", Tariffs: []string{"made up"}, Figures: edgewise.Figures{
		f, money(edgewise.BillByItem, "servers", total*0.7), money(edgewise.BillByItem, "transfer", total*0.3), money(edgewise.BillBySite, "r-1", total),
	}, Sources: []string{"made up, 2026-03-01"}, Assumed: []string{"all of it"}}
}

// large is as large as a page has to be: 200 metros, 12 placements and 10 workloads.
func large() *edgewise.Comparison {
	f := fixture{title: "A world", workloads: []string{"cacheable"}, replications: 3, requests: 1500}
	for i := range 12 {
		f.placements = append(f.placements, fmt.Sprintf("placement %d", i))
	}
	c := made(f)
	for i := range c.Placements {
		one := c.Placements[i].Workloads[0]
		for k := range 9 {
			w := one
			w.Name = fmt.Sprintf("web site %d", k+2)
			c.Placements[i].Workloads = append(c.Placements[i].Workloads, w)
		}
	}
	mapped(c, 200)
	for i := range c.Placements { // of other numbers, which do not compress as those of copies would
		for k := range c.Placements[i].Workloads {
			for m := range c.Placements[i].Workloads[k].Metros {
				c.Placements[i].Workloads[k].Metros[m] = madeMetro(c.Metros[m], "ttfb", i, m+1000*k, 3)
				c.Placements[i].Workloads[k].Metros[m].ID = c.Metros[m].ID
			}
		}
	}
	return c
}

// foldedPage has lists that are longer than it takes to see at once, and ten minutes in which nobody is answered.
func foldedPage() *edgewise.Comparison {
	c := small()
	c.Assumed = nil
	for i := range 12 {
		c.Assumed = append(c.Assumed, fmt.Sprintf("assumption %d", i))
	}
	for i := range c.Placements {
		for k := range 14 {
			c.Placements[i].Bill.Gaps = append(c.Placements[i].Bill.Gaps, fmt.Sprintf("servers at r-%d: no price", k))
		}
		for k := range c.Placements[i].Workloads {
			c.Placements[i].Workloads[k].Timeline = edgewise.Timeline{} // what was answered alone is followed
			for n := 20; n < 30; n++ {
				c.Placements[i].Workloads[k].Series.Steps[n] = edgewise.SeriesStep{}
			}
		}
	}
	return c
}

func TestLongListsAreFoldedAndGapsOfOneKindAreOne(t *testing.T) {
	page := html.UnescapeString(pageOf(t, foldedPage()))
	require.Contains(t, page, "<li>assumption 4</li></ul><details class=\"more\"><summary>7 more</summary><ul><li>assumption 5</li>")
	require.Contains(t, page, "<li>servers at r-0, r-1, r-2 and 11 more sites: no price</li>")
	require.NotContains(t, page, "r-13: no price")
	var b bytes.Buffer
	require.NoError(t, report.WriteBillCSV(&b, foldedPage()))
	require.Contains(t, b.String(), "servers at r-13: no price", "the table has each")
}

// hostile has names that would leave their place in a page that does not write them as text.
func hostile() *edgewise.Comparison {
	c := fixtureNamed("mid-tier")
	c.Title = `<img src=x onerror="document.title='taken'">`
	c.Placements[1].Name = `</script><script>document.title="taken"</script>`
	c.Placements[2].Name = "=1+1, `${document.title='taken'}` \" & '"
	for i := range c.Placements {
		c.Placements[i].Workloads[0].Name = `</style><!-- "'`
	}
	c.Warnings = []string{"line 3: <b>bold</b>"}
	return c
}

// found is an answer of a search.
func madeAnswer() *search.Answer {
	c := small()
	best, other := 0.9, 0.1
	figures := func(value float64) []edgewise.Figure {
		d := stats.MeanOf([]float64{value - 50, value - 49, value - 51}, level)
		return []edgewise.Figure{{Label: edgewise.Label{Metric: "response", Statistic: "mean", Unit: "ms", Better: edgewise.Less}, Estimate: stats.MeanOf([]float64{value, value + 1, value - 1}, level), Difference: &d}}
	}
	return &search.Answer{
		Title: c.Title, Sentence: "Choose New Town: a mean of 32.", IsReached: true, Comparison: c,
		Objectives: []search.Named{{Workload: "game", Figure: "response mean", Unit: "ms", Better: "less"}},
		Baseline:   search.Alternative{Name: "Region only (us-west-2)", Figures: figures(50), Expected: []float64{51}},
		Alternatives: []search.Alternative{
			{Name: "+ New Town", Sites: []string{"r-1-a"}, Figures: figures(32), Expected: []float64{33}, Best: &best},
			{Name: "+ Hill", Sites: []string{"pop-b"}, Figures: figures(36), Expected: []float64{35}, Best: &other},
		},
		Lacks:      []string{"one more site would bring it to 30 ms"},
		Robustness: &search.Robustness{Variations: 100, Part: 0.2, Same: 0.8, Sites: []search.Chosen{{Site: "r-1-a", Share: 0.8, IsBest: true}, {Site: "pop-b", Share: 0.2}}, Tornado: []search.Moved{{Input: "demand of Town 1", Low: 31, High: 35, IfHigh: []string{"pop-b"}}}},
	}
}

func pageOf(t *testing.T, c *edgewise.Comparison) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, report.WritePage(&b, c))
	return b.String()
}

// unpacked returns the data of a page.
func unpacked(t *testing.T, page string) (data map[string]any) {
	t.Helper()
	_, letters, ok := strings.Cut(page, `<div id="data" hidden>`)
	require.True(t, ok)
	letters, _, _ = strings.Cut(letters, "</div>")
	packed, err := base64.RawURLEncoding.DecodeString(letters)
	require.NoError(t, err)
	z, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &data))
	return data
}

func TestThePageLetsNothingInButWhatItWasMadeOf(t *testing.T) {
	page := pageOf(t, small())
	part := func(from, to string) string {
		i := strings.LastIndex(page, from)
		require.Positive(t, i)
		text, _, ok := strings.Cut(page[i+len(from):], to)
		require.True(t, ok)
		return text
	}
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	require.Equal(t, "default-src 'none'; script-src "+hash(part("<script>", "</script>"))+"; style-src "+hash(part("<style>", "</style>"))+
		"; img-src data:; base-uri 'none'; form-action 'none'", html.UnescapeString(policy[1]))
	require.NotRegexp(t, `(?i)<(link|img|script|iframe)[^>]*(src|href)=["']?(https?:)?//`, page)
	require.Equal(t, 1, strings.Count(page, "<script>"))
}

func TestThePageSaysTheAnswerAndWhoLosesWithoutScripts(t *testing.T) {
	c := small()
	page := html.UnescapeString(pageOf(t, c))
	answers, err := report.Answers(c, report.Margins{})
	require.NoError(t, err)
	require.NotEmpty(t, answers)
	for _, a := range answers {
		_, text, _ := strings.Cut(a, ": ")
		require.Contains(t, page, "<dd>"+text)
	}
	losers, err := report.WhoLoses(c, report.Margins{})
	require.NoError(t, err)
	said := 0
	for _, l := range losers {
		if _, text, ok := strings.Cut(l.String(), ": worse in "); ok {
			require.Contains(t, page, "Worse in "+text)
			said++
		}
	}
	require.Positive(t, said)
	require.Contains(t, page, "Assumed, without a source")
	require.Contains(t, page, "metros.csv: made up, 2026")
}

func TestThePageIsTheSameForTheSameComparison(t *testing.T) {
	require.Equal(t, pageOf(t, small()), pageOf(t, small()))
}

func TestNamesAreTextInThePage(t *testing.T) {
	page := pageOf(t, hostile())
	body := page[strings.Index(page, "<body>"):strings.LastIndex(page, "<script>")]
	require.NotContains(t, body, "<script")
	require.NotContains(t, body, "<img")
	require.NotContains(t, body, "<b>")
	require.Contains(t, body, "&lt;/script&gt;&lt;script&gt;document.title")
	require.Contains(t, page, "<title>&lt;img src=x onerror")
	require.Equal(t, hostile().Placements[1].Name, unpacked(t, page)["placements"].([]any)[1].(map[string]any)["name"])
}

func TestAWorldFitsOnThePage(t *testing.T) {
	c := large()
	page := pageOf(t, c)
	require.Less(t, len(page), 2<<20)
	data := unpacked(t, page)
	require.Len(t, data["workloads"], 10)
	require.Len(t, data["placements"], 12)
	for _, w := range data["workloads"].([]any) {
		require.Len(t, w.(map[string]any)["metros"].(map[string]any)["metros"], 200)
	}
}

func TestOfManyPlacementsThePageShowsTheBest(t *testing.T) {
	f := fixture{title: "many", workloads: []string{"computed"}, replications: 2, requests: 200}
	for i := range 30 {
		f.placements = append(f.placements, fmt.Sprintf("placement %d", i))
	}
	page := pageOf(t, made(f))
	require.Len(t, unpacked(t, page)["placements"], 12)
	require.Contains(t, page, "Shown are the baseline and the best 11 of 30 by mean latency; comparison.csv has all.")
}

func TestThePageHasNoNumberForWhatIsNotKnown(t *testing.T) {
	c := fixtureNamed("one of one")
	f := &c.Placements[0].Workloads[0].Figures
	at := slices.IndexFunc(*f, func(f edgewise.Figure) bool { return f.Statistic == "p99.9" })
	(*f)[at].Estimate = stats.Estimate{Unsupported: "too few requests"}
	workload := unpacked(t, pageOf(t, c))["workloads"].([]any)[0].(map[string]any)
	seen := false
	for _, f := range workload["figures"].([]any) {
		if of := f.(map[string]any); of["statistic"] == "p99.9" {
			seen = true
			require.Nil(t, of["v"].([]any)[0])
			require.Equal(t, "too few requests", of["lacks"].([]any)[0])
		}
	}
	require.True(t, seen)
}

// Points that are left out of a drawn line lie on it, as far as can be seen.
func TestDrawnLinesAreTheDistributions(t *testing.T) {
	c := small()
	data := unpacked(t, pageOf(t, c))
	for k, w := range data["workloads"].([]any) {
		lines := w.(map[string]any)["curves"].([]any)[0].(map[string]any)["lines"].([]any)
		require.Len(t, lines, len(c.Placements))
		for i, l := range lines {
			within := l.(map[string]any)["within"].(map[string]any)
			ms, shares := within["ms"].([]any), within["p"].([]any)
			require.Less(t, len(ms), 250)
			sketch := c.Placements[i].Workloads[k].Latency[0].Pooled
			for n := 1; n < len(ms); n++ {
				for u := 0.0; u < 1; u += 0.1 {
					x := math.Exp((1-u)*math.Log(ms[n-1].(float64)) + u*math.Log(ms[n].(float64)))
					drawn := (1-u)*shares[n-1].(float64) + u*shares[n].(float64)
					require.InDelta(t, sketch.CDF(int64(x*1e6)), drawn, 0.006)
				}
			}
		}
	}
}

func TestThePageTakesTheSlowestRequestsApart(t *testing.T) {
	workload := unpacked(t, pageOf(t, small()))["workloads"].([]any)[2].(map[string]any)
	sums := map[string]float64{}
	for _, f := range workload["figures"].([]any) {
		if of := f.(map[string]any); strings.HasPrefix(of["metric"].(string), "breakdown of") {
			sums[of["metric"].(string)] += of["v"].([]any)[0].([]any)[0].(float64)
		}
	}
	require.Equal(t, map[string]float64{"breakdown of the slowest 5 %": 200}, sums, "ms: a second by five requests")
}

func TestAComparisonWithoutDistributionsHasAPage(t *testing.T) {
	var text bytes.Buffer
	require.NoError(t, report.WriteJSON(&text, small()))
	read, err := report.ReadJSON(&text)
	require.NoError(t, err)
	workload := unpacked(t, pageOf(t, read))["workloads"].([]any)[0].(map[string]any)
	require.NotContains(t, workload, "curves")
	require.NotEmpty(t, workload["figures"])
}

func TestThePageOfASearchTakesThePlaceOfTheOther(t *testing.T) {
	a := madeAnswer()
	dir := filepath.Join(t.TempDir(), "out")
	require.NoError(t, report.WriteRun(t.Context(), dir, a.Comparison, report.Run{Outputs: report.SearchOutputs(a), NoPictures: true}))
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	require.NoError(t, err)
	require.Contains(t, string(page), "Choose New Town: a mean of 32.")
	require.Len(t, unpacked(t, string(page))["search"].(map[string]any)["alternatives"], 3)
	m, err := report.ReadManifest(dir)
	require.NoError(t, err)
	n := 0
	for _, f := range m.Files {
		if f.Name == "report.html" {
			n++
		}
	}
	require.Equal(t, 1, n)
	again, err := report.Compare(t.Context(), dir, m, a.Comparison, report.SearchOutputs(a)...)
	require.NoError(t, err)
	require.True(t, again.IsWhole(), again.Explain())
}

func TestAPageIsDrawnAnewFromItsReport(t *testing.T) {
	c := small()
	for name, outputs := range map[string][]edgewise.Output{"run": nil, "search": report.SearchOutputs(madeAnswer())} {
		dir := filepath.Join(t.TempDir(), name)
		require.NoError(t, report.WriteRun(t.Context(), dir, c, report.Run{Outputs: outputs, NoPictures: true}))
		page, err := os.ReadFile(filepath.Join(dir, "report.html"))
		require.NoError(t, err)
		require.NoError(t, report.Redraw(t.Context(), dir, dir, report.Run{NoPictures: true}))
		again, err := os.ReadFile(filepath.Join(dir, "report.html"))
		require.NoError(t, err)
		require.Equal(t, string(page), string(again), name)
		require.Equal(t, name == "search", strings.Contains(string(again), "Choose New Town"))
	}
}

// The pages that report/page/test opens in a browser are written where EDGEWISE_TEST_PAGES says.
func TestPagesForTheBrowser(t *testing.T) {
	dir := os.Getenv("EDGEWISE_TEST_PAGES")
	if dir == "" {
		t.Skip("EDGEWISE_TEST_PAGES names no directory")
	}
	for name, c := range map[string]*edgewise.Comparison{"small": small(), "large": large(), "hostile": hostile(), "one": fixtureNamed("one of one"), "folded": foldedPage()} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".html"), []byte(pageOf(t, c)), 0o666))
	}
	for name, r := range map[string]*sweep.Result{"line": sweptLine(t), "heat": sweptGrid(t)} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".html"), []byte(sweepPageOf(t, r)), 0o666))
	}
	var b bytes.Buffer
	require.NoError(t, report.WriteSearchPage(&b, madeAnswer()))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "search.html"), b.Bytes(), 0o666))
}
