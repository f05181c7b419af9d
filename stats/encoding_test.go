package stats_test

import (
	"encoding/binary"
	"hash/crc32"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

func encode(t testing.TB, s *stats.Sketch) []byte {
	data, err := s.MarshalBinary()
	require.NoError(t, err)
	return data
}

func TestEncodingKeepsEverything(t *testing.T) {
	sketches := []*stats.Sketch{nil, new(stats.Sketch), record([]int64{0}), record([]int64{-5, 3, 1 << 62})}
	for law := range laws {
		sketches = append(sketches, record(draw(law, 5000, 1)))
	}
	for _, s := range sketches {
		got := record([]int64{42}) // what was there before must go
		require.NoError(t, got.UnmarshalBinary(encode(t, s)))
		require.True(t, got.Equal(s))
	}
}

func TestEncodingIsCompact(t *testing.T) {
	s := record(draw("lognormal", 1_000_000, 1))
	cells := 0
	for range s.Cells() {
		cells++
	}
	require.Less(t, len(encode(t, s)), 4*cells)
}

func TestDamagedEncodingIsRefused(t *testing.T) {
	data := encode(t, record(draw("lognormal", 300, 1)))
	before := record([]int64{1, 2})
	for i := range data {
		for bit := range 8 {
			damaged := append([]byte(nil), data...)
			damaged[i] ^= 1 << bit
			s := before.Clone()
			require.Error(t, s.UnmarshalBinary(damaged), "bit %d of byte %d", bit, i)
			require.True(t, s.Equal(before), "a refused encoding changed the sketch")
		}
		require.Error(t, new(stats.Sketch).UnmarshalBinary(data[:i]), "cut after %d bytes", i)
	}
	require.Error(t, new(stats.Sketch).UnmarshalBinary(append(data, 0)))
}

func TestImpossibleEncodingIsRefused(t *testing.T) {
	// invalid, count, minimum, maximum, sum high, sum low, then gap and count of each cell.
	for name, c := range map[string]struct {
		fields []uint64
		want   string
	}{
		"count":          {[]uint64{0, 3, 5, 9, 0, 14, 5, 1, 3, 1}, "the cells hold 2 values, the count is 3"},
		"minimum":        {[]uint64{0, 2, 6, 9, 0, 15, 5, 1, 3, 1}, "minimum 6 ns is outside the first cell [5, 5]"},
		"maximum":        {[]uint64{0, 2, 5, 10, 0, 14, 5, 1, 3, 1}, "maximum 10 ns is outside the last cell [9, 9]"},
		"order":          {[]uint64{0, 2, 9, 5, 0, 14, 5, 1, 3, 1}, "is not between"},
		"sum too small":  {[]uint64{0, 2, 5, 9, 0, 13, 5, 1, 3, 1}, "sum is impossible"},
		"sum too large":  {[]uint64{0, 2, 5, 9, 1, 14, 5, 1, 3, 1}, "sum is impossible"},
		"cell too high":  {[]uint64{0, 1, 5, 5, 0, 5, 57 * 128, 1}, "the last is 7295"},
		"gap overflow":   {[]uint64{0, 2, 5, 5, 0, 10, 5, 1, 1<<64 - 3, 1}, "the last is 7295"},
		"empty cell":     {[]uint64{0, 1, 5, 5, 0, 5, 5, 0}, "count 0"},
		"too many":       {[]uint64{0, 1, 5, 9, 0, 5, 5, 1<<64 - 1, 3, 2}, "more than 2^64-1"},
		"cut in a cell":  {[]uint64{0, 2, 5, 9, 0, 14, 5, 1, 3}, "cell count"},
		"cut in header":  {[]uint64{0, 2, 5}, "maximum"},
		"empty with sum": {[]uint64{0, 0, 0, 0, 0, 1}, "an empty sketch has"},
	} {
		err := new(stats.Sketch).UnmarshalBinary(seal(1, c.fields...))
		require.ErrorContains(t, err, c.want, name)
	}
	require.NoError(t, new(stats.Sketch).UnmarshalBinary(seal(1, 0, 2, 5, 9, 0, 14, 5, 1, 3, 1)), "the example that the others break")
	require.ErrorContains(t, new(stats.Sketch).UnmarshalBinary(seal(2, 0, 0, 0, 0, 0, 0)), "version 2")
}

// seal encodes fields as a sketch would and adds a valid checksum.
func seal(version byte, fields ...uint64) []byte {
	data := []byte{version}
	for _, f := range fields {
		data = binary.AppendUvarint(data, f)
	}
	return sealBytes(data)
}

func sealBytes(data []byte) []byte {
	return binary.LittleEndian.AppendUint32(data, crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)))
}

// FuzzSketchDecoder feeds the decoder what has a valid checksum, so that it must look at the content.
func FuzzSketchDecoder(f *testing.F) {
	for _, s := range []*stats.Sketch{nil, record([]int64{1, 1 << 40, -3}), record(draw("lognormal", 100, 1))} {
		data := encode(f, s)
		f.Add(data[:len(data)-4])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := new(stats.Sketch)
		if s.UnmarshalBinary(sealBytes(append([]byte(nil), body...))) != nil {
			require.True(t, s.Equal(nil))
			return
		}
		again := new(stats.Sketch)
		require.NoError(t, again.UnmarshalBinary(encode(t, s)))
		require.True(t, again.Equal(s))
		if s.Count() > 0 {
			q := s.QuantileNs(0.5)
			require.True(t, q >= float64(s.MinNs()) && q <= float64(s.MaxNs()))
		}
	})
}
