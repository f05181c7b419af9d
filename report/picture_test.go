package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"html"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/stats"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

// pictures draws every picture of a comparison.
func pictures(t *testing.T, c *edgewise.Comparison) map[string]*report.Picture {
	drawn := map[string]*report.Picture{}
	var err error
	drawn["latency_cdf"], err = report.LatencyCDF(c, "", "")
	require.NoError(t, err)
	drawn["latency_ccdf"], err = report.LatencyCCDF(c, "", "")
	require.NoError(t, err)
	drawn["quantile_shift"], err = report.QuantileShift(c, "", "")
	require.NoError(t, err)
	drawn["hit_ratio"], err = report.HitRatios(c, "")
	require.NoError(t, err)
	drawn["metros"], err = report.Metros(c, "")
	require.NoError(t, err)
	return drawn
}

func svg(t *testing.T, p *report.Picture) string {
	var b bytes.Buffer
	require.NoError(t, p.WriteSVG(&b))
	return b.String()
}

// A label is a text on a page with the box it takes.
type label struct {
	text                     string
	left, right, bottom, top float64
}

// labelsOf returns the page size and the horizontal texts of an SVG.
func labelsOf(t *testing.T, svg string) (width, height float64, labels []label) {
	var page struct {
		ViewBox string `xml:"viewBox,attr"`
		Group   struct {
			Texts []struct {
				X         float64 `xml:"x,attr"`
				Y         float64 `xml:"y,attr"`
				Transform string  `xml:"transform,attr"`
				Style     string  `xml:"style,attr"`
				Text      string  `xml:",chardata"`
			} `xml:"text"`
		} `xml:"g"`
	}
	require.NoError(t, xml.Unmarshal([]byte(svg), &page))
	box := strings.Fields(page.ViewBox)
	require.Len(t, box, 4)
	width, _ = strconv.ParseFloat(box[2], 64)
	height, _ = strconv.ParseFloat(box[3], 64)
	size := regexp.MustCompile(`font-size:([0-9.]+)px`)
	for _, text := range page.Group.Texts {
		require.Contains(t, text.Style, "font-family:Liberation Sans,Arial,Helvetica,sans-serif")
		if text.Transform != "scale(1, -1)" {
			continue // rotated axis labels
		}
		points, err := strconv.ParseFloat(size.FindStringSubmatch(text.Style)[1], 64)
		require.NoError(t, err)
		f := font.Font{Typeface: "Liberation", Variant: "Sans"}
		if strings.Contains(text.Style, "weight:bold") {
			f.Weight = xfont.WeightBold
		}
		face := font.DefaultCache.Lookup(f, vg.Length(points))
		labels = append(labels, label{
			text: text.Text, left: text.X, right: text.X + float64(face.Width(text.Text)),
			bottom: -text.Y - 0.15*points, top: -text.Y + 0.7*points,
		})
	}
	return width, height, labels
}

func TestNoTextLeavesThePageOrCoversAnother(t *testing.T) {
	for name := range fixtures {
		for kind, p := range pictures(t, fixtureNamed(name)) {
			width, height, labels := labelsOf(t, svg(t, p))
			require.NotEmpty(t, labels)
			for i, a := range labels {
				require.True(t, a.left >= 10 && a.right <= width-10 && a.bottom >= 10 && a.top <= height-10,
					"%s of %s: %q leaves the page", kind, name, a.text)
				require.LessOrEqual(t, a.left+1.17*(a.right-a.left), width, "%s of %s: %q leaves the page in a wider font", kind, name, a.text)
				for _, b := range labels[:i] {
					apart := a.right <= b.left || b.right <= a.left || a.top <= b.bottom || b.top <= a.bottom
					require.True(t, apart, "%s of %s: %q covers %q", kind, name, a.text, b.text)
				}
			}
		}
	}
}

