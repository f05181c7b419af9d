// Benchmarks runs the same simulations on this project's kernel and on other engines, one beside the
// other on this machine, and prints what each operation costs. See README.md.
//
//	go run .                     everything that is installed, a few minutes
//	go run . -run W1,W3          some works only
//	go run . -json               one JSON object a row, for machines
//	go run . -page FILE          also write the page of docs/performance.md
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("benchmarks: ")
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	if len(os.Args) > 1 && os.Args[1] == trialCommand {
		return trialMain(os.Args[2:])
	}
	o, err := parse(os.Args[1:])
	if err != nil {
		return err
	}
	peers, err := os.MkdirTemp("", "edgewise-benchmarks-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(peers)
	b := bench{rounds: o.rounds, quick: o.quick, peers: findPeers(peers), note: log.Printf}
	if o.page != "" {
		// Find out now, not after the trials, whether the page can be written.
		if err := checkPage(o.page, o.works, b); err != nil {
			return err
		}
	}
	rows, err := b.run(o.works)
	if err != nil {
		return err
	}
	if o.asJSON {
		encoder := json.NewEncoder(os.Stdout)
		for _, r := range rows {
			if err := encoder.Encode(r); err != nil {
				return err
			}
		}
	} else if err := printTables(os.Stdout, o.works, rows, o.quick); err != nil {
		return err
	}
	if o.page != "" {
		return writePage(o.page, o.works, rows, b)
	}
	return nil
}

// options are what the command line asks for.
type options struct {
	works         []work
	rounds        int
	quick, asJSON bool
	page          string // "": none
}

// parse reads the command line.
func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("benchmarks", flag.ExitOnError)
	chosen := flags.String("run", "", "works to run, separated by commas, as their names begin ("+workNames+"); all but billion by default")
	flags.IntVar(&o.rounds, "rounds", 5, "trials of each row, of which the median counts; at least 1")
	flags.BoolVar(&o.quick, "quick", false, "a hundredth of the work, to see that everything runs: figures that mean little, of results that are not checked")
	flags.BoolVar(&o.asJSON, "json", false, "print rows as JSON objects, one a line")
	flags.StringVar(&o.page, "page", "", "write the page of docs/performance.md to this file")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q; want flags only, and works as -run W1,W3", flags.Arg(0))
	case o.rounds < 1:
		return o, fmt.Errorf("-rounds is %d; want at least 1", o.rounds)
	case o.quick && o.page != "":
		return o, fmt.Errorf("-page is %q with -quick, whose figures mean little; want one of the two flags", o.page)
	}
	var err error
	o.works, err = choose(allWorks(), *chosen)
	return o, err
}

// workNames are the ways to name works that -run suggests.
const workNames = "draws, W1, W2, W3, W4, two, scaling or billion"

// choose returns the works whose names begin with one of those given, in order, each once.
func choose(works []work, names string) ([]work, error) {
	var chosen []work
	if names == "" {
		for _, w := range works {
			if !w.onRequest {
				chosen = append(chosen, w)
			}
		}
		return chosen, nil
	}
	for _, name := range strings.Split(names, ",") {
		if name = strings.TrimSpace(name); name == "" {
			return nil, fmt.Errorf("-run is %q; want names between commas, none of them empty: %s", names, workNames)
		}
		found := false
		for _, w := range works {
			if !strings.HasPrefix(strings.ToLower(w.name), strings.ToLower(name)) {
				continue
			}
			found = true
			if !slices.ContainsFunc(chosen, func(c work) bool { return c.name == w.name }) {
				chosen = append(chosen, w)
			}
		}
		if !found {
			return nil, fmt.Errorf("-run has no work %q; want %s", name, workNames)
		}
	}
	return chosen, nil
}
