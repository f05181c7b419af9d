package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
)

// initCmd writes a scenario to begin with.
type initCmd struct {
	Serve []string `placeholder:"KIND,..." complete:"site api game" help:"What is served: site, api, game, one or several."`
	Users []string `placeholder:"PLACE,..." complete:"metros" help:"Where the users are: countries by code or English name, or cities by id or name."`
	Home  string   `placeholder:"REGION" complete:"regions" help:"The region that serves them today, of any provider in the catalog."`
	Out   string   `short:"o" placeholder:"FILE" help:"File to write, which must not exist; standard output, if it is - or left out." type:"path"`
	printFlag
}

// Help adds to what --help shows.
func (c *initCmd) Help() string {
	return "What no flag says is asked for, where there is a terminal or a pipe that answers.\n\nedgewise init --serve site,api --users US,Toronto --home us-east-1 -o scenario.yaml"
}

// Run asks for what is not said, and writes a scenario that runs.
func (c *initCmd) Run(ctx context.Context, s *streams) error {
	if err := checkOutputs([]string{c.Out}, nil); err != nil {
		return &usageError{err}
	}
	if !isStandardOutput(c.Out) {
		if _, err := os.Lstat(c.Out); err == nil {
			return &usageError{fmt.Errorf("write %s: it is there already; want another name", c.Out)}
		}
	}
	answers, err := c.ask(ctx, s)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	file := answers.write()
	if _, err := scenario.Parse("scenario.yaml", file); err != nil {
		return fmt.Errorf("what was made of these answers is not valid: %w", err)
	}
	found := struct {
		File     string `json:"file,omitempty"`
		Scenario string `json:"scenario"`
	}{c.Out, string(file)}
	if err := c.write(c.Out, s.out, file, found); err != nil {
		return err
	}
	if !isStandardOutput(c.Out) && !c.printsJSON() {
		_, err = fmt.Fprintf(s.out, "Written to %s. edgewise run %s -o out runs it.\n", c.Out, c.Out)
	}
	return err
}

// initAnswers are the three answers.
type initAnswers struct {
	serve             []string
	countries, cities []string
	home              topology.Node
	provider          catalog.Provider
	metros            []topology.Node // that the words stand for, those with the most users first
}

// The questions, and what an empty answer stands for.
var initQuestions = []struct{ question, otherwise string }{
	{"What do you serve: site, api, game, or several between commas?", "site"},
	{"Where are the users: countries or cities between commas?", "US"},
	{"Which region serves them today?", ""},
}

// ask takes the answers from the flags, or asks.
func (c *initCmd) ask(ctx context.Context, s *streams) (a initAnswers, err error) {
	in := bufio.NewReader(interruptibly(ctx, s.in))
	answer := func(i int, said []string) ([]string, error) {
		if len(said) > 0 {
			return said, nil
		}
		otherwise := initQuestions[i].otherwise
		if i == 2 {
			otherwise = a.nearestRegion()
		}
		fmt.Fprintf(s.err, "%s [%s] ", initQuestions[i].question, otherwise)
		line, err := in.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if errors.Is(err, io.EOF) && line == "" && !isTerminal(s.in) {
			return nil, errors.New("nobody answers; want the flags --serve, --users and --home")
		}
		if line = strings.TrimSpace(line); line == "" {
			line = otherwise
		}
		return strings.Split(line, ","), nil
	}
	serve, err := answer(0, c.Serve)
	if err != nil {
		return a, err
	}
	for _, kind := range serve {
		if kind = strings.TrimSpace(kind); !slices.Contains([]string{"site", "api", "game"}, kind) {
			return a, fmt.Errorf("--serve is %s; want site, api or game", text.Quote(kind))
		}
		if !slices.Contains(a.serve, kind) {
			a.serve = append(a.serve, kind)
		}
	}
	users, err := answer(1, c.Users)
	if err != nil {
		return a, err
	}
	if err := a.findUsers(users); err != nil {
		return a, err
	}
	var said []string
	if c.Home != "" {
		said = []string{c.Home}
	}
	home, err := answer(2, said)
	if err != nil {
		return a, err
	}
	return a, a.findHome(strings.TrimSpace(home[0]))
}