func TestTextsKeepTheirWidthInAnyFont(t *testing.T) {
	c := fixtureNamed("one of one")
	c.Title = "東京"
	drawing := svg(t, pictures(t, c)["latency_cdf"])
	lengths := regexp.MustCompile(`<text textLength="([0-9.]+)" lengthAdjust="spacingAndGlyphs" [^>]*>([^<]*)<`).FindAllStringSubmatch(drawing, -1)
	require.Len(t, lengths, strings.Count(drawing, "<text ")-1, "all but the one whose width is not known")
	_, _, labels := labelsOf(t, drawing)
	widths := map[string]float64{}
	for _, l := range labels {
		widths[l.text] = l.right - l.left
	}
	for _, l := range lengths {
		length, err := strconv.ParseFloat(l[1], 64)
		require.NoError(t, err)
		require.NotContains(t, l[2], "東")
		if want, ok := widths[html.UnescapeString(l[2])]; ok && !strings.Contains(l[2], "&") {
			require.InDelta(t, want, length, 0.01*want+0.01, l[2])
		}
	}
	require.Contains(t, drawing, ">東京<", "live text for the reader's fonts")
}

func TestPNGsMarkCharactersThatTheFontLacks(t *testing.T) {
	draw := func(title string) []byte {
		c := fixtureNamed("one of one")
		c.Title = title
		var b bytes.Buffer
		require.NoError(t, pictures(t, c)["latency_cdf"].WritePNG(&b))
		return b.Bytes()
	}
	require.True(t, bytes.Equal(draw("□□"), draw("東京")))
	require.False(t, bytes.Equal(draw("□□"), draw("□□□")))
}

func TestPicturesSayWhatTheyShow(t *testing.T) {
	all := func(labels []label) string {
		var b strings.Builder
		for _, l := range labels {
			b.WriteString(l.text + "\n")
		}
		return b.String()
	}
	for _, c := range []struct {
		fixture, picture string
		texts            []string
	}{
		{"typical", "latency_cdf", []string{
			"Los Angeles business: a game, a web site and its API", "10 replications", "game (matched)", "web site (cacheable)",
			"response time, ms", "time to first byte (TTFB), ms", "Region + Local Zones + PoPs", "50 ms", "100 ms", "95 % confidence",
			"within 0.78 %",
		}},
		{"typical", "latency_ccdf", []string{"Lines end where fewer than 100 requests are slower", "10 %", "1 %"}},
		{"typical", "hit_ratio", []string{"no cache", "requests  57.76 ± 0.84 %", "100 %", "Whiskers"}},
		{"typical", "quantile_shift", []string{"against Region only (us-west-2)", "baseline", "average distance moved", "p99  −28.4", "p90", "paired"}},
		{"one of one", "quantile_shift", []string{"There is one placement: nothing to compare."}},
		{"all alike", "quantile_shift", []string{"exactly as a"}},
		{"one of one", "latency_cdf", []string{"One replication: no confidence intervals", "p95  too few requests", "p50  78.3 ms"}},
		{"no cache", "hit_ratio", []string{"No request passes a cache in any placement"}},
		{"six long", "latency_cdf", []string{"all & <everything>"}},
		{"all alike", "latency_cdf", []string{"exactly as a"}},
	} {
		_, _, labels := labelsOf(t, svg(t, pictures(t, fixtureNamed(c.fixture))[c.picture]))
		for _, text := range c.texts {
			require.Contains(t, all(labels), text, "%s of %s", c.picture, c.fixture)
		}
	}
}

func TestPicturesAreTheSameBytesEveryTime(t *testing.T) {
	first, second := pictures(t, fixtureNamed("typical")), pictures(t, fixtureNamed("typical"))
	for kind := range first {
		require.Equal(t, svg(t, first[kind]), svg(t, second[kind]), kind)
		require.Equal(t, svg(t, first[kind]), svg(t, first[kind]), "%s drawn twice", kind)
	}
	var a, b bytes.Buffer
	require.NoError(t, pictures(t, fixtureNamed("no cache"))["hit_ratio"].WritePNG(&a))
	require.NoError(t, pictures(t, fixtureNamed("no cache"))["hit_ratio"].WritePNG(&b))
	require.True(t, bytes.Equal(a.Bytes(), b.Bytes()))
	image, err := png.Decode(&a)
	require.NoError(t, err)
	require.Equal(t, 1944, image.Bounds().Dx())
}

