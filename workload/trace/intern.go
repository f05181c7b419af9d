package trace

import (
	"errors"
	"math"
	"math/bits"
)

// An interner numbers keys from 0 in the order they come. It is an open-addressing hash table, three
// to four times as fast as a map.
type interner struct {
	cells []cell // a power of two, at most half full
	shift uint8
	keys  uint32
}

type cell struct {
	key    uint64
	number uint32 // from 1; 0 for an empty cell
}

// number returns the number of a key, a new one if it was never seen.
func (in *interner) number(key uint64) (uint32, error) {
	if 2*(int(in.keys)+1) > len(in.cells) {
		if in.keys == math.MaxInt32 {
			return 0, errors.New("more than 2147483647 different objects are more than this can hold")
		}
		in.grow()
	}
	c := in.cell(key)
	if c.number == 0 {
		in.keys++
		*c = cell{key, in.keys}
	}
	return c.number - 1, nil
}

// find returns the number of a key that was seen.
func (in *interner) find(key uint64) (uint32, bool) {
	if len(in.cells) == 0 {
		return 0, false
	}
	c := in.cell(key)
	return c.number - 1, c.number != 0
}

// memory returns the bytes that the table takes.
func (in *interner) memory() int64 { return int64(len(in.cells)) * 16 }

// cell returns the cell of a key, or the empty one where it belongs.
func (in *interner) cell(key uint64) *cell {
	mask := uint64(len(in.cells) - 1)
	// Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4) of the folded key.
	i := (key ^ key>>32) * 0x9E3779B97F4A7C15 >> (in.shift & 63)
	for {
		c := &in.cells[i&mask]
		if c.number == 0 || c.key == key {
			return c
		}
		i++
	}
}

func (in *interner) grow() {
	old := in.cells
	in.cells = make([]cell, max(1024, 2*len(old)))
	in.shift = uint8(64 - bits.TrailingZeros(uint(len(in.cells))))
	for _, c := range old {
		if c.number != 0 {
			*in.cell(c.key) = c
		}
	}
}
