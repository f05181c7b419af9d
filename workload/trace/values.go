package trace

import (
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// maxSizeBytes is the largest size of an object, a pebibyte: larger is damage.
const maxSizeBytes = 1 << 50

// parseKey returns the key of an id in text: its value if it is a whole number written without
// leading zeros, below 2^64, else its 64-bit FNV-1a hash.
func parseKey(id []byte) uint64 {
	if len(id) <= 20 && len(id) > 0 && (id[0] != '0' || len(id) == 1) {
		if key, err := strconv.ParseUint(string(id), 10, 64); err == nil {
			return key
		}
	}
	h := fnv.New64a()
	h.Write(id)
	return h.Sum64()
}

// parseSize reads a size, also one that a program wrote as a fraction: "10.0".
func parseSize(from string) (int64, error) {
	size, err := strconv.ParseInt(from, 10, 64)
	if err != nil && strings.Contains(from, ".") {
		if number, wrong := strconv.ParseFloat(from, 64); wrong == nil && number == math.Trunc(number) && math.Abs(number) <= maxSizeBytes {
			size, err = int64(number), nil
		}
	}
	if err != nil || size < 0 || size > maxSizeBytes {
		return 0, fmt.Errorf("size is %s; it must be a whole number from 0 to %d", text.Quote(from), int64(maxSizeBytes))
	}
	return size, nil
}