// TestPicturesLookAsReviewed compares with pictures that were looked at. Run with -update after a
// change of style, and look again.
func TestPicturesLookAsReviewed(t *testing.T) {
	for kind, p := range pictures(t, fixtureNamed("all alike")) {
		path := filepath.Join("testdata", kind+".svg")
		got := svg(t, p)
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(got), 0o666))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		requireSameDrawing(t, string(want), got, path)
	}
}

// requireSameDrawing compares two SVGs, the numbers to a fiftieth of a point, because processors
// differ in the last bit and SVG numbers are rounded.
func requireSameDrawing(t *testing.T, want, got, path string) {
	number := regexp.MustCompile(`-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?`)
	if number.ReplaceAllString(want, "#") != number.ReplaceAllString(got, "#") {
		t.Fatalf("%s holds other shapes or texts; if that is meant, run with -update and look at it", path)
	}
	a, b := number.FindAllString(want, -1), number.FindAllString(got, -1)
	for i := range a {
		x, err := strconv.ParseFloat(a[i], 64)
		require.NoError(t, err)
		y, err := strconv.ParseFloat(b[i], 64)
		require.NoError(t, err)
		require.InDelta(t, x, y, 0.02, "%s, number %d", path, i)
	}
}

func TestCurvesLieWhereTheirQuantilesAre(t *testing.T) {
	// All latencies of this fixture are 12.5 ms: both lines must have their step there.
	_, _, labels := labelsOf(t, svg(t, pictures(t, fixtureNamed("all alike"))["latency_cdf"]))
	at := map[string]float64{}
	for _, l := range labels {
		at[l.text] = (l.left + l.right) / 2
	}
	scale := (at["16"] - at["10"]) / math.Log10(1.6)
	want := at["10"] + scale*math.Log10(1.25)
	drawing := svg(t, pictures(t, fixtureNamed("all alike"))["latency_cdf"])
	circles := regexp.MustCompile(`<path d="M([0-9.]+),([0-9.]+)A3\.4,3\.4`).FindAllStringSubmatch(drawing, -1)
	require.NotEmpty(t, circles)
	onPlot := 0
	for _, c := range circles {
		x, err := strconv.ParseFloat(c[1], 64)
		require.NoError(t, err)
		if x -= 3.4; math.Abs(x-want) < 0.2 {
			onPlot++
		}
	}
	require.Equal(t, 1, onPlot, "the one line has its median at 12.5 ms")
}

func TestSelectionErrorsNameWhatThereIs(t *testing.T) {
	c := fixtureNamed("typical")
	withoutDistributions := fixtureNamed("one of one")
	withoutDistributions.Placements[0].Workloads[0].Latency = nil
	for name, e := range map[string]struct {
		err  func() error
		want string
	}{
		"workload": {func() error { _, err := report.LatencyCDF(c, "shop", ""); return err },
			`latency CDF: no workload "shop", there are "game", "web site", "API"`},
		"metric": {func() error { _, err := report.LatencyCCDF(c, "web site", "rtt"); return err },
			`latency CCDF: workload "web site" has no metric "rtt", there are "ttfb", "ttlb"`},
		"hits": {func() error { _, err := report.HitRatios(c, "shop"); return err }, `hit ratios: no workload "shop"`},
		"nil":  {func() error { _, err := report.LatencyCDF(nil, "", ""); return err }, "no placements"},
		"empty": {func() error {
			_, err := report.HitRatios(&edgewise.Comparison{Placements: make([]edgewise.PlacementResult, 1)}, "")
			return err
		}, "no workloads"},
		"from JSON": {func() error { _, err := report.LatencyCDF(withoutDistributions, "", ""); return err },
			`placement "Region only", workload "API": no distribution to draw`},
	} {
		require.ErrorContains(t, e.err(), e.want, name)
	}
	p, err := report.LatencyCDF(c, "web site", "ttlb")
	require.NoError(t, err)
	require.Contains(t, svg(t, p), "time to last byte (TTLB), ms")
}

