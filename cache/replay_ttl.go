package cache

import (
	"context"
	"fmt"
	"time"
)

// An Aged is a [Result] of a replay in which objects live for a while.
type Aged struct {
	// Result counts as misses what was not there and what was there and too old: all that goes to the origin.
	Result
	// Expired counts the misses of objects that were there, which a conditional request may confirm without their bytes.
	Expired int64
}

// ReplayTTL replays requests at given instants, in order, through the cache of a Config in which every object is fresh for ttl from
// its fetch. One that is too old is fetched again at once and stays in its place. Requests are counted from a number on; those
// before it fill the cache. It returns the context's error when cancelled.
func ReplayTTL(ctx context.Context, cfg Config, r *Requests, at []time.Duration, ttl time.Duration, from int64) (Aged, error) {
	if len(at) != len(r.IDs) {
		return Aged{}, wrong("at", fmt.Sprintf("%d instants", len(at)), "one for each of %d requests", len(r.IDs))
	}
	if ttl <= 0 {
		return Aged{}, wrong("ttl", ttl, "more than 0s")
	}
	ways := uint(0)
	if cfg.Policy == "infinite" { // all that leaves does so by its age; who knows the future does not know that
		ways = withBounds
	}
	f, err := newFresher(cfg, ways)
	if err != nil {
		return Aged{}, err
	}
	var a Aged
	var now time.Duration
	for i, id := range r.IDs {
		if i%(1<<16) == 0 && ctx.Err() != nil {
			return Aged{}, ctx.Err()
		}
		now = max(now, at[i])
		key, size := uint64(id), r.size(i)
		switch op := r.op(i); op {
		case Delete:
			f.Remove(key)
			continue
		case Put:
			f.Remove(key)
			f.Insert(now, key, size, ttl)
			continue
		}
		_, state := f.Lookup(now, key)
		counts := int64(i) >= from
		if counts {
			a.Requests++
			a.RequestBytes += size
		}
		if state == Fresh {
			continue
		}
		if counts {
			a.Misses++
			a.MissBytes += size
			if state == Stale {
				a.Expired++
			}
		}
		if size > 0 {
			f.Insert(now, key, size, ttl)
		} else {
			f.Refresh(now, key, ttl)
		}
	}
	return a, nil
}
