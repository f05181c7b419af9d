// Command lab measures what real software takes and does, for the tests of edgewise: nginx, Varnish, Caddy and curl in network
// namespaces of this machine, joined by a link that delays packets. See the README.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := command(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A part is what is measured in one go, and the table that it writes.
type part struct {
	name     string
	programs []string // that it needs besides ip
	table    string   // path in the directory of edgewise
	measure  func(ctx context.Context, tell func(string)) ([][]string, error)
	sweep    *sweep // in place of measure
	about    func() []string
}

var parts = []part{
	{"transport", []string{"nginx", "curl", "openssl"}, "transport/testdata/lab.csv",
		nil, &transportSweep,
		overTCP},
	{"loss", []string{"nginx", "curl", "openssl"}, "transport/testdata/lab-loss.csv",
		nil, &lossSweep,
		overTCP},
	{"windows", []string{"nginx", "curl", "openssl"}, "transport/testdata/lab-windows.csv",
		nil, &windowsSweep,
		overTCP},
	{"idle", []string{"nginx", "curl", "openssl"}, "transport/testdata/lab-idle.csv",
		nil, &idleSweep,
		overTCP},
	{"http3", []string{"caddy", "openssl"}, "transport/testdata/lab-http3.csv",
		nil, &http3Sweep,
		overQUIC},
	{"http3-loss", []string{"caddy", "openssl"}, "transport/testdata/lab-http3-loss.csv",
		nil, &http3LossSweep,
		overQUIC},
	{"freshness", []string{"nginx", "varnishd"}, "sim/testdata/lab.csv", measureFreshness, nil,
		func() []string {
			return []string{
				versionOf("nginx", "-v") + "; " + versionOf("varnishd", "-V") + ". Each in the settings that its name stands for in package freshness; two runs, rows that both had.",
				"Instants in s since the start, on a whole second. H hit, D delayed hit, M miss, R revalidated, S stale, N negative hit, NS stale negative,",
				"E error passed on or made by the cache; a status that is not 200 follows.",
			}
		}},
	{"slices", []string{"nginx"}, "sim/testdata/lab-slices.csv", measureSlices, nil,
		func() []string {
			return []string{
				versionOf("nginx", "-v") + " with its slice module: slices of 32 KiB of an object of 80 KiB, in the settings that its name stands for in package freshness.",
				"Instants in s since the start, on a whole second; b asks for the first 16 KiB, a for all. What has fewer bytes was broken off.",
			}
		}},
	{"workers", []string{"nginx"}, "sim/testdata/lab-workers.csv", measureWorkers, nil,
		func() []string {
			return []string{
				versionOf("nginx", "-v") + " with its module for Perl. Each request keeps a worker for a fixed time; they come at random instants, over a connection each.",
				"Times in ms: work is what the least request takes in all, waits are what others take more.",
			}
		}},
	{"pools", []string{"nginx"}, "transport/testdata/lab-pools.csv", measurePools, nil,
		func() []string {
			return []string{
				versionOf("nginx", "-v") + ", which asks another a round trip away, one worker each. Requests come at random instants.",
				"Instants in ms since the start; opened has a digit for each request, 1 where it opened a connection.",
			}
		}},
}

// overTCP and overQUIC say by what a sweep was measured.
func overTCP() []string {
	return []string{versionOf("nginx", "-v") + "; " + versionOf("curl", "--version")}
}

func overQUIC() []string {
	return []string{"Caddy " + versionOf("caddy", "version") + "; quic-go " + moduleVersion("github.com/quic-go/quic-go")}
}

// processes are what this program starts of itself: a link, and what must run in a namespace.
var processes = map[string]func(ctx context.Context, args []string) error{"link": linkCommand, "freshness": freshnessCommand, "http3": http3Command, "pools": poolsCommand}

func command(ctx context.Context, args []string) error {
	if len(args) > 0 && processes[args[0]] != nil {
		return processes[args[0]](ctx, args[1:])
	}
	f := flag.NewFlagSet("lab", flag.ContinueOnError)
	root := f.String("root", "..", "directory of edgewise, whose tables are written anew")
	what := f.String("measure", "all", "transport, loss, windows, idle, http3, http3-loss, freshness, slices, workers, pools or all")
	var own sweepFlags
	own.define(f)
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("lab: unexpected %q", f.Arg(0))
	}
	if *what != "all" && !slices.ContainsFunc(parts, func(p part) bool { return p.name == *what }) {
		return fmt.Errorf("lab: measure is %q; want transport, loss, windows, idle, http3, http3-loss, freshness, slices, workers, pools or all", *what)
	}
	if own.isSaid() && !slices.ContainsFunc(parts, func(p part) bool { return p.name == *what && p.sweep != nil }) {
		return fmt.Errorf("lab: measure is %q; a sweep of your own is one of transport, loss, windows, idle, http3 or http3-loss", *what)
	}
	for _, p := range parts {
		if *what != "all" && *what != p.name {
			continue
		}
		table, about := filepath.Join(*root, p.table), p.about
		if p.sweep != nil {
			s, err := own.over(*p.sweep)
			if err != nil {
				return err
			}
			if *own.table != "" {
				table = *own.table
			}
			p.measure = func(ctx context.Context, tell func(string)) ([][]string, error) {
				return measureTransport(ctx, s, tell)
			}
			about = func() []string { return append(p.about(), s.times()) }
		}
		if err := missing(p.programs...); err != nil {
			return err
		}
		rows, err := p.measure(ctx, func(text string) { fmt.Fprintln(os.Stderr, text) })
		if err != nil {
			return err
		}
		if err := writeGolden(table, about(), rows); err != nil {
			return err
		}
	}
	return nil
}

// moduleVersion returns the version of a module that this program is built with.
func moduleVersion(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, m := range info.Deps {
		if m.Path == path {
			return m.Version
		}
	}
	return "unknown"
}
