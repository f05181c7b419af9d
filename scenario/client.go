package scenario

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// readClient reads how the users of a workload connect, and who is behind their requests.
func readClient(v value, w *workload.Head) {
	c := &w.Client
	seen := v.fields(
		field{"handshake", choice(transport.ParseHandshake, &c.Handshake)},
		field{"idle", choice(transport.ParseIdleWindow, &c.Idle)},
		field{"new_connections", func(v value) { v.number(&c.NewShare) }},
		field{"mbit_per_second", func(v value) { readRates(v, w) }},
		field{"stack", func(v value) { readStack(v, c) }},
		field{"congestion", choice(transport.ParseCongestion, &c.Congestion)},
		field{"handshake_work", func(v value) { v.duration(&c.HandshakeWork) }},
		field{"resumed_work", func(v value) { v.duration(&c.ResumedWork) }},
		field{"receive_window", func(v value) { v.bytes(&c.ReceiveBytes) }},
		field{"send_buffer", func(v value) { v.bytes(&c.SendBytes) }},
		field{"buffer", func(v value) { v.bytes(&c.BufferBytes) }},
		field{"visits", func(v value) { readVisits(v, &w.Visits) }},
	)
	_, isVisited := seen["visits"]
	if _, isSaid := seen["new_connections"]; isVisited && !isSaid {
		c.NewShare = 0 // of the preset
		w.Assumed = slices.DeleteFunc(slices.Clone(w.Assumed), func(a workload.Assumption) bool { return a.Field == "Client.NewShare" })
	}
}

// readStack reads whose software connects: what a file says of handshake, idle window and rate stays.
func readStack(v value, c *transport.Connection) {
	word, ok := v.scalar("textbook or linux")
	switch {
	case !ok:
	case word == "textbook":
		c.Stack, c.SegmentBytes, c.InitialSegments = transport.Stack{}, 0, 0
	case word == "linux":
		linux := transport.Linux(c.Handshake)
		c.Stack, c.SegmentBytes, c.InitialSegments = linux.Stack, linux.SegmentBytes, linux.InitialSegments
	default:
		v.problem("is %s; want textbook or linux", text.Quote(word))
	}
}

// readRate reads a rate in Mbit/s.
func readRate(v value, bitsPerSecond *float64) {
	const most = 1e9 // 10^15 bit/s, as in [transport.Connection]
	var mbit float64
	if v.number(&mbit) && !(mbit >= 0 && mbit <= most) {
		v.problem("is %v; want 0 (without limit) to %v", mbit, most)
		return
	}
	*bitsPerSecond = mbit * 1e6
}

// readRates reads a rate, or those of technologies.
func readRates(v value, h *workload.Head) {
	if v.node.Kind == yaml.ScalarNode && v.node.Value == "by access" {
		for t := range h.Rates {
			h.Rates[t] = topology.Technology(t).BitsPerSecond()
		}
		return
	}
	if v.node.Kind != yaml.MappingNode {
		readRate(v, &h.Client.BitsPerSecond)
		return
	}
	var rates []field
	for t := range topology.Technology(topology.NumTechnologies) {
		rates = append(rates, field{t.String(), func(v value) { readRate(v, &h.Rates[t]) }})
	}
	v.fields(rates...)
}

func readVisits(v value, visits *workload.Visits) {
	seen := v.fields(
		field{"requests", func(v value) { v.number(&visits.Requests) }},
		field{"gap", func(v value) { v.duration(&visits.Gap) }},
		field{"returning", func(v value) { v.number(&visits.Returning) }},
		field{"idle_timeout", func(v value) { v.duration(&visits.IdleTimeout) }},
		field{"ticket_lifetime", func(v value) { v.duration(&visits.TicketLifetime) }},
		field{"early_data", func(v value) { v.boolean(&visits.EarlyData) }},
		field{"http", func(v value) { readVersions(v, &visits.Versions) }},
		field{"http_by_access", func(v value) {
			var by []field
			for t := range topology.Technology(topology.NumTechnologies) {
				by = append(by, field{t.String(), func(v value) { readVersions(v, &visits.VersionsBy[t]) }})
			}
			v.fields(by...)
		}},
		field{"connections", func(v value) { v.integer(&visits.Connections) }},
		field{"lookup", func(v value) { v.duration(&visits.Lookup) }},
		field{"lookup_ttl", func(v value) { v.duration(&visits.LookupTTL) }},
	)
	if ttl, ok := seen["lookup_ttl"]; ok {
		if _, ok := seen["lookup"]; !ok {
			ttl.problem("is for how long a name may be used; want the key lookup beside it, what a look-up takes: without it none is made")
		} else if visits.Lookup == 0 {
			ttl.problem("is for how long a name may be used; want lookup above 0s beside it, or neither: a look-up that takes no time is none")
		}
	}
}

// readVersions reads the shares of versions of HTTP, or the name that they have.
func readVersions(v value, shares *workload.Versions) {
	if v.node.Kind == yaml.MappingNode {
		v.fields(
			field{"1.1", func(v value) { v.number(&shares[0]) }},
			field{"2", func(v value) { v.number(&shares[1]) }},
			field{"3", func(v value) { v.number(&shares[2]) }},
		)
		return
	}
	const want = "2022 to 2025, cdn-2025, or a mapping with 1.1, 2 and 3"
	word, ok := v.scalar(want)
	if !ok {
		return
	}
	of, err := workload.VersionsCalled(word)
	if err != nil {
		v.problem("is %s; want %s", text.Quote(word), want)
		return
	}
	*shares = of
}
