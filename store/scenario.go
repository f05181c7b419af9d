package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// The scenario that a store keeps, so that whoever has the store can go on: its text and the files that it names.
const (
	scenarioFile = "scenario.yaml"
	inputPrefix  = "input-"
)

// mostScenarioBytes bounds the text of a scenario, mostInputBytes a file that it names.
const (
	mostScenarioBytes = 64 << 20
	mostInputBytes    = 16 << 30
)

// A Scenario is the text of a scenario file with the files that it names.
type Scenario struct {
	Text  []byte
	Files []File
}

// A File is one that a scenario names.
type File struct {
	// Name is as the scenario has it.
	Name string
	Data []byte
}

// A keptScenario says what a store has of a scenario.
type keptScenario struct {
	// SHA256 is the hash of the text, in hexadecimal.
	SHA256 string     `json:"sha256"`
	Inputs []keptFile `json:"inputs,omitempty"`
}

type keptFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

func (f keptFile) blob() string { return inputPrefix + f.SHA256 }

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// keep writes a scenario into a bucket.
func (s *Scenario) keep(ctx context.Context, b Bucket) (*keptScenario, error) {
	k := &keptScenario{SHA256: hashOf(s.Text)}
	for _, f := range s.Files {
		in := keptFile{f.Name, hashOf(f.Data)}
		if err := b.Write(ctx, in.blob(), f.Data); err != nil {
			return nil, err
		}
		k.Inputs = append(k.Inputs, in)
	}
	return k, b.Write(ctx, scenarioFile, s.Text)
}

// ReadScenario returns the scenario that a bucket keeps beside its cells, and what they are of. It refuses a scenario that
// is not the one that was kept.
func ReadScenario(ctx context.Context, b Bucket) (*Scenario, *About, error) {
	s, about, err := readScenario(ctx, b)
	if err != nil {
		return nil, nil, fmt.Errorf("store of cells: %w", err)
	}
	return s, about, nil
}

func readScenario(ctx context.Context, b Bucket) (*Scenario, *About, error) {
	about, err := aboutOf(ctx, b)
	if err != nil {
		return nil, nil, err
	}
	if about.scenario == nil {
		return nil, nil, fmt.Errorf("%v keeps no scenario beside its cells: edgewise run has filled it, and goes on with it", b)
	}
	read := func(blob, hash string, most int64) ([]byte, error) {
		data, err := b.Read(ctx, blob, most)
		if err == nil && hashOf(data) != hash {
			err = fmt.Errorf("%v: %s is not as it was kept: its hash is another", b, blob)
		}
		return data, err
	}
	s := new(Scenario)
	if s.Text, err = read(scenarioFile, about.scenario.SHA256, mostScenarioBytes); err != nil {
		return nil, nil, err
	}
	for _, in := range about.scenario.Inputs {
		data, err := read(in.blob(), in.SHA256, mostInputBytes)
		if err != nil {
			return nil, nil, err
		}
		s.Files = append(s.Files, File{in.Name, data})
	}
	return s, about, nil
}
