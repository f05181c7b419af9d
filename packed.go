package edgewise

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// packed are the summaries of the metros or sites of one run and workload, compressed some at a time: there may be hundreds
// of them in thousands of runs, and figures are made of those of few places at a time.
type packed struct {
	places, rows int
	groups       [][]byte // of perGroup places each, the last of the rest
}

// perGroup is how many places are packed together.
const perGroup = 16

// zstdOf returns what compresses and what expands; both may be used by several goroutines at a time.
var zstdOf = sync.OnceValues(func() (*zstd.Encoder, *zstd.Decoder) {
	to, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic(err) // the options are constants
	}
	from, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderLowmem(true))
	if err != nil {
		panic(err)
	}
	return to, from
})

// pack packs summaries with so many rows each. A ratio is two numbers of variable length, a sketch is as
// [stats.Sketch.AppendBinary] writes it.
func pack(places []summary, rows int) packed {
	p := packed{places: len(places), rows: rows}
	to, _ := zstdOf()
	var b, sketch, compressed []byte
	for group := range slices.Chunk(places, perGroup) {
		b = b[:0]
		for i := range group {
			at := &group[i]
			b = append(b, bit(at.isIdle))
			for row, r := range at.ratios {
				b = append(b, bit(at.is[row]))
				b = binary.AppendUvarint(binary.AppendUvarint(b, r.Numerator), r.Denominator)
			}
			for metric, s := range at.latency {
				if s == nil {
					continue
				}
				sketch, _ = s.AppendBinary(sketch[:0]) // its error is always nil
				b = binary.AppendUvarint(append(b, byte(metric)+1), uint64(len(sketch)))
				b = append(b, sketch...)
			}
			b = append(b, 0)
		}
		compressed = to.EncodeAll(b, compressed[:0])
		p.groups = append(p.groups, bytes.Clone(compressed)) // without the room to grow
	}
	return p
}

func bit(is bool) byte {
	if is {
		return 1
	}
	return 0
}

// unpack returns the summaries of a group.
func (p *packed) unpack(group int) ([]summary, error) {
	_, from := zstdOf()
	b, err := from.DecodeAll(p.groups[group], nil)
	if err != nil {
		return nil, fmt.Errorf("edgewise: unpack places: %w", err)
	}
	number := func() uint64 {
		v, n := binary.Uvarint(b)
		b = b[n:]
		return v
	}
	places := make([]summary, min(perGroup, p.places-group*perGroup))
	ratios, is := make([]stats.Ratio, len(places)*p.rows), make([]bool, len(places)*p.rows)
	for i := range places {
		at := &places[i]
		at.isIdle = number() == 1
		at.ratios, ratios = ratios[:p.rows:p.rows], ratios[p.rows:]
		at.is, is = is[:p.rows:p.rows], is[p.rows:]
		for row := range at.ratios {
			at.is[row] = number() == 1
			at.ratios[row].Numerator = number()
			at.ratios[row].Denominator = number()
		}
		for metric := number(); metric > 0; metric = number() {
			size := number()
			s := new(stats.Sketch)
			if err := s.UnmarshalBinary(b[:size]); err != nil {
				return nil, fmt.Errorf("edgewise: unpack places: %w", err)
			}
			at.latency[sim.Metric(metric-1)], b = s, b[size:]
		}
	}
	return places, nil
}

// ofPlace returns the summaries of one place by run.
func ofPlace(runs [][]summary, place int) []*summary {
	all := make([]*summary, len(runs))
	for i := range runs {
		all[i] = &runs[i][place]
	}
	return all
}
