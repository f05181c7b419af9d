package main

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/edgewise-sim/edgewise/sim/cache"
)

// A cacheSize is a cache size from the command line.
type cacheSize struct {
	text    string
	bytes   bool     // in bytes, not in objects
	percent bool     // number is a percentage of the footprint
	number  *big.Rat // exact, so that 29% of 100 is 29
}

// Suffixes of sizes in bytes, the longer ones first.
var byteSuffixes = []struct {
	suffix string
	bytes  int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"PiB", 1 << 50},
	{"KB", 1e3}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"PB", 1e15}, {"B", 1},
}

// parseCacheSizes parses sizes for a unit: auto, objects or bytes.
func parseCacheSizes(texts []string, unit string) ([]cacheSize, error) {
	var sizes []cacheSize
	for _, text := range texts {
		size, err := parseCacheSize(text, unit)
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, size)
	}
	return sizes, nil
}

func parseCacheSize(text, unit string) (cacheSize, error) {
	size := cacheSize{text: text, bytes: unit == "bytes"}
	digits, scale := strings.TrimSpace(text), int64(1)
	switch {
	case strings.HasSuffix(digits, "%"):
		size.percent = true
		digits = strings.TrimSuffix(digits, "%")
	default:
		for _, s := range byteSuffixes {
			if rest, found := strings.CutSuffix(digits, s.suffix); found {
				if unit == "objects" {
					return cacheSize{}, fmt.Errorf("--size is %s, which counts bytes; --unit is objects", text)
				}
				digits, scale, size.bytes = rest, s.bytes, true
				break
			}
		}
	}
	number, ok := new(big.Rat).SetString(strings.TrimSpace(digits))
	if !ok || number.Sign() <= 0 || strings.ContainsAny(digits, "/eEpPxX_") {
		return cacheSize{}, fmt.Errorf("--size is %s; want a number above 0 such as 1000, 10%% or 1GiB", text)
	}
	size.number = number.Mul(number, new(big.Rat).SetInt64(scale))
	if !size.percent && (!size.number.IsInt() || !size.number.Num().IsInt64()) {
		return cacheSize{}, fmt.Errorf("--size is %s; want a whole number of objects or bytes below 2^63", text)
	}
	return size, nil
}

// of returns the size for a trace, in objects or bytes.
func (c cacheSize) of(r *cache.Replayer) (int64, error) {
	if !c.percent {
		return c.number.Num().Int64(), nil
	}
	footprint, unit := r.FootprintObjects(), "objects"
	if c.bytes {
		footprint, unit = r.FootprintBytes(), "bytes"
	}
	part := new(big.Rat).Mul(c.number, big.NewRat(footprint, 100))
	capacity := new(big.Int).Quo(part.Num(), part.Denom())
	if !capacity.IsInt64() || capacity.Sign() == 0 {
		return 0, fmt.Errorf("--size %s of the footprint, %d %s, is %s; it must be from 1 to 2^63-1", c.text, footprint, unit, capacity)
	}
	return capacity.Int64(), nil
}
