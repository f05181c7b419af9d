package main

import "math"

// A work is a simulation that every engine can run, at one or several sizes.
type work struct {
	name string // "W1"
	what string // one sentence
	unit string // what one operation is
	size string // what the size counts; "": there is no size
	// check says what outcome.Check is. An outcome further than tolerance from what theory expects or,
	// without a theory, from that of the first entry of the same size, means that the engine did not do
	// the same work.
	check     string
	theory    float64 // 0: none
	tolerance func(operations int) float64
	entries   []entry
	onRequest bool // too long for a run of all works
}

// An entry is one engine with a way of doing the work.
type entry struct {
	engine string
	how    string
	base   bool // the entries after it, up to the next base, are compared with it; the first always is one
	// size of the problem, and operations to run at that size.
	size, operations int
	// run does the work inside this program; nil if the engine is another program, a [peer].
	run func(size, operations int) (outcome, error)
}

// An outcome is what one trial measured of itself.
type outcome struct {
	Operations int     `json:"operations"`
	CPU        int64   `json:"cpu_ns"` // process CPU time, all threads, without the setting up
	Check      float64 `json:"check"`
}

// A row is one entry's result.
type row struct {
	base bool

	Work         string  `json:"work"`
	Engine       string  `json:"engine"`
	How          string  `json:"how"`
	Size         int     `json:"size"`
	Operations   int     `json:"operations"`
	NsPerOp      float64 `json:"ns_per_op"`
	NsLeast      float64 `json:"ns_least"`
	NsMost       float64 `json:"ns_most"`
	OpsPerSecond float64 `json:"ops_per_second"`
	PeakBytes    int64   `json:"peak_bytes"`
	Check        float64 `json:"check"`
	Trials       int     `json:"trials"`
	Quick        bool    `json:"quick,omitempty"` // a hundredth of the work, result not checked
}

// allWorks returns the works in the order of the page. To add an engine, write a function that returns
// an outcome and put it in the list of entries of a work; to add a work, add it here.
func allWorks() []work {
	works := []work{
		{
			name: "draws", what: "one number of a law, and its addition to a sum", unit: "draw", entries: draws(),
		},
		{
			name: "W1", what: "M/M/1 queue: arrivals at 0.8 of the rate of service, from empty",
			unit: "customer", size: "customers",
			check: "mean wait (theory: 4)", theory: 4,
			// five standard errors, found by replications
			tolerance: func(customers int) float64 { return 5 * 44 / math.Sqrt(float64(customers)) },
			entries: []entry{
				{engine: "edgewise", how: "two events a customer", size: 1_000_000, run: w1Events},
				{engine: "edgewise", how: "station, one event a customer", size: 1_000_000, run: w1Station},
				{engine: "edgewise", how: "station, source drawn ahead, no events", size: 1_000_000, run: w1Source},
				{engine: "edgewise", how: "processes", size: 200_000, run: w1Processes},
				{engine: "usual Go", how: "container/heap of closures", size: 1_000_000, run: w1Usual},
				{engine: "akita v4", how: "events, serial engine", size: 500_000, run: w1Akita},
				{engine: "ns-3", how: "Simulator::Schedule, priority queue", size: 500_000},
				{engine: "SimPy", how: "processes and a resource", size: 50_000},
			},
		},
		{
			name: "W2", what: "hold: pop the first of the pending events, push one at an exponential delay after it",
			unit: "hold", size: "pending events", entries: holds(),
		},
		{
			name: "W3", what: "CDN toy: 100 PoPs of 1,000 requests a second, Zipf 0.9 over a million objects, " +
				"LRU of 10,000 objects each, a miss returns 50 ms later; from cold",
			unit: "request", size: "requests",
			check: "hit ratio", tolerance: halfPercent,
			entries: []entry{
				{engine: "edgewise", how: "all events in one simulation", size: 1_000_000, run: w3Events},
				{engine: "edgewise", how: "site by site", size: 1_000_000, run: w3Sites},
				{engine: "edgewise", how: "package sim, site by site", size: 1_000_000, run: standardToy.simulator(0, 1)},
				{engine: "edgewise", how: "package sim, in windows", size: 1_000_000, run: standardToy.simulator(manyServers, 1)},
				{engine: "usual Go", how: "container/heap of closures, map and container/list", size: 1_000_000, run: w3Usual},
				{engine: "akita v4", how: "events, serial engine, this project's draws and LRU", size: 1_000_000, run: w3Akita},
				{engine: "ns-3", how: "Simulator::Schedule, priority queue", size: 1_000_000},
				{engine: "edgewise", how: "all events in one simulation", size: 200_000, run: w3Events, base: true},
				{engine: "SimPy", how: "processes, OrderedDict", size: 200_000},
				{engine: "edgewise", how: "all events in one simulation", size: 10_000_000, run: w3Events, base: true},
				{engine: "edgewise", how: "site by site", size: 10_000_000, run: w3Sites},
				{engine: "edgewise", how: "package sim, site by site", size: 10_000_000, run: standardToy.simulator(0, 1)},
				{engine: "edgewise", how: "package sim, in windows", size: 10_000_000, run: standardToy.simulator(manyServers, 1)},
			},
		},
		{
			name: "W4", what: "an hour of a competitive shooter for 1,000 players in the ten largest metros, 128 updates a second each",
			unit: "update", size: "players",
			check: "mean response, ms", tolerance: func(int) float64 { return 1 },
			entries: []entry{{engine: "edgewise", how: "package sim", size: 1000, operations: 460_800_000, run: game(1000, 10)}},
		},
	}
	for i := range works {
		works[i].entries[0].base = true
		for j := range works[i].entries {
			if e := &works[i].entries[j]; e.operations == 0 {
				e.operations = e.size
			}
		}
	}
	works = append(works, work{
		name: "two at once", what: "replications of W3, each of 2 million requests, on their own and beside each other",
		unit: "request", check: "hit ratio", tolerance: halfPercent, entries: together(),
	})
	return append(works, scaling()...)
}

