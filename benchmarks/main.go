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
	chosen := flag.String("run", "", "works to run, separated by commas, as their names begin (draws,W1,W2,W3,W4,two,scaling,billion); all but billion by default")
	rounds := flag.Int("rounds", 5, "trials of each row, of which the median counts; at least 1")
	quick := flag.Bool("quick", false, "a hundredth of the work, to see that everything runs; the figures mean little")
	asJSON := flag.Bool("json", false, "print rows as JSON objects, one a line")
	page := flag.String("page", "", "write the page of docs/performance.md to this file")
	flag.Parse()
	if *rounds < 1 {
		return fmt.Errorf("-rounds is %d; want at least 1", *rounds)
	}
	works, err := choose(allWorks(), *chosen)
	if err != nil {
		return err
	}
	peers, err := os.MkdirTemp("", "edgewise-benchmarks-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(peers)
	b := bench{rounds: *rounds, quick: *quick, peers: findPeers(peers), note: log.Printf}
	rows, err := b.run(works)
	if err != nil {
		return err
	}
	if *asJSON {
		encoder := json.NewEncoder(os.Stdout)
		for _, r := range rows {
			if err := encoder.Encode(r); err != nil {
				return err
			}
		}
	} else if err := printTables(os.Stdout, works, rows); err != nil {
		return err
	}
	if *page != "" {
		return writePage(*page, works, rows, b)
	}
	return nil
}

// choose returns the works whose names begin with one of those given, in order.
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
		found := false
		for _, w := range works {
			if strings.HasPrefix(strings.ToLower(w.name), strings.ToLower(strings.TrimSpace(name))) {
				chosen = append(chosen, w)
				found = true
			}
		}
		if !found {
			return nil, fmt.Errorf("-run has no work %q; want draws, W1, W2, W3, W4, two, scaling or billion", name)
		}
	}
	return chosen, nil
}
