package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/sim"
)

// capacityCmd says how many servers the sites of a scenario need.
type capacityCmd struct {
	Scenario  string   `arg:"" help:"The scenario file; of a sweep the first point, of a search the placements that it compares with." type:"path"`
	Placement listFlag `placeholder:"NAME,..." help:"Only these placements."`
	Served    float64  `default:"0.999" help:"The share of requests at the peak of the day that shall find a server free, above 0 and below 1."`
	Format    string   `default:"table" enum:"table,csv,json" help:"${enum}."`
}

// Help adds to what --help shows.
func (c *capacityCmd) Help() string {
	return `Nothing is run. The work is that of the peak of the day, or of a flash crowd as if it lasted; arrivals are Poisson. It says how many servers it takes where requests that find none
free are turned away (Erlang B), where they wait (Erlang C), and where another site is lost and its users come here (N+1).
What a site passes on to others (spill) is that of Erlang's fixed point. Only a run tells what origins behind caches have to do, and what comes of backups,
failures and retries, and of what a site passes on in a flash crowd. Of games there are their players and seats on the mean of the recorded time.`
}

// A neededServers is a row of what is needed: at the peak of the day.
type neededServers struct {
	Placement string         `json:"placement"`
	Site      string         `json:"site"`
	Servers   string         `json:"servers"`
	Workloads []offeredShare `json:"workloads,omitempty"`
	// Have is null where there are always enough, and so are the shares of them. All that follows is null where the peak is not known, and Unknown
	// says why.
	Have        *int     `json:"have"`
	Unknown     string   `json:"unknown,omitempty"`
	Offered     *float64 `json:"offered"`
	TakenIn     *float64 `json:"taken_in"`
	Spilled     *float64 `json:"spilled"`
	Utilisation *float64 `json:"utilisation"`
	Blocked     *float64 `json:"blocked"`
	Waits       *float64 `json:"waits"`
	Needed      *int     `json:"needed"`
	WithoutWait *int     `json:"needed_without_wait"`
	// Lost is "" where there is no other site.
	Lost        string   `json:"lost,omitempty"`
	LostOffered *float64 `json:"lost_offered"`
	LostNeeded  *int     `json:"lost_needed"`
}

// An offeredShare is what one workload has of the work.
type offeredShare struct {
	Workload string  `json:"workload"`
	Offered  float64 `json:"offered"`
	// InCrowd says that it is that of a flash crowd.
	InCrowd bool `json:"in_crowd,omitempty"`
}

// A loadBefore is the load of servers, of the seats of a game, or of a link, on the mean of the recorded time.
type loadBefore struct {
	Placement string `json:"placement"`
	sim.Load
	Utilisation float64 `json:"utilisation"`
}

// A capacity is what the command finds.
type capacity struct {
	Served  float64         `json:"served"`
	Servers []neededServers `json:"servers"`
	Loads   []loadBefore    `json:"loads"`
}

// Run prints what is needed, and what servers that are limited have to do.
func (c *capacityCmd) Run(ctx context.Context, s *streams) error {
	text, err := readScenario(ctx, c.Scenario)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	study, _, _, err := readAny(c.Scenario, text)
	if err != nil {
		return &usageError{err}
	}
	s.warnAll(study.Warnings)
	if !(c.Served > 0 && c.Served < 1) {
		return &usageError{fmt.Errorf("--served is %v; want a share above 0 and below 1", c.Served)}
	}
	numbers, err := placementsCalled(study, c.Placement)
	if err != nil {
		return &usageError{err}
	}
	found := capacity{Served: c.Served, Servers: []neededServers{}, Loads: []loadBefore{}}
	for _, number := range numbers {
		if err := found.add(ctx, study, number); err != nil {
			return unlessStopped(ctx, err)
		}
	}
	return found.write(s.out, c.Format)
}

// placementsCalled returns the numbers of placements by their names, of all without names.
func placementsCalled(study *edgewise.Study, names []string) (numbers []int, err error) {
	for i := range study.Placements {
		if len(names) == 0 {
			numbers = append(numbers, i)
		}
	}
	for _, name := range names {
		i, err := find("placement", name, study.Placements, func(i int) string { return study.Placements[i].Name })
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, i)
	}
	return numbers, nil
}

// add adds what there is of a placement.
func (c *capacity) add(ctx context.Context, study *edgewise.Study, number int) error {
	name := study.Placements[number].Name
	needs, err := study.Capacity(ctx, number, c.Served)
	if err != nil {
		return err
	}
	for i := range needs {
		c.Servers = append(c.Servers, neededOf(name, &needs[i]))
	}
	plans, err := sim.Compile(ctx, study.Scenario, study.Placements[number])
	if err != nil {
		return err
	}
	loads, err := plans[0].ServerLoads()
	if err != nil {
		return err
	}
	links, err := plans[0].LinkLoads()
	if err != nil {
		return err
	}
	for _, l := range append(loads, links...) {
		c.Loads = append(c.Loads, loadBefore{name, l, l.Ratio()})
	}
	return nil
}

// neededOf returns the row of a need.
func neededOf(placement string, of *edgewise.CapacityNeed) neededServers {
	r := neededServers{Placement: placement, Site: of.Site, Servers: of.Servers, Lost: of.Lost, Unknown: of.Why}
	for _, w := range of.Workloads {
		r.Workloads = append(r.Workloads, offeredShare(w))
	}
	if of.Have > 0 {
		r.Have = &of.Have
	}
	if !of.IsKnown {
		return r
	}
	r.Offered, r.TakenIn, r.Spilled, r.Needed, r.WithoutWait = &of.Offered, &of.TakenIn, &of.Spilled, &of.Needed, &of.WithoutWait
	if of.Have > 0 {
		utilisation := of.Utilisation()
		r.Utilisation, r.Blocked, r.Waits = &utilisation, &of.Blocked, &of.Waits
	}
	if of.Lost != "" {
		r.LostOffered, r.LostNeeded = &of.LostOffered, &of.LostNeeded
	}
	return r
}

