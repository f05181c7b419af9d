package edgewise

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"sync"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/sync/errgroup"

	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// packedMetros are the summaries of the metros of one run and workload, compressed: there may be hundreds of metros in
// thousands of runs, and the figures of one placement are made at a time.
type packedMetros struct {
	metros, rows int
	data         []byte
}

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

// packMetros packs summaries of metros with so many rows each. A ratio is two numbers of variable length, a sketch is as
// [stats.Sketch.AppendBinary] writes it.
func packMetros(metros []summary, rows int) packedMetros {
	var b, sketch []byte
	for i := range metros {
		m := &metros[i]
		for row, r := range m.ratios {
			shown := byte(0)
			if m.is[row] {
				shown = 1
			}
			b = append(b, shown)
			b = binary.AppendUvarint(binary.AppendUvarint(b, r.Numerator), r.Denominator)
		}
		for metric, s := range m.latency {
			if s == nil {
				continue
			}
			sketch, _ = s.AppendBinary(sketch[:0]) // its error is always nil
			b = binary.AppendUvarint(append(b, byte(metric)+1), uint64(len(sketch)))
			b = append(b, sketch...)
		}
		b = append(b, 0)
	}
	to, _ := zstdOf()
	return packedMetros{len(metros), rows, to.EncodeAll(b, nil)}
}

// unpack returns the summaries that were packed.
func (p *packedMetros) unpack() ([]summary, error) {
	_, from := zstdOf()
	b, err := from.DecodeAll(p.data, nil)
	if err != nil {
		return nil, fmt.Errorf("edgewise: unpack metros: %w", err)
	}
	number := func() uint64 {
		v, n := binary.Uvarint(b)
		b = b[n:]
		return v
	}
	metros := make([]summary, p.metros)
	ratios, is := make([]stats.Ratio, p.metros*p.rows), make([]bool, p.metros*p.rows)
	for i := range metros {
		m := &metros[i]
		m.ratios, ratios = ratios[:p.rows:p.rows], ratios[p.rows:]
		m.is, is = is[:p.rows:p.rows], is[p.rows:]
		for row := range m.ratios {
			m.is[row] = number() == 1
			m.ratios[row].Numerator = number()
			m.ratios[row].Denominator = number()
		}
		for metric := number(); metric > 0; metric = number() {
			size := number()
			s := new(stats.Sketch)
			if err := s.UnmarshalBinary(b[:size]); err != nil {
				return nil, fmt.Errorf("edgewise: unpack metros: %w", err)
			}
			m.latency[sim.Metric(metric-1)], b = s, b[size:]
		}
	}
	return metros, nil
}

// unpackMetros unpacks the metros of runs, on all cores.
func unpackMetros(runs []*summary) error {
	var each errgroup.Group
	each.SetLimit(runtime.GOMAXPROCS(0))
	for _, s := range runs {
		if s.metros != nil {
			continue // those of the baseline stay
		}
		each.Go(func() (err error) {
			s.metros, err = s.packed.unpack()
			s.packed = packedMetros{}
			return err
		})
	}
	return each.Wait()
}
