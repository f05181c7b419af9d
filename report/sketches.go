package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/fxamacker/cbor/v2"
	"github.com/klauspost/compress/zstd"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// sketchesFile keeps what comparison.json has not: the distributions whole, and what each replication says of the figures. With both
// a report is drawn anew without a run.
const sketchesFile = "sketches.bin"

// sketchesMagic begins the file; its last byte is the version of the format. Behind it stands CBOR, compressed by zstd.
const sketchesMagic = "edgewise sketches\x00\x01"

// A keptWorkload is what is kept of one workload under one placement, in the order of the comparison.
type keptWorkload struct {
	Latency    []keptDistribution `cbor:"1,keyasint"`
	Replicates [][]float64        `cbor:"2,keyasint"` // by figure
	Series     edgewise.Series    `cbor:"3,keyasint"`
	Timeline   *edgewise.Timeline `cbor:"4,keyasint,omitempty"`
}

// A keptDistribution is a distribution; that of all replications is pooled from those of each.
type keptDistribution struct {
	Metric         string   `cbor:"1,keyasint"`
	PerReplication [][]byte `cbor:"2,keyasint"`
	Asked          []uint64 `cbor:"3,keyasint,omitempty"`
}

// writeSketches writes the file.
func writeSketches(w io.Writer, c *edgewise.Comparison) error {
	kept := make([][]keptWorkload, len(c.Placements))
	for p := range c.Placements {
		for k := range c.Placements[p].Workloads {
			of := &c.Placements[p].Workloads[k]
			one := keptWorkload{Series: of.Series}
			if of.Timeline.Steps > 0 {
				one.Timeline = &of.Timeline
			}
			for _, d := range of.Latency {
				each := keptDistribution{Metric: d.Metric, Asked: d.Asked}
				for _, s := range d.PerReplication {
					data, err := s.MarshalBinary()
					if err != nil {
						return fmt.Errorf("write sketches: %w", err)
					}
					each.PerReplication = append(each.PerReplication, data)
				}
				one.Latency = append(one.Latency, each)
			}
			for i := range of.Figures {
				one.Replicates = append(one.Replicates, of.Figures[i].Replicates)
			}
			kept[p] = append(kept[p], one)
		}
	}
	if _, err := io.WriteString(w, sketchesMagic); err != nil {
		return fmt.Errorf("write sketches: %w", err)
	}
	// One goroutine, so that the same comparison gives the same bytes.
	compressed, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("write sketches: %w", err)
	}
	err = cbor.NewEncoder(compressed).Encode(kept)
	if err = errors.Join(err, compressed.Close()); err != nil {
		return fmt.Errorf("write sketches: %w", err)
	}
	return nil
}

// What is read of a report is bounded, whoever wrote it.
const (
	mostComparisonBytes = 1 << 30
	mostSketchesBytes   = 1 << 30 // compressed, and without compression
)

// readSketches fills in what the file keeps.
func readSketches(data []byte, c *edgewise.Comparison) error {
	version := len(sketchesMagic) - 1
	switch {
	case len(data) < len(sketchesMagic) || string(data[:version]) != sketchesMagic[:version]:
		return errors.New("not the sketches of a report: it begins otherwise")
	case data[version] != sketchesMagic[version]:
		return fmt.Errorf("version %d; this program reads version %d", data[version], sketchesMagic[version])
	}
	plain, err := zstd.NewReader(bytes.NewReader(data[len(sketchesMagic):]), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(mostSketchesBytes))
	if err != nil {
		return err
	}
	defer plain.Close()
	var kept [][]keptWorkload
	decoder, err := cbor.DecOptions{MaxArrayElements: math.MaxInt32, ExtraReturnErrors: cbor.ExtraDecErrorUnknownField}.DecMode()
	if err != nil {
		return err
	}
	if err := decoder.NewDecoder(io.LimitReader(plain, mostSketchesBytes)).Decode(&kept); err != nil {
		return err
	}
	if len(kept) != len(c.Placements) {
		return fmt.Errorf("of %d placements; comparison.json has %d", len(kept), len(c.Placements))
	}
	for p := range c.Placements {
		of := &c.Placements[p]
		if len(kept[p]) != len(of.Workloads) {
			return fmt.Errorf("placement %q: of %d workloads; comparison.json has %d", of.Name, len(kept[p]), len(of.Workloads))
		}
		for k := range of.Workloads {
			if err := kept[p][k].restore(&of.Workloads[k]); err != nil {
				return fmt.Errorf("placement %q, workload %q: %w", of.Name, of.Workloads[k].Name, err)
			}
		}
	}
	return nil
}

