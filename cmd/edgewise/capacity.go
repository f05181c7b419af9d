package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/sim"
)

// capacityCmd says how many servers the sites of a scenario need.
type capacityCmd struct {
	Scenario  string        `arg:"" help:"The scenario file; of a sweep the first point, of a search the placements that it compares with." type:"path"`
	Placement listFlag      `placeholder:"NAME,..." help:"Only these placements."`
	Served    float64       `default:"0.999" help:"The share of requests at the peak of the day that shall be served, above 0 and below 1: not rejected or, where servers let all wait, without a wait."`
	Sample    time.Duration `placeholder:"TIME" help:"Run each placement for so long around its peak, after the warm-up of the scenario, to find what origins behind caches get: 1s to 24h."`
	Format    string        `default:"table" enum:"table,csv,json" help:"${enum}."`
}

// Help adds to what --help shows.
func (c *capacityCmd) Help() string {
	return `Nothing is run, but samples where you ask for them. The work is that of the peak of the day, or of a flash crowd as if it lasted; arrivals are Poisson. REJECTED
and WAIT are of the servers that there are, with the queue that they have and what they shed: M/M/c with that room, Erlang B without. NEEDED is how many servers it takes
under the same rules for the share asked for to be served; ERLANG B is how many where requests that find none free are turned away, ERLANG C where they wait. LOST is the other
site whose loss asks for the most here, and how many servers it takes then (N+1). What a site passes on to others (spill) is that of Erlang's fixed point. What origins behind
caches get a sample finds, with the sites that are open in the end; what comes of backups, failures and retries, and of what a site passes on in a flash crowd, a run. Of games there are their players and seats on the
mean of the recorded time.`
}