// write writes what was found as table, csv or json.
func (c *capacity) write(w io.Writer, format string) error {
	rows := []table.Row{{"placement", "site", "servers", "have", "offered", "utilisation", "blocked", "waits", "needed", "needed_without_wait", "lost", "lost_offered", "lost_needed", "taken_in", "spilled", "unknown"}}
	shown := []table.Row{{"placement", "site", "servers", "have", "busy", "load %", "blocked %", "wait %", "needed", "no wait", "lost", "busy", "needed"}}
	for i := range c.Servers {
		of := &c.Servers[i]
		rows = append(rows, table.Row{
			of.Placement, of.Site, of.Servers, cell(of.Have, strconv.Itoa), cell(of.Offered, inFull), cell(of.Utilisation, inFull), cell(of.Blocked, inFull),
			cell(of.Waits, inFull), cell(of.Needed, strconv.Itoa), cell(of.WithoutWait, strconv.Itoa), of.Lost, cell(of.LostOffered, inFull), cell(of.LostNeeded, strconv.Itoa),
			cell(of.TakenIn, inFull), cell(of.Spilled, inFull), of.Unknown,
		})
		known := func(text string) string {
			if of.Offered == nil {
				return "not known"
			}
			return text
		}
		shown = append(shown, table.Row{
			of.Placement, of.Site, of.Servers, cell(of.Have, strconv.Itoa), known(cell(of.Offered, tenths)), cell(of.Utilisation, percents), cell(of.Blocked, percents),
			cell(of.Waits, percents), cell(of.Needed, strconv.Itoa), cell(of.WithoutWait, strconv.Itoa), of.Lost, cell(of.LostOffered, tenths), cell(of.LostNeeded, strconv.Itoa),
		})
	}
	if format == "table" && len(c.Servers) == 0 {
		if _, err := fmt.Fprintln(w, "No request needs a server: there are games alone."); err != nil {
			return err
		}
		return c.writeLoads(w)
	}
	title := fmt.Sprintf("Servers at the peak of the day, and how many it takes for %s %% of the requests", strconv.FormatFloat(100*c.Served, 'g', 6, 64))
	if err := (listing{items: c, rows: rows, title: title, shown: shown}).write(w, format); err != nil || format != "table" {
		return err
	}
	if err := c.writeNotes(w); err != nil {
		return err
	}
	return c.writeLoads(w)
}

// writeNotes says what is passed on between sites, and why some of the servers are not known.
func (c *capacity) writeNotes(w io.Writer) error {
	var notes []string
	for i := range c.Servers {
		of := &c.Servers[i]
		where := fmt.Sprintf("%s, %s at %s", of.Placement, of.Servers, of.Site)
		if of.Unknown != "" {
			notes = append(notes, where+": "+of.Unknown)
		}
		if of.Spilled != nil && *of.Spilled > 0 {
			notes = append(notes, fmt.Sprintf("%s: has no room for work of %s servers, and passes it on (Erlang's fixed point)", where, tenths(*of.Spilled)))
		}
		if of.TakenIn != nil && *of.TakenIn > 0 {
			notes = append(notes, fmt.Sprintf("%s: of the busy %s are for what others pass on", where, tenths(*of.TakenIn)))
		}
	}
	if crowds := c.crowds(); len(crowds) > 0 {
		notes = append(notes, "the peak is that of a flash crowd, as if it lasted: "+strings.Join(crowds, ", "))
	}
	for _, note := range notes {
		if _, err := fmt.Fprintln(w, "  "+note); err != nil {
			return err
		}
	}
	return nil
}

// crowds names the workloads whose peak is that of a flash crowd.
func (c *capacity) crowds() (names []string) {
	for i := range c.Servers {
		for _, w := range c.Servers[i].Workloads {
			if w.InCrowd && !slices.Contains(names, w.Workload) {
				names = append(names, w.Workload)
			}
		}
	}
	return names
}

// writeLoads writes what servers and links that are limited have to do, as a table, if there are any.
func (c *capacity) writeLoads(w io.Writer) error {
	if len(c.Loads) == 0 {
		return nil
	}
	loads := []table.Row{{"placement", "what", "at", "offered", "of", "load %"}}
	for _, l := range c.Loads {
		unit := "servers"
		if l.Unit == sim.Players {
			unit = "seats"
		}
		what, at, scale := l.Workload+l.Pool, l.Site, 1.0
		switch {
		case l.From != "":
			what, at, unit, scale = "link", l.From+" → "+l.To, "Mbit/s", 1e-6
		case at == "":
			at = "all its sites"
		}
		loads = append(loads, table.Row{l.Placement, what, at, tenths(l.Offered * scale), tenths(l.Capacity*scale) + " " + unit, percents(l.Utilisation)})
	}
	return listing{rows: loads, title: "Load on the mean of the recorded time, before a run"}.write(w, "table")
}

// cell writes a number that there may be.
func cell[T any](x *T, write func(T) string) string {
	if x == nil {
		return ""
	}
	return write(*x)
}

func inFull(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

func percents(x float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(100*x, 'f', 1, 64), ".0")
}