// restore puts what is kept into its place.
func (k *keptWorkload) restore(w *edgewise.WorkloadResult) error {
	if len(k.Replicates) != len(w.Figures) {
		return fmt.Errorf("replicates of %d figures; comparison.json has %d", len(k.Replicates), len(w.Figures))
	}
	for i := range w.Figures {
		w.Figures[i].Replicates = k.Replicates[i]
	}
	w.Series = k.Series
	if k.Timeline != nil {
		w.Timeline = *k.Timeline
	}
	for _, d := range k.Latency {
		each := edgewise.Distribution{Metric: d.Metric, Asked: d.Asked}
		if len(d.Asked) > 0 && len(d.Asked) != len(d.PerReplication) {
			return fmt.Errorf("%s: %d replications asked and %d are recorded", d.Metric, len(d.Asked), len(d.PerReplication))
		}
		for r, data := range d.PerReplication {
			s := new(stats.Sketch)
			if err := s.UnmarshalBinary(data); err != nil {
				return fmt.Errorf("%s, replication %d: %w", d.Metric, r, err)
			}
			each.PerReplication = append(each.PerReplication, s)
		}
		each.Pooled = stats.Pool(each.PerReplication).Packed()
		w.Latency = append(w.Latency, each)
	}
	return nil
}

// ReadComparison reads the comparison of a report, whole, and its manifest: what [WriteRun] was given, but for the study's own
// outputs. Files that are not those which the manifest names by hash are refused. Nothing but files inside of the directory is read.
// The report of a sweep is one of many comparisons, and refused.
func ReadComparison(dir string) (*edgewise.Comparison, *Manifest, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("read report: %w", err)
	}
	defer root.Close()
	m, err := readManifest(root)
	if err != nil {
		return nil, nil, fmt.Errorf("read report: %s: %w", filepath.Join(dir, ManifestFile), err)
	}
	if m.Sweep != nil {
		return nil, nil, fmt.Errorf("read report: %s is that of a sweep, of %d points; want that of edgewise run or search", dir, m.Sweep.Points)
	}
	c := new(edgewise.Comparison)
	for _, part := range []struct {
		name string
		most int64
		read func([]byte) error
	}{
		{"comparison.json", mostComparisonBytes, func(data []byte) error { return decodeComparison(data, c) }},
		{sketchesFile, mostSketchesBytes, func(data []byte) error { return readSketches(data, c) }},
	} {
		data, err := readListed(root, m, part.name, part.most)
		if err == nil {
			err = part.read(data)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read report: %s: %w", filepath.Join(dir, part.name), err)
		}
	}
	return c, m, nil
}

// readListed reads a file that the manifest lists, and checks its hash.
func readListed(root *os.Root, m *Manifest, name string, most int64) ([]byte, error) {
	for _, f := range m.Files {
		if f.Name != name {
			continue
		}
		data, err := readFile(root, name, most)
		if err == nil && hashOf(data) != f.SHA256 {
			err = errors.New("has been changed since it was written")
		}
		return data, err
	}
	return nil, errors.New("the report has no such file: it was made by an older program, or the file could not be made; run the scenario again")
}

// decodeComparison reads what [WriteJSON] wrote.
func decodeComparison(data []byte, c *edgewise.Comparison) error {
	var of struct {
		SchemaVersion int `json:"schema_version"`
	}
	if err := json.Unmarshal(data, &of); err != nil {
		return err
	}
	if of.SchemaVersion != SchemaVersion {
		return fmt.Errorf("schema_version is %d; this program reads %d", of.SchemaVersion, SchemaVersion)
	}
	if err := json.Unmarshal(data, c); err != nil {
		return err
	}
	if len(c.Placements) == 0 {
		return errors.New("it has no placements")
	}
	return nil
}
