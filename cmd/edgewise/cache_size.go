package main

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// A cacheSize is a cache size from the command line.
type cacheSize struct {
	text    string
	bytes   bool     // in bytes, not in objects
	percent bool     // number is a percentage of the footprint
	number  *big.Rat // exact, so that 29% of 100 is 29
	usual   bool     // a default: at least 1, and left out where it is the same as another
}

// usualCacheSizes are the sizes of a command line that has none.
var usualCacheSizes = []string{"0.1%", "1%", "10%"}

// defaultCacheSizes returns the sizes of a command line that has none.
func defaultCacheSizes(unit string) ([]cacheSize, error) {
	sizes, err := parseCacheSizes(usualCacheSizes, unit)
	for i := range sizes {
		sizes[i].usual = true
	}
	return sizes, err
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
	switch bytes, err := words.ParseBytes(text); {
	case err == nil && unit == "objects":
		return cacheSize{}, fmt.Errorf("--size is %s, which counts bytes; --unit is objects", text)
	case err == nil && bytes > 0:
		size.bytes, size.number = true, new(big.Rat).SetInt64(bytes)
		return size, nil
	case errors.Is(err, words.ErrBits) || errors.Is(err, words.ErrMany):
		return cacheSize{}, fmt.Errorf("--size is %s; %w", text, err)
	}
	var digits string
	digits, size.percent = strings.CutSuffix(strings.TrimSpace(text), "%")
	digits = strings.TrimSpace(digits)
	number, ok := new(big.Rat).SetString(digits)
	if !ok || number.Sign() <= 0 || strings.Trim(digits, "0123456789.") != "" {
		return cacheSize{}, fmt.Errorf("--size is %q; want a number above 0, digits and at most one point, such as 1000, 10%% "+
			"or 1.5GiB, alone or with a unit: %%, B, kB, MB, GB, TB, PB, KiB, MiB, GiB, TiB or PiB", text)
	}
	size.number = number
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
	if c.usual && capacity.Sign() == 0 {
		return 1, nil
	}
	if !capacity.IsInt64() || capacity.Sign() == 0 {
		return 0, fmt.Errorf("--size is %s of the footprint, %d %s, rounded down %s; want from 1 to 2^63-1", c.text, footprint, unit, capacity)
	}
	return capacity.Int64(), nil
}
