package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/store"
)

func Example() {
	study, err := scenario.Parse("study.yaml", []byte(`
title: Two regions
duration: 5s
check_warm_up: false
replications: 2
network: {metros: {names: [denver-us]}}
workloads: [{name: api, preset: api-dynamic, requests_per_second: 20}]
placements: [{name: west, compute: us-west-2}, {name: east, compute: us-east-1}]
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	home, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(home)
	about, err := store.Of(study, "study.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	cells, err := store.Open(filepath.Join(home, "cells"), about)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cells.Close()
	study.Store = cells
	for range 2 { // the second time nothing is run
		if _, err := study.Run(context.Background()); err != nil {
			fmt.Println(err)
		}
	}
	status, _ := store.Read(filepath.Join(home, "cells"))
	done, missing := status.Cells()
	fmt.Println(done, "done,", missing, "missing")
	// Output: 4 done, 0 missing
}
