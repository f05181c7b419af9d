package stats

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/bits"
)

// encodingVersion is the first byte of an encoded sketch.
const encodingVersion = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// AppendBinary appends the encoding that MarshalBinary returns. The error is always nil.
func (s *Sketch) AppendBinary(b []byte) ([]byte, error) {
	start := len(b)
	high, low := s.SumNs()
	b = append(b, encodingVersion)
	for _, v := range []uint64{s.Invalid(), s.Count(), uint64(s.MinNs()), uint64(s.MaxNs()), high, low} {
		b = binary.AppendUvarint(b, v)
	}
	b = s.appendCells(b)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli)), nil
}

// MarshalBinary encodes the sketch: a version byte, then variable-length integers (invalid, count,
// minimum, maximum, sum, and for every non-empty cell the number of empty cells before it and its
// count), then a CRC-32C. Equal sketches have equal encodings. The error is always nil.
func (s *Sketch) MarshalBinary() ([]byte, error) {
	return s.AppendBinary(nil)
}

// UnmarshalBinary replaces the sketch by the one encoded in data. Data that is damaged, cut short or
// that no sketch can have written gives an error and leaves the sketch as it was. What it reads is packed: see [Sketch.Packed].
func (s *Sketch) UnmarshalBinary(data []byte) error {
	decoded, err := decodeSketch(data)
	if err != nil {
		return fmt.Errorf("decode sketch: %w", err)
	}
	*s = *decoded
	return nil
}

func decodeSketch(data []byte) (*Sketch, error) {
	const frame = 1 + 4 // version and checksum
	if len(data) < frame {
		return nil, fmt.Errorf("%d bytes, at least %d needed", len(data), frame)
	}
	if data[0] != encodingVersion {
		return nil, fmt.Errorf("version %d, this code reads version %d", data[0], encodingVersion)
	}
	body, tail := data[:len(data)-4], data[len(data)-4:]
	if stored, computed := binary.LittleEndian.Uint32(tail), crc32.Checksum(body, castagnoli); stored != computed {
		return nil, fmt.Errorf("checksum %08x, computed %08x: damaged", stored, computed)
	}
	r := uvarints{rest: body[1:]}
	s := &Sketch{invalid: r.next("invalid"), count: r.next("count"), min: r.next("minimum")}
	largest := r.next("maximum")
	s.sumHigh, s.sumLow = r.next("sum"), r.next("sum")
	if r.err != nil {
		return nil, r.err
	}
	if largest < s.min || largest>>63 != 0 {
		return nil, fmt.Errorf("maximum %d ns is not between the minimum %d ns and 2^63-1 ns", largest, s.min)
	}
	s.span = largest - s.min

	cells, packed := uint64(0), make([]byte, 0, len(r.rest))
	for next := uint64(0); len(r.rest) > 0; next++ {
		gap, n := r.next("cell gap"), r.next("cell count")
		if r.err != nil {
			return nil, r.err
		}
		if gap >= octaves*cellsPerOctave-next {
			return nil, fmt.Errorf("cell %d + %d, the last is %d", next, gap, octaves*cellsPerOctave-1)
		}
		next += gap
		if n == 0 {
			return nil, fmt.Errorf("cell %d: count 0, empty cells are not written", next)
		}
		packed = binary.AppendUvarint(binary.AppendUvarint(packed, gap), n)
		var carry uint64
		if cells, carry = bits.Add64(cells, n, 0); carry != 0 {
			return nil, errors.New("the cells hold more than 2^64-1 values")
		}
	}
	if cells != s.count {
		return nil, fmt.Errorf("the cells hold %d values, the count is %d", cells, s.count)
	}
	s.packed = string(packed)
	return s, s.checkExtremes()
}

// checkExtremes reports whether minimum, maximum and sum are possible with the cells.
func (s *Sketch) checkExtremes() error {
	if s.count == 0 {
		if s.min != 0 || s.span != 0 || s.sumHigh != 0 || s.sumLow != 0 {
			return errors.New("an empty sketch has a minimum, maximum or sum")
		}
		return nil
	}
	first, last := Cell{}, Cell{}
	var least, most Sketch // only their sums are used
	for c := range s.Cells() {
		if first.Count == 0 {
			first = c
		}
		last = c
		high, low := bits.Mul64(uint64(max(c.LowNs, s.MinNs())), c.Count)
		least.addSum(high, low)
		high, low = bits.Mul64(uint64(min(c.HighNs, s.MaxNs())), c.Count)
		most.addSum(high, low)
	}
	if s.MinNs() < first.LowNs || s.MinNs() > first.HighNs {
		return fmt.Errorf("minimum %d ns is outside the first cell [%d, %d]", s.MinNs(), first.LowNs, first.HighNs)
	}
	if s.MaxNs() < last.LowNs || s.MaxNs() > last.HighNs {
		return fmt.Errorf("maximum %d ns is outside the last cell [%d, %d]", s.MaxNs(), last.LowNs, last.HighNs)
	}
	if sumLess(s, &least) || sumLess(&most, s) {
		return errors.New("the sum is impossible with these cells")
	}
	return nil
}

func sumLess(a, b *Sketch) bool {
	return a.sumHigh < b.sumHigh || a.sumHigh == b.sumHigh && a.sumLow < b.sumLow
}

// uvarints reads variable-length integers and keeps the first error.
type uvarints struct {
	rest []byte
	err  error
}

func (r *uvarints) next(what string) uint64 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.err = fmt.Errorf("%s: not a 64-bit variable-length integer", what)
		return 0
	}
	r.rest = r.rest[n:]
	return v
}
