package edgewise

import (
	"cmp"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/sim"
)

// The kinds of [Change].
const (
	// SlowServers are those of a site: a [sim.Slowdown].
	SlowServers = "slow"
	// AnsweringErrors is an origin: a [sim.OriginErrors].
	AnsweringErrors = "origin errors"
	// FlashCrowd is of a workload: a [workload.Flash].
	FlashCrowd = "flash crowd"
	// Launch and Shutdown are the begin and the end of a workload, instants.
	Launch   = "launch"
	Shutdown = "shutdown"
	// Purge is of the caches, an instant: a [sim.Purge].
	Purge = "purge"
	// LinkDown is of the links between two nodes: a [sim.LinkFailure]; LinkImpaired, too: a [sim.LinkImpairment].
	LinkDown     = "link down"
	LinkImpaired = "link impaired"
	// SiteOpens and SiteCloses are of a site of placements, instants: a [placement.Opening].
	SiteOpens  = "site opens"
	SiteCloses = "site closes"
)

// A Change is something else than a failure or drain that happens at a time of the runs.
type Change struct {
	// Kind is one of [SlowServers], [AnsweringErrors], [FlashCrowd], [Launch], [Shutdown], [Purge], [LinkDown], [LinkImpaired], [SiteOpens] and
	// [SiteCloses].
	Kind string `json:"kind"`
	// Site is the id of the site, or Workload the name of the workload that it is of; a purge of all workloads has none.
	Site     string `json:"site,omitempty"`
	Workload string `json:"workload,omitempty"`
	// Between are the ids of the nodes that links join which are down or impaired; nil of other kinds.
	Between []string `json:"between,omitempty"`
	// Placements are the names of those in which a site opens or closes, and nothing happens in the others; nil of other kinds.
	Placements []string `json:"placements,omitempty"`
	// At is when it begins, since the start of the run, warm-up included; For how long it lasts, 0 of an instant. A flash crowd lasts until
	// 1/3000 of it is left.
	At  time.Duration `json:"at_ns"`
	For time.Duration `json:"for_ns"`
	// Fades is after how long a twentieth of a flash crowd is left that decays, 0 of others: so long it is shaded, and told in words.
	Fades time.Duration `json:"fades_ns,omitempty"`
	// Factor is how many times as long work takes, or as often users ask at the most; 0 of other kinds.
	Factor float64 `json:"factor,omitempty"`
	// Share is the part of the objects that a purge takes out, 0 to 1; 0 of one that takes all, and of other kinds.
	Share float64 `json:"share,omitempty"`
	// Objects are the numbers of the objects that a flash crowd asks for, Metros the ids of the metros that it is in; none means all.
	Objects []uint32 `json:"objects,omitempty"`
	Metros  []string `json:"metros,omitempty"`
	// Convergence is how long routes lead over links that are down, and away from them when they are up again; Timeout when what is lost
	// there is given up.
	Convergence time.Duration `json:"convergence_ns,omitempty"`
	Timeout     time.Duration `json:"timeout_ns,omitempty"`
	// AroundFrom and AroundUntil are when routes lead around links that are down, since the start of the run; 0 where they are up again before.
	AroundFrom  time.Duration `json:"around_from_ns,omitempty"`
	AroundUntil time.Duration `json:"around_until_ns,omitempty"`
	// Untouched names the placements, of links that are down or impaired, under which no way that is taken goes over them then: it changes
	// nothing there.
	Untouched []string `json:"untouched,omitempty"`
	// Adds is what links that are impaired add to the way, each way, Loss the share of packets that they lose, 0 to 1.
	Adds time.Duration `json:"adds_ns,omitempty"`
	Loss float64       `json:"loss,omitempty"`

	number int // of an event of links in the study
}

// changes returns what happens in the study besides failures and drains, kind by kind.
func (s *Study) changes() (all []Change) {
	for _, d := range s.Slowdowns {
		all = append(all, Change{Kind: SlowServers, Site: d.Site, At: d.At, For: d.For, Factor: d.Factor})
	}
	for _, e := range s.OriginErrors {
		all = append(all, Change{Kind: AnsweringErrors, Site: e.Site, At: e.At, For: e.For})
	}
	for i := range s.LinkFailures {
		f := &s.LinkFailures[i]
		for _, d := range f.Downtimes() {
			if d.At >= s.WarmUp+s.Duration {
				break // of a window
			}
			all = append(all, Change{
				Kind: LinkDown, Between: f.Between[:], At: d.At, For: d.For, Convergence: cmp.Or(f.Convergence, sim.DefaultConvergence),
				AroundFrom: d.AroundFrom, AroundUntil: d.AroundUntil, Timeout: cmp.Or(f.Timeout, sim.DefaultFailureTimeout), number: i,
			})
		}
	}
	for i := range s.LinkImpairments {
		d := &s.LinkImpairments[i]
		all = append(all, Change{Kind: LinkImpaired, Between: d.Between[:], At: d.At, For: d.For, Adds: d.Adds, Loss: d.LossRatio, number: i})
	}
	for _, p := range s.Purges {
		all = append(all, Change{Kind: Purge, Workload: p.Workload, At: p.At, Share: p.Share})
	}
	for i := range s.Workloads {
		w := &s.Workloads[i]
		for k := range w.Flashes {
			f := &w.Flashes[k]
			c := Change{Kind: FlashCrowd, Workload: w.Name, At: f.At, For: f.End() - f.At, Factor: f.Factor, Objects: f.Objects, Metros: f.Metros}
			if f.Decay > 0 {
				c.Fades = f.Fades() - f.At
			}
			all = append(all, c)
		}
		if w.Begins > 0 {
			all = append(all, Change{Kind: Launch, Workload: w.Name, At: w.Begins})
		}
		if w.Ends > 0 {
			all = append(all, Change{Kind: Shutdown, Workload: w.Name, At: w.Ends})
		}
	}
	return append(all, s.openings()...)
}

// openings returns when sites of placements open and close, those of several placements at the same instant once.
func (s *Study) openings() (all []Change) {
	add := func(kind, site string, at time.Duration, name string) {
		i := slices.IndexFunc(all, func(c Change) bool { return c.Kind == kind && c.Site == site && c.At == at })
		if i < 0 {
			i = len(all)
			all = append(all, Change{Kind: kind, Site: site, At: at})
		}
		all[i].Placements = append(all[i].Placements, name)
	}
	for i := range s.Placements {
		p := &s.Placements[i]
		for _, o := range p.Openings {
			if o.At > 0 && o.At < s.WarmUp+s.Duration {
				add(SiteOpens, o.Site, o.At, p.Name)
			}
			if o.Closes > 0 {
				add(SiteCloses, o.Site, o.Closes, p.Name)
			}
		}
	}
	return all
}
