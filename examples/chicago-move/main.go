// Chicago-move moves the servers of League of Legends in North America from Portland to Chicago, as Riot Games did in August 2015, and says what
// that does to the round trips of players, beside what was told before and after the move.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// study has a game at one site: Boardman in Oregon, 230 km from Portland, or Chicago.
func study() (*edgewise.Study, error) {
	net, err := catalog.AWS(catalog.Selection{
		Countries: []string{"US"}, TopMetros: 100, Regions: []string{"us-west-2", "us-east-1"}, LocalZones: []string{"us-east-1-chi-2"},
	})
	if err != nil {
		return nil, err
	}
	lol := workload.MOBA().Named("League of Legends").WithPlayers(3000)
	lol = workload.Change(lol, func(m *workload.Matched) {
		m.SampledMatches, m.SampledUpdates = 0.5, 0.01
		m.Market = workload.Market{} // one site, and everybody plays there, however far
	})
	at := func(name, site string) placement.Placement {
		return placement.Placement{Name: name, Sites: []placement.Assignment{{Site: site, Role: placement.Compute}}}
	}
	return &edgewise.Study{
		Title: "League of Legends moves from Portland to Chicago",
		Scenario: sim.Scenario{
			Network: net, Workloads: []workload.Workload{lol},
			Start:    time.Date(2015, time.August, 26, 0, 0, 0, 0, time.UTC), // 19:00 in Chicago
			Duration: time.Hour, Seed: 1,
		},
		Placements:   []placement.Placement{at("Portland", "us-west-2"), at("Chicago", "us-east-1-chi-2")},
		Replications: 4,
	}, nil
}

// An area is a part of the country, with what had been told of the difference that the move makes to its round trips.
type area struct {
	name, told string
	metros     []string
}

var areas = []area{
	{"Pacific Northwest", "+45 ms", []string{"seattle-us", "portland-us"}},
	{"Hawaii", "+45 ms", []string{"honolulu-us"}},
	{"rest of the West Coast", "+30 ms", []string{
		"los-angeles-us", "san-francisco-us", "sacramento-us", "san-bernardino-us", "san-jose-us", "irvine-us", "san-diego-us", "fresno-us", "stockton-us", "bakersfield-us", "oceanside-us",
	}},
	{"Mountain", "about 0", []string{"denver-us", "salt-lake-city-us", "albuquerque-us", "ogden-us", "colorado-springs-us", "provo-us", "billings-us"}},
	{"East Coast", "-50 ms", []string{
		"new-york-us", "boston-us", "washington-d-c-us", "philadelphia-us", "charlotte-us", "atlanta-us", "bridgeport-us", "tampa-us", "orlando-us", "jacksonville-us", "miami-us",
		"raleigh-us", "baltimore-us", "fort-lauderdale-us", "hartford-us", "providence-us", "west-palm-beach-us", "richmond-us", "virginia-beach-us",
	}},
}

// run runs the study and writes what it says beside what was told.
func run(ctx context.Context, out io.Writer) error {
	s, err := study()
	if err != nil {
		return err
	}
	c, err := s.Run(ctx)
	if err != nil {
		return err
	}
	return write(out, c)
}

func write(out io.Writer, c *edgewise.Comparison) error {
	game := c.Placement("Chicago").Workload("League of Legends")
	fmt.Fprintln(out, "| area | told | simulated | metros, from the least to the most |")
	fmt.Fprintln(out, "|---|--:|--:|---|")
	for _, a := range areas {
		sum, players := 0.0, 0.0
		least, most := math.Inf(1), math.Inf(-1)
		for _, id := range a.metros {
			d, n, err := moved(game, id)
			if err != nil {
				return err
			}
			sum, players = sum+float64(d*n), players+n
			least, most = min(least, d), max(most, d)
		}
		fmt.Fprintf(out, "| %s | %s | %s ms | %s to %s ms |\n", a.name, a.told, whole(sum/players), whole(least), whole(most))
	}
	better, all := 0.0, 0.0
	for _, m := range game.Metros {
		d, n, err := moved(game, m.ID)
		if err != nil {
			return err
		}
		if all += n; d < 0 {
			better += n
		}
	}
	fmt.Fprintf(out, "\nPlayers in metros that are better off: %.0f %%; told were about 90 %%.\n", 100*better/all)
	for _, p := range c.Placements {
		within, err := c.Placement(p.Name).Workload("League of Legends").Metric("player_rtt").Within(80 * time.Millisecond)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "Players within 80 ms at %s: %.0f %%.\n", p.Name, 100*within.Value)
	}
	return nil
}

// whole writes a difference in whole ms with its sign; 0 has none.
func whole(ms float64) string {
	if ms = math.Round(ms); ms == 0 {
		return "0"
	}
	return fmt.Sprintf("%+.0f", ms)
}

// moved returns by how much the mean response of a metro's players has moved, which is by how much the round trip has, and how much play they
// want.
func moved(game *edgewise.WorkloadResult, metro string) (ms, updates float64, err error) {
	m := game.Metro(metro)
	response, err := m.Metric("response").Mean()
	if err != nil {
		return 0, 0, err
	}
	wanted, err := m.Figure("requests", "count")
	if err != nil {
		return 0, 0, err
	}
	return response.Difference.Value, wanted.Value, nil
}
