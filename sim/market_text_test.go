package sim

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// A queue by hand is a text: sites and their cores, round trips, rules, players with the instants at which they come, and after a line of
// dashes what becomes of them. See testdata/market.
type handQueue struct {
	t       *testing.T
	network []topology.Node
	links   []topology.Link
	place   placement.Placement
	game    workload.Matched
	comes   map[string][]handPlayer // by metro, in order
	names   map[string]handPlayer
	fails   []Failure
}

// A handPlayer is a player, or a party, of the text.
type handPlayer struct {
	name, metro string
	at, stay    time.Duration
	skill       float64
	party       int
}

// A handDemand is the players of a text.
type handDemand struct{ comes map[string][]handPlayer }

func (handDemand) Validate() error     { return nil }
func (handDemand) Concurrent() float64 { return 1 }
func (d handDemand) Open(audiences []workload.Audience, _ workload.Env) (func(int) workload.Source, error) {
	return func(i int) workload.Source { return &handSource{comes: d.comes[audiences[i].Metro]} }, nil
}

type handSource struct{ comes []handPlayer }

func (s *handSource) Draw(_ int64, b *workload.Batch) int {
	n := 0
	for ; n < len(b.At) && len(s.comes) > 0; n++ {
		b.At[n], b.Stay[n] = int64(s.comes[0].at), int64(s.comes[0].stay)
		s.comes = s.comes[1:]
	}
	return n
}

func TestQueuesByHand(t *testing.T) {
	files, err := filepath.Glob("testdata/market/*.txt")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 10)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			in, want, ok := strings.Cut(string(text), "\n---\n")
			require.True(t, ok, "want a line of three dashes before what becomes of the players")
			require.Equal(t, want, readHandQueue(t, in).run())
		})
	}
}

func readHandQueue(t *testing.T, text string) *handQueue {
	t.Helper()
	q := &handQueue{t: t, comes: make(map[string][]handPlayer), names: make(map[string]handPlayer), place: placement.Placement{Name: "by hand"}}
	q.game = workload.Matched{MatchLength: time.Hour, TickHz: 0.1}
	for _, line := range strings.Split(text, "\n") {
		if line, _, _ = strings.Cut(line, "#"); strings.TrimSpace(line) != "" {
			q.read(strings.Fields(line))
		}
	}
	return q
}

func (q *handQueue) duration(text string) time.Duration {
	d, err := time.ParseDuration(text)
	require.NoError(q.t, err)
	return d
}

func (q *handQueue) number(text string) float64 {
	x, err := strconv.ParseFloat(text, 64)
	require.NoError(q.t, err)
	return x
}

