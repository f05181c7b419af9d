package evidence_test

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/edgewise-sim/edgewise/internal/evidence"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/calibrate"
)

// validation has 20 samples a set: the model is always 10 % and 2 ms or more slow.
func validation() *calibrate.Validation {
	v := new(calibrate.Validation)
	for k := range 20 {
		s := calibrate.Sample{
			From: calibrate.Anchor{Country: "DE"}, To: calibrate.Anchor{Country: "JP"},
			Km: 300, MeasuredMs: float64(20 + k), BothUnseen: k%2 == 0, Technology: topology.LTE,
		}
		s.ModelMs = 1.1 * s.MeasuredMs
		v.Cities = append(v.Cities, s)
		v.Regions = append(v.Regions, s)
		v.Access = append(v.Access, s)
		v.Abroad = append(v.Abroad, s)
	}
	// Twenty metros and two sites of which the model takes the worse one.
	for k := range 20 {
		for j, site := range []string{"near", "far"} {
			v.Players = append(v.Players, calibrate.Sample{
				From: calibrate.Anchor{Country: "DE"}, User: fmt.Sprint(k), Site: site, Weight: 1,
				MeasuredMs: 30 + 30*float64(j), ModelMs: 60 - 30*float64(j),
			})
		}
	}
	v.PlayersAbroad = append(v.PlayersAbroad, v.Players...)
	for _, s := range v.Players[:4] {
		s.From.Country, s.User, s.ModelMs = "FR", "f"+s.User, s.MeasuredMs
		v.PlayersAbroad = append(v.PlayersAbroad, s)
	}
	v.Cities = append(v.Cities, calibrate.Sample{Km: 5000, MeasuredMs: 50, ModelMs: 60})
	return v
}

func reach() []evidence.ReachTable {
	return []evidence.ReachTable{{
		Sites: "PoP", Limits: []time.Duration{10 * time.Millisecond, 2500 * time.Microsecond},
		Rows: []topology.Reach{{Area: topology.World, Users: 3e6, Within: []float64{0.5, 0.25}}},
	}}
}

func TestTheCatalogReachesEverybodyOneDay(t *testing.T) {
	tables, err := evidence.CatalogReach()
	require.NoError(t, err)
	require.Len(t, tables, 2)
	for _, table := range tables {
		require.Len(t, table.Rows, 7, "six continents and the world")
		world := table.Rows[6]
		require.InDelta(t, 4.59e9, world.Users, 0.01e9)
		for k := range table.Limits {
			if k > 0 {
				require.Greater(t, world.Within[k], world.Within[k-1])
			}
		}
		// Corneo et al. (WWW 2021), from 8,500 RIPE Atlas probes: near enough to a cloud for the majority
		// of people to play; few are so near that it is as good as local.
		require.Greater(t, world.Within[3], 0.75)
		require.Less(t, world.Within[1], 0.35)
	}
	for k, regions := range tables[0].Rows {
		for i := range regions.Within {
			require.GreaterOrEqual(t, tables[1].Rows[k].Within[i], regions.Within[i], "a Local Zone takes nobody further away")
		}
	}
}

func TestThePageHasEveryTable(t *testing.T) {
	var page bytes.Buffer
	require.NoError(t, evidence.WriteMarkdown(&page, validation(), "5 folds of cities", reach(), []evidence.Figure{{File: "dots.png", Title: "Dots"}}))
	for _, want := range []string{
		"5 folds of cities, each place left out",
		"| server cities, both unseen | 10 | 2.9 | 3.6 | 10.0 | 10.0 | +10.0 |",
		"| 200-500 | 20 |", "| 2500-6000 | 1 | too few |", "| Asia - Europe | 20 |", "| lte | 20 |",
		"nearest PoP", "| continent | users, millions | 10 ms | 2.5 ms |", "| World | 3 | 50 % | 25 % |", "## What the model cannot know",
		"![Dots](dots.png)", "| server cities, both countries unseen | 10 |", "| players to nine sites | 40 |",
		"| players, World | 20 | 1 | 2 | 2 | 30.0 | 30.00 | 100.00 | 0.00 | - |", "| players, Europe | 20 | 2 | 2 | 1 | 30.0 | 0.00 |",
		"## Intervals", "| AWS regions | 20 |", "| players, country unseen | 44 |",
		"| players | 2 of them | 2 | 15.00 | DE | 30.0 |", "| players | all | 2 | 15.00 | DE | 30.0 |",
		"| DE | 20 | 30.0 | 100.0 | 0.0 | 0 | far | near | 30.0 |",
		"| far, Europe | 20 | 30.0 |", "| near | 20 | 30.0 |",
		"## Next to what was measured\n\nWhat is measured", "| a server with others in its metro: the model | 0 | too few |",
		"| players: nothing | 40 | 30.0 | 30.0 |", "| players: those of others to the same site | 40 | 0.0 | 0.0 |", "| homes: those of others on the same technology | 20 |",
	} {
		require.Contains(t, page.String(), want)
	}
	require.NotContains(t, page.String(), "NaN")
	require.NotContains(t, page.String(), "%!")
}

