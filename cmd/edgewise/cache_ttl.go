package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// parseTTLs reads --ttl.
func parseTTLs(texts []string) (ttls []time.Duration, err error) {
	for _, text := range texts {
		ttl, err := time.ParseDuration(text)
		if err != nil || ttl <= 0 {
			return nil, fmt.Errorf("--ttl is %q; want times of more than 0, each with its unit, for example 60s,5m", text)
		}
		ttls = append(ttls, ttl)
	}
	return ttls, nil
}

// takeTimes keeps what a replay with lifetimes needs of a trace.
func (c *cacheCmd) takeTimes(t *loadedTrace, part *trace.Loaded) error {
	if len(c.ttls) == 0 {
		return nil
	}
	if part.Held == nil {
		return fmt.Errorf("%s: --ttl needs all requests in memory with their times; want more than --memory %s, or a part of the trace", t.name, c.Memory)
	}
	t.at = part.Held.At
	if first, last := t.at[0], t.at[len(t.at)-1]; first == last {
		return fmt.Errorf("%s: --ttl is given, and all requests are at one time; want a trace with times, or --time-column", t.name)
	}
	requests := requestsOf(part.Held, part.Objects, part.HasSizes)
	t.aged = &requests
	return nil
}

// replayTTLs returns a row for each time to live.
func (c *cacheCmd) replayTTLs(ctx context.Context, t *loadedTrace, cfg cache.Config) (rows [][]string, err error) {
	for _, ttl := range c.ttls {
		began := time.Now()
		aged, err := cache.ReplayTTL(ctx, cfg, t.aged, t.at, ttl, t.skipped)
		if err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			return nil, &usageError{errors.Join(fmt.Errorf("%s: --ttl %v", t.name, ttl), err)}
		}
		w := cache.Warm{Counted: aged.Result, Skipped: t.replayer.Skipped(), Took: time.Since(began)}
		row := c.row(t, cfg, w)
		if c.Skip.text != "" { // what the skipped missed is not counted here
			row[len(row)-1], row[len(row)-2] = "", ""
		}
		rows = append(rows, append(row, ttl.String(), strconv.FormatInt(aged.Expired, 10)))
	}
	return rows, nil
}