// read reads a line of a text.
func (q *handQueue) read(words []string) {
	m := &q.game.Market
	var err error
	switch of := words[1:]; words[0] {
	case "site":
		a := placement.Assignment{Site: of[0], Role: placement.Compute}
		for _, word := range of[1:] {
			name, value, _ := strings.Cut(word, "=")
			switch name {
			case "cores":
				a.Servers = int(q.number(value))
			case "backup":
				a.Backup = true
			case "elastic":
				a.Elastic, a.ElasticDelay = true, q.duration(value)
			}
		}
		q.place.Sites = append(q.place.Sites, a)
		q.network = append(q.network, topology.Node{ID: of[0], Kind: topology.Region})
	case "metro":
		q.network = append(q.network, topology.Node{ID: of[0], Kind: topology.Metro, Users: 1})
		for _, word := range of[1:] {
			site, rtt, _ := strings.Cut(word, "=")
			q.links = append(q.links, both(of[0], site, topology.Internet, q.duration(rtt).Seconds()*500)...)
		}
	case "match":
		q.game.MatchPlayers, q.game.MinPlayers = int(q.number(of[0])), int(q.number(of[0]))
	case "min":
		q.game.MinPlayers, q.game.LobbyTimeout = int(q.number(of[0])), q.duration(of[1])
	case "length":
		q.game.MatchLength = q.duration(of[0])
	case "ladder":
		for i := 0; i < len(of); i += 2 {
			m.Ladder = append(m.Ladder, workload.Rung{After: q.duration(of[i]), Limit: q.duration(of[i+1])})
		}
	case "bands":
		m.Skill.SD = 1
		for i := 0; i < len(of); i += 2 {
			m.Skill.Bands = append(m.Skill.Bands, workload.Band{After: q.duration(of[i]), Width: q.number(of[i+1])})
		}
	case "cap":
		m.MaxRTT = q.duration(of[0])
	case "choice":
		m.Choice, err = workload.ParseSiteChoice(of[0])
	case "relax":
		m.Relax, err = workload.ParseRelax(of[0])
	case "full":
		m.Full, err = workload.ParseWhenFull(of[0])
	case "give-up":
		m.GiveUp = q.duration(of[0])
	case "backfill":
		m.Backfill = q.duration(of[0])
	case "reconnect":
		m.Reconnect = q.number(of[0])
	case "fail":
		q.fails = append(q.fails, Failure{Site: of[0], At: q.duration(of[1]), For: q.duration(of[2]), Detection: q.duration(of[3])})
	default:
		a := handPlayer{at: q.duration(words[0]), name: of[0], metro: of[1], stay: 24 * time.Hour, party: 1}
		for _, word := range of[2:] {
			name, value, _ := strings.Cut(word, "=")
			switch name {
			case "stay":
				a.stay = q.duration(value)
			case "skill":
				a.skill = q.number(value)
			case "party":
				a.party = int(q.number(value))
			}
		}
		q.names[fmt.Sprint(a.metro, len(q.comes[a.metro]))] = a
		q.comes[a.metro] = append(q.comes[a.metro], a)
	}
	require.NoError(q.t, err)
}

// run runs the market and returns what becomes of the players, line by line.
func (q *handQueue) run() string {
	net, err := topology.New(q.network, q.links)
	require.NoError(q.t, err)
	w := workload.Workload{Head: workload.Head{Name: "game"}, Demand: handDemand{q.comes}, Service: q.game}
	s := Scenario{Network: net, Workloads: []workload.Workload{w}, Duration: time.Hour, Failures: q.fails}
	plans, err := Compile(context.Background(), s, q.place)
	require.NoError(q.t, err)
	r := &run{plan: plans[0], ctx: context.Background(), result: plans[0].newResult(0)}
	require.NoError(q.t, r.build())
	var out strings.Builder
	name := func(g *game, n uint32) string {
		t := g.tickets.at(n)
		return q.names[fmt.Sprint(plans[0].metros[t.from.metro], t.session)].name
	}
	say := func(g *game, format string, args ...any) {
		fmt.Fprintf(&out, "%s %s\n", shortly(g.now), fmt.Sprintf(format, args...))
	}
	r.markets[0].trace = &marketTrace{
		admit: func(g *game, n uint32) {
			t := g.tickets.at(n)
			a := q.names[fmt.Sprint(plans[0].metros[t.from.metro], t.session)]
			t.skill, t.bin = a.skill, g.binOf(a.skill)
			for len(t.party) < a.party {
				t.party = append(t.party, t.party[0])
			}
		},
		start: func(g *game, n uint32, hasMoved bool) {
			m := g.matches.at(n)
			var who []string
			for _, p := range m.tickets {
				t := g.tickets.at(p)
				who = append(who, fmt.Sprintf("%s (waited %s)", name(g, p), shortly(g.now-t.joined)))
			}
			slices.Sort(who)
			moved := ""
			if hasMoved {
				moved = ", as the best is full"
			}
			say(g, "match at %s%s: %s", plans[0].sites[g.sites[m.site].id].id, moved, strings.Join(who, ", "))
		},
		join: func(g *game, p, n uint32) {
			say(g, "%s joins at %s", name(g, p), plans[0].sites[g.sites[g.matches.at(n).site].id].id)
		},
		gone: func(g *game, n uint32, why Reason) { say(g, "%s: %s", name(g, n), why) },
		left: func(g *game, n uint32) { fmt.Fprintf(&out, "%s still waits\n", name(g, n)) },
	}
	require.NoError(q.t, r.runMarkets(1))
	require.NoError(q.t, r.audit())
	return out.String()
}

// shortly writes an instant or a wait.
func shortly(ns int64) string {
	text := time.Duration(ns).String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}
