package main

import (
	"errors"
	"sync"
)

// replications runs the same work a number of times at once, each on a goroutine of its own, and returns
// the CPU time of all together, the setting up included.
func replications(times int, run func(operations int) (outcome, error)) func(size, operations int) (outcome, error) {
	return func(_, operations int) (outcome, error) {
		outcomes := make([]outcome, times)
		errs := make([]error, times)
		cpu, err := timed(func() error {
			var all sync.WaitGroup
			for i := range times {
				all.Go(func() { outcomes[i], errs[i] = run(operations / times) })
			}
			all.Wait()
			return errors.Join(errs...)
		})
		return outcome{operations / times * times, cpu, outcomes[0].Check}, err
	}
}

// together returns the entries of the work "two at once".
func together() []entry {
	const requests = 4_000_000
	var entries []entry
	for _, way := range []struct {
		how string
		run func(requests int) (outcome, error)
	}{
		{"all events in one simulation", standardToy.events},
		{"site by site", standardToy.sites},
	} {
		entries = append(entries,
			entry{engine: "edgewise", how: way.how + ", one", operations: requests / 2, base: true, run: replications(1, way.run)},
			entry{engine: "edgewise", how: way.how + ", two at once", operations: requests, run: replications(2, way.run)})
	}
	return entries
}