// failing is a disk that is full.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestAWriteErrorIsReported(t *testing.T) {
	require.ErrorContains(t, evidence.WriteMarkdown(failing{}, validation(), "", nil, nil), "disk full")
}

func TestFiguresAreDrawn(t *testing.T) {
	v := validation()
	for name, draw := range map[string]func() (*plot.Plot, error){
		"scatter": func() (*plot.Plot, error) { return evidence.Scatter(v.Cities, "scatter") },
		"delays":  func() (*plot.Plot, error) { return evidence.DelayCDF(v.Access, "delays") },
		"errors":  func() (*plot.Plot, error) { return evidence.ErrorCDF(v) },
		"sets":    func() (*plot.Plot, error) { return evidence.SetsOfSites(calibrate.FieldOf(v.Players), "sets") },
	} {
		p, err := draw()
		require.NoError(t, err, name)
		to, err := p.WriterTo(10*vg.Centimeter, 8*vg.Centimeter, "svg")
		require.NoError(t, err, name)
		var svg bytes.Buffer
		_, err = to.WriteTo(&svg)
		require.NoError(t, err, name)
		require.Contains(t, svg.String(), p.X.Label.Text, name)
	}
	_, err := evidence.Scatter(nil, "none")
	require.ErrorContains(t, err, "no samples")
	_, err = evidence.DelayCDF(nil, "none")
	require.ErrorContains(t, err, "no samples")
	_, err = evidence.SetsOfSites(nil, "none")
	require.ErrorContains(t, err, "no users with two sites")
	_, err = evidence.ErrorCDF(new(calibrate.Validation))
	require.ErrorContains(t, err, "no samples")
}

func TestThePagesFiguresArePictures(t *testing.T) {
	v := validation()
	figures, err := evidence.Draw(v)
	require.NoError(t, err)
	require.Len(t, figures, 5)
	for _, f := range figures {
		picture, err := png.Decode(bytes.NewReader(f.Data))
		require.NoError(t, err, f.File)
		require.Greater(t, picture.Bounds().Dx(), 400, f.File)
	}
	v.Access, v.Players = nil, nil
	figures, err = evidence.Draw(v)
	require.NoError(t, err)
	require.Len(t, figures, 3, "no users, no picture of them")
	_, err = evidence.Draw(new(calibrate.Validation))
	require.ErrorContains(t, err, "no samples")
}

// The head of the page that a validation makes.
func Example() {
	var page strings.Builder
	if err := evidence.WriteMarkdown(&page, validation(), "5 folds of cities", nil, nil); err != nil {
		fmt.Println(err)
		return
	}
	title, _, _ := strings.Cut(page.String(), "\n")
	fmt.Println(title)
	// Output: # How far modelled delays are from measured ones
}

// The page that comes with the program is of the model that comes with it: its intervals must hold what they say.
func TestIntervalsOfThePageHoldFourFifths(t *testing.T) {
	page, err := os.ReadFile("../../docs/delay-accuracy.md")
	require.NoError(t, err)
	_, after, ok := strings.Cut(string(page), "## Intervals")
	require.True(t, ok)
	section, _, _ := strings.Cut(after, "\n## ")
	rows := regexp.MustCompile(`\| (.*) \| (\d+) \| ([\d.]+) % \|`).FindAllStringSubmatch(section, -1)
	require.Len(t, rows, 3, "servers, regions and users")
	for _, row := range rows {
		share, err := strconv.ParseFloat(row[3], 64)
		require.NoError(t, err)
		require.InDelta(t, 80, share, 2, row[1])
	}
}
