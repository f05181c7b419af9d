package stats

import (
	"encoding/binary"
	"iter"
)

// Packed returns a copy that takes 96 bytes and 2-4 bytes a non-empty cell, for keeping many sketches of few values
// each. It holds the same, to the bit, and all methods work on it: those that read take somewhat longer, the first
// that records unpacks it.
func (s *Sketch) Packed() *Sketch {
	if s == nil {
		return new(Sketch)
	}
	packed := *s
	packed.cells, packed.first = nil, 0
	packed.packed = string(s.appendCells(nil))
	return &packed
}

// unpack gives every cell its place again.
func (s *Sketch) unpack() {
	if s.packed == "" {
		return
	}
	of := Sketch{packed: s.packed}
	s.packed = ""
	s.cover(cellOf(s.min), cellOf(s.min+s.span))
	for cell, n := range of.counts() {
		s.cells[cell-s.first] = n
	}
}

// counts yields the non-empty cells by number, in ascending order, with their counts.
func (s *Sketch) counts() iter.Seq2[uint64, uint64] {
	return func(yield func(cell, n uint64) bool) {
		if s == nil {
			return
		}
		for i, n := range s.cells {
			if n > 0 && !yield(s.first+uint64(i), n) {
				return
			}
		}
		cell := uint64(firstCell)
		for rest := s.packed; rest != ""; cell++ {
			var gap, n uint64
			gap, rest = cutUvarint(rest)
			n, rest = cutUvarint(rest)
			cell += gap
			if !yield(cell, n) {
				return
			}
		}
	}
}

// appendCells appends the non-empty cells: for each the number of empty cells before it and its count, both of
// variable length.
func (s *Sketch) appendCells(b []byte) []byte {
	if s == nil {
		return b
	}
	if s.packed != "" {
		return append(b, s.packed...)
	}
	next := uint64(firstCell)
	for cell, n := range s.counts() {
		b = binary.AppendUvarint(b, cell-next)
		b = binary.AppendUvarint(b, n)
		next = cell + 1
	}
	return b
}

// cutUvarint reads a number of variable length, which this package has written.
func cutUvarint(text string) (v uint64, rest string) {
	for i := 0; ; i++ {
		v |= uint64(text[i]&0x7f) << (7 * i)
		if text[i] < 0x80 {
			return v, text[i+1:]
		}
	}
}