// A neededServers is a row of what is needed: at the peak of the day.
type neededServers struct {
	Placement string         `json:"placement"`
	Site      string         `json:"site"`
	Servers   string         `json:"servers"`
	Workloads []offeredShare `json:"workloads,omitempty"`
	// Have is null where there are always enough, and so are the shares of them. All that follows is null where the peak is not known, and Unknown
	// says why.
	Have      *int     `json:"have"`
	Unknown   string   `json:"unknown,omitempty"`
	Offered   *float64 `json:"offered"`
	PerSecond *float64 `json:"per_second"`
	// Sampled is how many requests of a sample they are taken from, 0 where none was needed.
	Sampled     uint64   `json:"sampled,omitempty"`
	TakenIn     *float64 `json:"taken_in"`
	Spilled     *float64 `json:"spilled"`
	Utilisation *float64 `json:"utilisation"`
	// UntilMs is when sites open or close after which less is asked of them, in ms since the run began.
	UntilMs float64 `json:"until_ms,omitempty"`
	// WithoutRetries are the workloads of which what clients ask again is not in it.
	WithoutRetries []string `json:"without_retries,omitempty"`
	// Rejected and Waits are of the servers that there are, Needed by what they have room for; ErlangB and ErlangC as if none waited, and all.
	Rejected *float64 `json:"rejected"`
	Waits    *float64 `json:"waits"`
	Needed   *int     `json:"needed"`
	ErlangB  *int     `json:"erlang_b"`
	ErlangC  *int     `json:"erlang_c"`
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

// A loadBefore is the load of servers, of the seats of a game, or of a link, on the mean of the recorded time; of a link also at the peak of the day, or of
// a flash crowd, in bits per second and as a share of its capacity.
type loadBefore struct {
	Placement string `json:"placement"`
	sim.Load
	Utilisation     float64 `json:"utilisation"`
	AtPeak          float64 `json:"offered_at_peak,omitempty"`
	PeakUtilisation float64 `json:"peak_utilisation,omitempty"`
}

// A capacity is what the command finds.
type capacity struct {
	Served float64 `json:"served"`
	// Sample is how long the runs were that say what origins behind caches get.
	Sample  time.Duration   `json:"sample_ns,omitempty"`
	Servers []neededServers `json:"servers"`
	Loads   []loadBefore    `json:"loads"`
	// WithoutRetries are the workloads of which what clients ask again is not in the loads.
	WithoutRetries []string `json:"without_retries,omitempty"`
}

// Run prints what is needed, and what servers that are limited have to do.
func (c *capacityCmd) Run(ctx context.Context, s *streams) error {
	text, err := readScenario(ctx, c.Scenario)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	studies, _, _, err := readAny(c.Scenario, text)
	if err != nil {
		return &usageError{err}
	}
	study := studies[0]
	s.warnAll(study.Warnings)
	if !(c.Served > 0 && c.Served < 1) {
		return &usageError{fmt.Errorf("--served is %v; want a share above 0 and below 1", c.Served)}
	}
	if c.Sample != 0 && (c.Sample < time.Second || c.Sample > 24*time.Hour) {
		return &usageError{fmt.Errorf("--sample is %v; want 1s to 24h", c.Sample)}
	}
	numbers, err := placementsCalled(study, c.Placement)
	if err != nil {
		return &usageError{err}
	}
	found := capacity{Served: c.Served, Sample: c.Sample, Servers: []neededServers{}, Loads: []loadBefore{}}
	for i := range study.Workloads {
		if w := &study.Workloads[i]; w.Patience().Retries > 0 {
			found.WithoutRetries = append(found.WithoutRetries, w.Name)
		}
	}
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
	needs, err := study.Capacity(ctx, edgewise.CapacityQuestion{Placement: number, Served: c.Served, Sample: c.Sample})
	if err != nil {
		return err
	}
	for i := range needs {
		c.Servers = append(c.Servers, neededOf(name, &needs[i]))
	}
	plans, err := study.Compile(ctx, number)
	if err != nil {
		return err
	}
	loads, err := plans[0].ServerLoadsInTime()
	if err != nil {
		return err
	}
	links, err := plans[0].LinkLoads()
	if err != nil {
		return err
	}
	connections, err := plans[0].ConnectionLoads()
	if err != nil {
		return err
	}
	peaks, err := plans[0].LinkPeaks()
	if err != nil {
		return err
	}
	for _, l := range slices.Concat(loads, connections, links) {
		row := loadBefore{Placement: name, Load: l, Utilisation: l.Ratio()}
		if k := slices.IndexFunc(peaks, l.IsOfTheSame); k >= 0 {
			row.AtPeak, row.PeakUtilisation = peaks[k].Offered, peaks[k].Ratio()
		}
		c.Loads = append(c.Loads, row)
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
	r.Offered, r.PerSecond, r.Sampled, r.TakenIn, r.Spilled = &of.Offered, &of.PerSecond, of.Sampled, &of.TakenIn, &of.Spilled
	r.UntilMs, r.WithoutRetries = of.Until.Seconds()*1e3, of.WithoutRetries
	r.Needed, r.ErlangB, r.ErlangC = &of.Needed, &of.ErlangB, &of.ErlangC
	if of.Have > 0 {
		utilisation := of.Utilisation()
		r.Utilisation, r.Rejected, r.Waits = &utilisation, &of.Rejected, &of.Waits
	}
	if of.Lost != "" {
		r.LostOffered, r.LostNeeded = &of.LostOffered, &of.LostNeeded
	}
	return r
}

// write writes what was found as table, csv or json.
func (c *capacity) write(w io.Writer, format string) error {
	rows := []table.Row{{"placement", "site", "servers", "have", "offered", "per_second", "utilisation", "rejected", "waits", "needed", "erlang_b", "erlang_c", "lost", "lost_offered", "lost_needed", "taken_in", "spilled", "sampled", "until_ms", "without_retries", "unknown"}}
	shown := []table.Row{{"placement", "site", "servers", "have", "busy", "load %", "rejected %", "wait %", "needed", "Erlang B", "Erlang C", "lost", "busy", "needed"}}
	count := func(n *int) string { return cell(n, strconv.Itoa) }
	for i := range c.Servers {
		of := &c.Servers[i]
		rows = append(rows, table.Row{
			of.Placement, of.Site, of.Servers, count(of.Have), cell(of.Offered, inFull), cell(of.PerSecond, inFull), cell(of.Utilisation, inFull), cell(of.Rejected, inFull),
			cell(of.Waits, inFull), count(of.Needed), count(of.ErlangB), count(of.ErlangC), of.Lost, cell(of.LostOffered, inFull), count(of.LostNeeded),
			cell(of.TakenIn, inFull), cell(of.Spilled, inFull), of.Sampled, of.UntilMs, strings.Join(of.WithoutRetries, " "), of.Unknown,
		})
		busy := "not known"
		if of.Offered != nil {
			busy = amountOfWork(*of.Offered)
		}
		shown = append(shown, table.Row{
			of.Placement, of.Site, of.Servers, count(of.Have), busy, cell(of.Utilisation, percents), cell(of.Rejected, smallPercents),
			cell(of.Waits, smallPercents), count(of.Needed), count(of.ErlangB), count(of.ErlangC), of.Lost, cell(of.LostOffered, amountOfWork), count(of.LostNeeded),
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
		for _, w := range of.Workloads {
			if w.InCrowd {
				notes = append(notes, fmt.Sprintf("%s: the peak of %s is that of a flash crowd, as if it lasted", where, w.Workload))
			}
		}
		if of.UntilMs > 0 {
			notes = append(notes, fmt.Sprintf("%s: so much is asked of them until sites open or close, %v after the run began", where, time.Duration(of.UntilMs*1e6)))
		}
		if len(of.WithoutRetries) > 0 {
			notes = append(notes, fmt.Sprintf("%s: without what clients of %s ask again (retries), of which a run tells", where, strings.Join(of.WithoutRetries, ", ")))
		}
		if of.Sampled > 0 {
			notes = append(notes, fmt.Sprintf("%s: as %s requests to the origin have it, of a run of %v around the peak of the day, without crowds", where, humanize.Comma(int64(of.Sampled)), c.Sample))
		}
		if of.Spilled != nil && *of.Spilled > 0 {
			notes = append(notes, fmt.Sprintf("%s: has no room for %s %% of the work of its own users, %s servers' worth, and passes it on (Erlang's fixed point)",
				where, smallPercents(*of.Spilled/(*of.Offered-*of.TakenIn)), amountOfWork(*of.Spilled)))
		}
		if of.TakenIn != nil && *of.TakenIn > 0 {
			notes = append(notes, fmt.Sprintf("%s: of the %s busy ones %s are for what others pass on", where, amountOfWork(*of.Offered), amountOfWork(*of.TakenIn)))
		}
	}
	for _, note := range notes {
		if _, err := fmt.Fprintln(w, "  "+note); err != nil {
			return err
		}
	}
	return nil
}

// writeLoads writes what servers and links that are limited have to do, as a table, if there are any.
func (c *capacity) writeLoads(w io.Writer) error {
	if len(c.Loads) == 0 {
		return nil
	}
	isOfLink := func(l loadBefore) bool { return l.From != "" && !l.IsOfConnection() }
	title, loads := "Load on the mean of the recorded time, before a run", []table.Row{{"placement", "what", "at", "offered", "of", "load %"}}
	hasLink := slices.ContainsFunc(c.Loads, isOfLink)
	if hasLink {
		title += ", and of links at the peak of the day or of a flash crowd"
		loads[0] = append(loads[0], "peak %")
	}
	for _, l := range c.Loads {
		unit := "servers"
		if l.Unit == sim.Players {
			unit = "seats"
		}
		what, at, scale, peak := l.Workload+l.Pool, l.Site, 1.0, ""
		switch {
		case l.IsOfConnection():
			what, at, unit, scale = "connection of "+l.Workload, l.From+" → "+l.To, "Mbit/s", 1e-6
		case isOfLink(l):
			what, at, unit, scale, peak = "link", l.From+" → "+l.To, "Mbit/s", 1e-6, percents(l.PeakUtilisation)
		case at == "":
			at = "all its sites"
		}
		row := table.Row{l.Placement, what, at, tenths(l.Offered * scale), tenths(l.Capacity*scale) + " " + unit, percents(l.Utilisation)}
		if hasLink {
			row = append(row, peak)
		}
		loads = append(loads, row)
	}
	err := listing{rows: loads, title: title}.write(w, "table")
	if err == nil && len(c.WithoutRetries) > 0 {
		_, err = fmt.Fprintf(w, "  without what clients of %s ask again (retries), of which a run tells\n", strings.Join(c.WithoutRetries, ", "))
	}
	return err
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

// smallPercents writes a share that may be very small.
func smallPercents(x float64) string {
	switch {
	case x > 0 && x < 1e-6:
		return "<0.0001"
	case x > 0 && x < .01:
		return strconv.FormatFloat(100*x, 'f', 2-int(math.Ceil(math.Log10(100*x))), 64)
	}
	return percents(x)
}

// amountOfWork writes how many servers work is for, which may be less than one.
func amountOfWork(x float64) string {
	switch {
	case x > 0 && x < 1e-4:
		return "<0.0001"
	case x > 0 && x < 1:
		return strconv.FormatFloat(x, 'f', 2-int(math.Ceil(math.Log10(x))), 64)
	}
	return tenths(x)
}