func isTerminal(in io.Reader) bool {
	f, ok := in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// mostInitMetros is how many metros of countries the scenario has, so that it runs in no time.
const mostInitMetros = 20

// findUsers finds the metros.
func (a *initAnswers) findUsers(words []string) error {
	all := catalog.Metros()
	for _, word := range words {
		word = strings.TrimSpace(word)
		if code, ok := catalog.CountryCode(word); ok {
			if slices.ContainsFunc(all, func(n topology.Node) bool { return n.Country == code }) {
				a.countries = append(a.countries, code)
				continue
			}
		}
		i, err := catalog.Find("--users", "country or city", word, all)
		if err != nil {
			return err
		}
		a.cities = append(a.cities, all[i].ID)
	}
	for _, n := range all {
		if slices.Contains(a.cities, n.ID) || slices.Contains(a.countries, n.Country) && len(a.metros) < mostInitMetros {
			a.metros = append(a.metros, n)
		}
	}
	return nil
}

// nearestRegion returns the region of AWS nearest to the largest city.
func (a *initAnswers) nearestRegion() string {
	return nearest(openSites(catalog.ProviderAWS, topology.Region), a.metros[0]).ID
}

// openSites returns the sites of a kind that are open.
func openSites(p catalog.Provider, kind topology.NodeKind) []topology.Node {
	return slices.DeleteFunc(catalog.Sites(p, kind), func(n topology.Node) bool { return catalog.StatusOf(n) == catalog.Announced })
}

// nearest returns the node nearest to another.
func nearest(nodes []topology.Node, to topology.Node) topology.Node {
	return slices.MinFunc(nodes, func(a, b topology.Node) int {
		return cmp.Compare(topology.DistanceKm(a.Place(), to.Place()), topology.DistanceKm(b.Place(), to.Place()))
	})
}

// findHome finds the region and whose it is.
func (a *initAnswers) findHome(word string) error {
	var all []topology.Node
	for _, p := range catalog.Providers() {
		for _, n := range catalog.Regions(p) {
			if n.ID == word {
				a.home, a.provider = n, p
				return nil
			}
			all = append(all, n)
		}
	}
	i, err := catalog.Find("--home", "region", word, all)
	if err != nil {
		return err
	}
	a.home = all[i]
	for _, p := range catalog.Providers() {
		if slices.ContainsFunc(catalog.Regions(p), func(n topology.Node) bool { return n.ID == a.home.ID && n.Provider == a.home.Provider }) {
			a.provider = p
			break
		}
	}
	return nil
}

const (
	// zoneKm is how near to a city a Local Zone is that its users are served from, mostInitZones how many there are.
	zoneKm        = 300
	mostInitZones = 6
)

// zones returns the Local Zones near the cities, with the home as their parent where there are such.
func (a *initAnswers) zones() (ids []string) {
	sites := openSites(a.provider, topology.LocalZone)
	for _, m := range a.metros {
		if len(sites) == 0 || len(ids) == mostInitZones {
			break
		}
		z := nearest(sites, m)
		if topology.DistanceKm(z.Place(), m.Place()) <= zoneKm && !slices.Contains(ids, z.ID) {
			ids = append(ids, z.ID)
		}
	}
	return ids
}

// pops returns the PoPs near the cities.
func (a *initAnswers) pops() (ids []string) {
	sites := openSites(a.provider, topology.PoP)
	for _, m := range a.metros {
		if len(sites) == 0 || len(ids) == mostInitMetros {
			break
		}
		if p := nearest(sites, m); !slices.Contains(ids, p.ID) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// otherRegion returns the region nearest to the largest city that is not the home.
func (a *initAnswers) otherRegion() string {
	others := slices.DeleteFunc(openSites(a.provider, topology.Region), func(n topology.Node) bool { return n.ID == a.home.ID })
	if len(others) == 0 {
		return ""
	}
	return nearest(others, a.metros[0]).ID
}

// serves reports whether a kind is among the answers.
func (a *initAnswers) serves(kind string) bool { return slices.Contains(a.serve, kind) }

// write writes the scenario.
func (a *initAnswers) write() []byte {
	var b bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Who asks for what, and which sites could serve it. Every key: docs/scenario.md.")
	line("# edgewise run scenario.yaml -o out   compares the placements below")
	line("")
	line("title: Where to serve %s for users in %s", strings.Join(a.serve, ", "), strings.Join(append(slices.Clone(a.countries), a.cities...), ", "))
	line("start: 2026-03-02T18:00:00Z   # a Monday; users follow the hours of their city")
	line("warm_up: 1m                   # is simulated and not recorded")
	line("duration: 2m                  # longer runs have narrower intervals")
	line("replications: 5               # independent runs, from which the intervals come")
	line("seed: 1                       # the same seed gives the same bits")
	line("")
	line("network:")
	line("  provider: %s", a.provider)
	line("  metros:                     # where the users are: edgewise catalog metros")
	if len(a.cities) == 0 {
		line("    countries: [%s]", strings.Join(a.countries, ", "))
		line("    top: %d                   # the cities with the most users", len(a.metros))
	} else {
		line("    names:")
		for _, m := range a.metros {
			line("      - %s", m.ID)
		}
	}
	line("")
	line("workloads:                    # what they ask for; change the rates to yours")
	if a.serves("site") {
		line("  - name: site")
		line("    preset: web-static        # objects that caches may keep")
		line("    requests_per_second: 200  # of all users together, on the mean of a day")
		line("    deadlines: [50ms, 100ms]  # the share of requests within these is told")
	}
	if a.serves("api") {
		line("  - name: api")
		line("    preset: api-dynamic       # requests that must be computed")
		line("    requests_per_second: 100")
		line("    deadlines: [100ms, 200ms]")
	}
	if a.serves("game") {
		line("  - name: game")
		line("    preset: competitive-fps   # matches of ten players, 128 updates a second")
		line("    concurrent_players: 500")
		line("    sampled_updates: 0.025    # every 40th update: unbiased, and 40 times as fast")
		line("    deadlines: [35ms, 50ms]")
	}
	a.writePlacements(line)
	return b.Bytes()
}

func (a *initAnswers) writePlacements(line func(string, ...any)) {
	computes := a.serves("api") || a.serves("game")
	line("")
	line("placements:                   # the alternatives; the first is the baseline")
	line("  - name: region only")
	line("    origin: %s", a.home.ID)
	if computes {
		line("    compute: %s", a.home.ID)
	}
	alternatives := 0
	list := func(indent string, ids []string) {
		for _, id := range ids {
			line("%s- %s", indent, id)
		}
	}
	if pops := a.pops(); len(pops) > 0 && (a.serves("site") || a.serves("api")) {
		alternatives++
		line("")
		line("  - name: + PoPs              # edgewise catalog pops --provider %s", a.provider)
		line("    extends: region only")
		line("    edge_caches:")
		line("      size: 1GiB              # of each")
		line("      preload: steady         # caches begin as an endless warm-up leaves them")
		line("      sites:")
		list("        ", pops)
		if a.serves("api") {
			line("    dynamic_via_pop: true     # the API is reached through the PoPs, whose connections to the region are open")
		}
	}
	if zones := a.zones(); len(zones) > 0 && computes {
		alternatives++
		line("")
		line("  - name: + Local Zones       # edgewise catalog local-zones")
		line("    extends: region only")
		line("    add:")
		line("      compute:")
		list("        ", zones)
	}
	if other := a.otherRegion(); other != "" && (computes || alternatives == 0) {
		line("")
		line("  - name: another region")
		if !computes {
			line("    origin: %s", other)
		} else {
			line("    extends: region only")
			line("    add: {compute: %s}", other)
		}
	}
}
