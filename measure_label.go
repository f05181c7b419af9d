package edgewise

import (
	"fmt"
	"strings"
	"time"
)

// A Label says what a figure is.
type Label struct {
	// Metric and Statistic name the figure together, for example "ttfb" and "p95", or "origin offload" and "by
	// requests".
	Metric    string
	Statistic string
	// Unit is "share" (between 0 and 1; of an origin offload also below 0), "ms", "requests", "bytes", "sessions", "players", or what an own measure counts.
	Unit string
	// Q is the probability of a quantile, for example 0.95; 0 for other statistics.
	Q float64
	// Deadline is that of a share within a deadline; 0 for other statistics.
	Deadline time.Duration
	// Better says which way is better.
	Better Direction
	// Judged is what the figure is called in verdicts, for example "origin requests"; empty if it is not judged.
	// All verdicts of a study hold together, so that every judged figure makes the others harder to establish.
	Judged string
	Shown
}

// Name returns the metric and the statistic, for example "ttfb p95": no two figures of a workload have the same.
func (l Label) Name() string { return l.Metric + " " + l.Statistic }

// IsCalled reports whether a name is that of the figure; blanks do not count, so that "player_rtt within 50ms" is one.
func (l Label) IsCalled(name string) bool {
	return strings.ReplaceAll(l.Name(), " ", "") == strings.ReplaceAll(name, " ", "")
}

// A Shown says where people find a figure, beside the files, and under which title; an empty title is in none of its
// kind. A title says what is counted: "%" is put before a share, "MB" or "GB"
// behind bytes, which are shown so.
type Shown struct {
	// Column is the title in a table with a row a placement, and Table the name of that table: [LatencyTable],
	// [OriginTable] or another, which then is a table of its own, by default of own measures. An own figure that is
	// judged is in a table, under the name it has in verdicts if it has no title.
	Table, Column string
	// SiteColumn is the title in the table with a row a site, of figures that are made by site.
	SiteColumn string
	// Bar is the name in the picture of hit ratios, of shares.
	Bar string
}

// The tables of every comparison.
const (
	// LatencyTable has the headline latency, what failed and what was not played, in ms where nothing else is said.
	LatencyTable = "latency"
	// LastByteTable has the time to the last byte, in ms, of workloads that are judged by the first.
	LastByteTable = "time to last byte"
	// PlayersTable has what players, lobbies and matches of games are like.
	PlayersTable = "players and matches"
	// OriginTable has the hit ratios and the load on the origin.
	OriginTable = "caches and origin"
	// FreshnessTable has the hits of objects that age, how old they are and how many of them are stale.
	FreshnessTable = "freshness"
	// ServersTable has how much more the busiest server of a cache has to do than the mean.
	ServersTable = "busiest server of a cache, times the mean"
)

// A Direction says which way a figure is better.
type Direction uint8

// The directions.
const (
	// Neither is better: the figure describes.
	Neither Direction = iota
	// Less is better, as of latencies, failures and costs.
	Less
	// More is better, as of hit ratios and shares within a deadline.
	More
	numDirections
)

var directionNames = [numDirections]string{"", "less", "more"}

// String returns "less", "more", or nothing for [Neither].
func (d Direction) String() string {
	if d >= numDirections {
		return fmt.Sprintf("direction(%d)", uint8(d))
	}
	return directionNames[d]
}