func TestWorkloadWithoutRecordsSaysSo(t *testing.T) {
	c := fixtureNamed("one of one")
	c.Placements[0].Workloads[0].Latency[0].Pooled = new(stats.Sketch)
	p, err := report.LatencyCDF(c, "", "")
	require.NoError(t, err)
	require.Contains(t, svg(t, p), "Nothing was recorded.")
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteErrorsAreReported(t *testing.T) {
	c := fixtureNamed("one of one")
	p := pictures(t, c)["latency_cdf"]
	for name, err := range map[string]error{
		"svg": p.WriteSVG(brokenWriter{}), "png": p.WritePNG(brokenWriter{}), "csv": report.WriteCSV(brokenWriter{}, c),
		"json": report.WriteJSON(brokenWriter{}, c), "table": report.WriteTable(brokenWriter{}, c),
		"markdown": report.WriteMarkdown(brokenWriter{}, c),
	} {
		require.ErrorContains(t, err, "disk full", name)
	}
}

func TestAPlacementKeepsItsColour(t *testing.T) {
	c := fixtureNamed("typical")
	twin := c.Placements[1] // exactly as the second, so that its line lies on that one's
	twin.Name = "twin"
	c.Placements = append(c.Placements, twin)
	for name, p := range pictures(t, c) {
		if name == "hit_ratio" {
			continue
		}
		require.Contains(t, svg(t, p), "#CC79A7", "the fifth colour, in %s", name)
	}
}

func TestPanelsOfAMetricHaveOneAxis(t *testing.T) {
	c := made(fixture{title: "x", placements: []string{"a", "b"}, workloads: []string{"cacheable", "computed"}, replications: 2, requests: 500})
	p, err := report.LatencyCDF(c, "", "")
	require.NoError(t, err)
	_, _, labels := labelsOf(t, svg(t, p))
	at := map[string][]float64{}
	for _, l := range labels {
		at[l.text] = append(at[l.text], math.Round((l.left+l.right)/2))
	}
	require.Len(t, at["50"], 2)
	require.Equal(t, at["50"][0], at["50"][1])

	shifts, err := report.QuantileShift(c, "", "")
	require.NoError(t, err)
	_, _, labels = labelsOf(t, svg(t, shifts))
	heights := map[string][]float64{}
	for _, l := range labels {
		heights[l.text] = append(heights[l.text], l.top)
	}
	require.Len(t, heights["−20"], 2)
	require.Len(t, heights["−40"], 2)
	require.InDelta(t, heights["−20"][0]-heights["−40"][0], heights["−20"][1]-heights["−40"][1], 0.1, "as many ms in as much height")
}

func TestManyLongNamesGiveNoHighPage(t *testing.T) {
	f := fixture{title: "x", workloads: []string{"cacheable", "computed", "matched"}, replications: 2, requests: 300}
	for i := range 12 {
		f.placements = append(f.placements, strconv.Itoa(i)+strings.Repeat(" placement with a name that goes on", 3))
	}
	for name, p := range pictures(t, made(f)) {
		_, height, _ := labelsOf(t, svg(t, p))
		require.Less(t, height, 1300., name)
	}
}

func TestDeadlinesThatWouldTouchLeaveOutTheirUnit(t *testing.T) {
	c := fixtureNamed("no cache")
	for i := range c.Placements {
		w := &c.Placements[i].Workloads[0]
		w.Figures = slices.DeleteFunc(w.Figures, func(f edgewise.Figure) bool { return f.Deadline > 0 })
		for _, ms := range []time.Duration{35, 40, 50} {
			w.Figures = append(w.Figures, edgewise.Figure{Label: withinLabel("response", ms*time.Millisecond)})
		}
	}
	_, _, labels := labelsOf(t, svg(t, pictures(t, c)["latency_cdf"]))
	seen := map[string]int{}
	for _, l := range labels {
		seen[l.text]++
	}
	require.Equal(t, 1, seen["35"])
	require.Equal(t, 2, seen["50"], "of the axis, and the deadline")
	require.Zero(t, seen["35 ms"]+seen["40 ms"]+seen["50 ms"])
}

func TestMetrosShowWhoLosesAndWhy(t *testing.T) {
	c := oneLoses()
	twin := c.Placements[1]
	twin.Name = "twin"
	c.Placements = append(c.Placements, twin)
	p, err := report.Metros(c, "")
	require.NoError(t, err)
	drawn := svg(t, p)
	_, _, labels := labelsOf(t, drawn)
	var names []string
	for _, l := range labels {
		switch l.text {
		case "Los Angeles", "San Francisco", "Seattle", "Denver", "failed requests +5.0 pp: zones":
			names = append(names, l.text)
		}
	}
	require.Equal(t, []string{"Denver", "failed requests +5.0 pp: zones", "San Francisco", "Los Angeles", "Seattle"}, names, "losers first, then the largest")
	diamonds := regexp.MustCompile(`<path d="M[-0-9.]+,[-0-9.]+L[-0-9.]+,[-0-9.]+L[-0-9.]+,[-0-9.]+L[-0-9.]+,[-0-9.]+Z"\s+style="fill:#0072B2`).FindAllString(drawn, -1)
	require.Len(t, diamonds, 2, "San Francisco is slower, and of Denver fewer are served, though the others are faster")
	dots := regexp.MustCompile(`A2\.38,2\.38[^"]*"\s+style="fill:#([0-9A-F]{6})`).FindAllStringSubmatch(drawn, -1)
	require.Len(t, dots, 2, "one for both placements, for they are alike")
	for _, colour := range []string{"#0072B2", "#D55E00"} {
		require.Contains(t, drawn, "stroke:"+colour, "both show in turn")
	}
	c.Placements[1].Workloads, c.Placements[2].Workloads = c.Placements[0].Workloads, c.Placements[0].Workloads
	p, err = report.Metros(c, "")
	require.NoError(t, err)
	require.Contains(t, svg(t, p), "All placements do exactly the same.")
}

func TestTheSecondRoundOfColoursHasHollowMarksAndStripes(t *testing.T) {
	few, all := pictures(t, many(7)), pictures(t, many(9))
	const hollow = `A0\.8415,0\.8415[^"]*"\s+style="fill:#FFFFFF`
	count := func(p *report.Picture, pattern string) int {
		return len(regexp.MustCompile(pattern).FindAllString(svg(t, p), -1))
	}
	require.Zero(t, count(few["metros"], `stroke-dasharray`))
	require.Positive(t, count(all["metros"], `stroke-dasharray`))
	require.Zero(t, count(few["hit_ratio"], `stroke:#FFFFFF;stroke-width:1.2`))
	require.Positive(t, count(all["hit_ratio"], `stroke:#FFFFFF;stroke-width:1.2`))
	require.Zero(t, count(few["metros"], hollow))
	require.Positive(t, count(all["metros"], hollow))
}

func TestTheKeySaysWhatFailedEvenUnderManyPanels(t *testing.T) {
	c := made(fixture{title: "x", placements: []string{"region", "zones"}, workloads: []string{"cacheable"}, replications: 2, requests: 300})
	for i := range c.Placements {
		w := c.Placements[i].Workloads[0]
		c.Placements[i].Workloads = nil
		for n := range 6 {
			w.Name = "site " + strconv.Itoa(n)
			w.Latency = slices.Clone(w.Latency)
			if n == 3 && i == 1 {
				w.Latency[0].Asked = []uint64{1200, 1200}
			}
			c.Placements[i].Workloads = append(c.Placements[i].Workloads, w)
		}
	}
	for _, picture := range []string{"quantile_shift", "latency_cdf"} {
		_, _, labels := labelsOf(t, svg(t, pictures(t, c)[picture]))
		text := ""
		for _, l := range labels {
			text += l.text + " "
		}
		require.Contains(t, text, "zones site 3 (cacheable): 75 % failed", picture)
	}
}

func TestLongNamesThatDifferAtTheirEndAreToldApart(t *testing.T) {
	f := fixture{title: "Long", workloads: []string{"cacheable"}, replications: 2, requests: 300}
	long := strings.Repeat("a service of the western United States with a long name ", 4)
	f.placements = []string{long + "one", long + "two"}
	c := made(f)
	for i := range c.Placements {
		w := &c.Placements[i].Workloads[0]
		w.Name, w.Kind = long+"first", ""
		other := *w
		other.Name = long + "second"
		c.Placements[i].Workloads = append(c.Placements[i].Workloads, other)
	}
	for kind, p := range pictures(t, c) {
		_, _, labels := labelsOf(t, svg(t, p))
		for _, end := range []string{"first", "second", "one", "two"} {
			require.True(t, slices.ContainsFunc(labels, func(l label) bool { return strings.HasSuffix(l.text, end) }), "%s: %s", kind, end)
		}
	}
}

func TestPlacementsWithoutCachesAreOneRow(t *testing.T) {
	c := fixtureNamed("typical")
	other := c.Placements[0]
	other.Name = "Region twice"
	c.Placements = append(c.Placements, other)
	drawn := svg(t, pictures(t, c)["hit_ratio"])
	require.Equal(t, 1, strings.Count(drawn, ">no cache<"))
	require.Contains(t, drawn, ">2 placements: Region only<")
}

func TestManyWorkloadsShareOneKeyOnABoundedPage(t *testing.T) {
	c := made(fixture{title: "x", placements: []string{"a", "b"}, workloads: []string{"cacheable"}, replications: 2, requests: 200})
	for i := range c.Placements {
		w := c.Placements[i].Workloads[0]
		for n := range 40 {
			w.Name = "workload " + strconv.Itoa(n)
			c.Placements[i].Workloads = append(c.Placements[i].Workloads, w)
		}
	}
	for name, p := range pictures(t, c) {
		drawn := svg(t, p)
		_, height, labels := labelsOf(t, drawn)
		require.LessOrEqual(t, height, 2400., name)
		if name == "hit_ratio" {
			require.Contains(t, drawn, "; without the last ")
			continue
		}
		require.NotContains(t, drawn, "A3.4,3.4", "no marks on small panels, of %s", name)
		keys := 0
		for _, l := range labels {
			if l.text == "b" {
				keys++
			}
		}
		require.Equal(t, 1, keys, name)
	}
}

func TestPicturesSayWhatTheyAreToThoseWhoDoNotSeeThem(t *testing.T) {
	c := fixtureNamed("six long")
	c.Title = "a < b & c"
	for name, p := range pictures(t, c) {
		drawn := svg(t, p)
		require.Contains(t, drawn, `<svg role="img" aria-labelledby="title description"`, name)
		require.Contains(t, drawn, `<title id="title">a &lt; b &amp; c</title>`, name)
		require.Contains(t, drawn, `<desc id="description">`, name)
	}
}

func TestTwoRequestsHaveNoTail(t *testing.T) {
	p, err := report.LatencyCCDF(made(fixture{title: "x", placements: []string{"a", "b"}, workloads: []string{"computed"}, replications: 2, requests: 1}), "", "")
	require.NoError(t, err)
	require.Contains(t, svg(t, p), "Too few requests for a tail: fewer than 200.")
	c := made(fixture{title: "x", placements: []string{"a", "b"}, workloads: []string{"computed"}, replications: 2, requests: 50})
	p, err = report.QuantileShift(c, "", "")
	require.NoError(t, err)
	require.Contains(t, svg(t, p), "Too few requests for percentiles: fewer than 200.")
	p, err = report.LatencyCDF(c, "", "")
	require.NoError(t, err)
	require.NotContains(t, svg(t, p), "fill-opacity", "no band")
}

func TestPicturesWithoutContentAreLeftOut(t *testing.T) {
	names := func(c *edgewise.Comparison) (all []string) {
		for _, o := range report.OutputsOf(c) {
			all = append(all, o.Name)
		}
		return all
	}
	require.NotContains(t, names(fixtureNamed("no cache")), "hit_ratio.svg")
	require.Contains(t, names(fixtureNamed("no cache")), "quantile_shift.svg")
	require.NotContains(t, names(fixtureNamed("no cache")), "metros.svg", "one metro")
	require.Contains(t, names(oneLoses()), "metros.svg")
	require.Contains(t, names(fixtureNamed("typical")), "hit_ratio.svg")
	require.NotContains(t, names(fixtureNamed("one of one")), "quantile_shift.svg")
	few := names(made(fixture{title: "x", placements: []string{"a", "b"}, workloads: []string{"computed"}, replications: 2, requests: 50}))
	require.NotContains(t, few, "latency_ccdf.svg")
	require.NotContains(t, few, "quantile_shift.svg")
	require.Contains(t, few, "latency_cdf.svg")
}