func halfPercent(int) float64 { return 0.005 }

// holds returns the entries of W2: every engine at every number of pending events that it can bear.
func holds() []entry {
	var entries []entry
	for _, pending := range []int{100, 10_000, 1_000_000} {
		entries = append(entries,
			entry{engine: "edgewise", how: "queue alone", size: pending, operations: 10_000_000, run: w2Queue, base: true},
			entry{engine: "edgewise", how: "simulation with handlers", size: pending, operations: 10_000_000, run: w2Events},
			entry{engine: "usual Go", how: "container/heap of closures", size: pending, operations: 2_000_000, run: w2Usual},
			entry{engine: "akita v4", how: "events, serial engine", size: pending, operations: 1_000_000, run: w2Akita},
			entry{engine: "ns-3", how: "Simulator::Schedule, priority queue", size: pending, operations: 1_000_000},
			entry{engine: "SimPy", how: "callbacks of time-outs", size: pending, operations: 200_000},
		)
	}
	return entries
}

// scaling returns the works that show how the cost of W3 grows with one size while the others stay.
func scaling() []work {
	var works []work
	for _, dimension := range []struct {
		name, size string
		sizes      []int
		scale      func(size int) (toy, int)
	}{
		{"scaling: PoPs", "PoPs", []int{10, 100, 1000}, func(pops int) (toy, int) {
			t := standardToy
			t.pops = pops
			return t, 20_000 * pops // each PoP as long
		}},
		{"scaling: objects", "objects", []int{10_000, 100_000, 1_000_000, 10_000_000}, func(objects int) (toy, int) {
			t := standardToy
			t.objects = objects
			return t, 2_000_000
		}},
		{"scaling: cache", "objects a cache holds", []int{100, 1000, 10_000, 30_000}, func(capacity int) (toy, int) {
			t := standardToy
			t.capacity = capacity
			return t, 2_000_000
		}},
		{"scaling: requests", "requests", []int{100_000, 1_000_000, 10_000_000, 100_000_000}, func(requests int) (toy, int) {
			return standardToy, requests
		}},
	} {
		w := work{name: dimension.name, what: "W3 as the number of " + dimension.size + " grows", unit: "request", size: dimension.size, check: "hit ratio", tolerance: halfPercent}
		for _, size := range dimension.sizes {
			t, requests := dimension.scale(size)
			rows := []entry{
				{how: "all events in one simulation", run: func(_, requests int) (outcome, error) { return t.events(requests) }},
				{how: "site by site", run: func(_, requests int) (outcome, error) { return t.sites(requests) }},
				{how: "package sim, site by site", run: t.simulator(0, 1)},
				{how: "package sim, in windows", run: t.simulator(manyServers, 1)},
			}
			if requests > 50_000_000 {
				rows = rows[2:3] // the others would take too long
			}
			rows[0].base = true
			for _, e := range rows {
				e.engine, e.size, e.operations = "edgewise", size, requests
				w.entries = append(w.entries, e)
			}
		}
		works = append(works, w)
	}
	return append(works, scalingOfStudies()...)
}

// scalingOfStudies returns the works that show what other sizes cost in package sim.
func scalingOfStudies() []work {
	players := work{name: "scaling: players", what: "W4 as the number of players grows", unit: "update", size: "players"}
	for _, n := range []int{100, 1000, 10_000} {
		players.entries = append(players.entries, entry{how: "package sim, ten metros", size: n, operations: 40_000_000, run: game(n, 10)})
	}
	towns := work{name: "scaling: metros", what: "a web site for metros of the catalogue, from a region and the PoPs of its country", unit: "request", size: "metros"}
	for _, n := range []int{10, 100, 1000} {
		towns.entries = append(towns.entries, entry{how: "package sim, site by site", size: n, operations: 2_000_000, run: webSite(n)})
	}
	workers := work{
		name: "scaling: workers", what: "one run of W3 of ten million requests on several cores", unit: "request", size: "workers",
		check: "hit ratio", tolerance: halfPercent,
	}
	for _, way := range []struct {
		how     string
		servers int
	}{{"package sim, site by site", 0}, {"package sim, in windows", manyServers}} {
		for _, n := range []int{1, 2} {
			workers.entries = append(workers.entries, entry{how: way.how, base: n == 1, size: n, operations: 10_000_000, run: standardToy.simulator(way.servers, n)})
		}
	}
	billion := standardToy
	billion.objects = 10_000_000
	works := []work{players, towns, workers, {
		name: "billion", what: "a billion requests of W3 with ten million objects", unit: "request", size: "requests",
		check: "hit ratio", tolerance: halfPercent, onRequest: true,
		entries: []entry{{how: "package sim, site by site", size: 1_000_000_000, operations: 1_000_000_000, run: billion.simulator(0, 1)}},
	}}
	for i := range works {
		works[i].entries[0].base = true
		for j := range works[i].entries {
			works[i].entries[j].engine = "edgewise"
		}
	}
	return works
}
