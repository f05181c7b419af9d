package edgewise

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"github.com/edgewise-sim/edgewise/placement"
)

// Provenance names the files that a study was read from by their hashes, SHA-256 in hexadecimal. It is empty for a
// study said in Go.
type Provenance struct {
	// Scenario is the hash of the scenario file.
	Scenario string `json:"scenario_sha256,omitempty"`
	// Inputs is the hash of the files that the scenario names: of their names and hashes, one a line.
	Inputs string `json:"inputs_sha256,omitempty"`
}

// Fingerprint returns the hash, SHA-256 in hexadecimal, of all that decides what a cell of the study gives: the
// network, the workloads, the placements, the failures, the times and the seed. It does not change with the number
// of replications or workers, nor with the order in which cells run. Of own parts it has the type and the exported
// fields, not their code.
func (s *Study) Fingerprint() (string, error) {
	h := sha256.New()
	if err := s.describe(h); err != nil {
		return "", fmt.Errorf("edgewise: fingerprint of the study: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// describe writes what decides the results, in a form that is the same in every process.
func (s *Study) describe(w io.Writer) error {
	scenario := s.Scenario
	scenario.Network = nil
	if err := json.NewEncoder(w).Encode(struct {
		Provenance Provenance
		Scenario   any
		Placements []placement.Placement
	}{s.Provenance, scenario, s.Placements}); err != nil {
		return err
	}
	return s.Network.WriteGraphML(w)
}
