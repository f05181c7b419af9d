package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/edgewise-sim/edgewise"
)

// WriteJSON writes the comparison as indented JSON, all figures and no distributions. Durations are
// in nanoseconds, as the names of their fields say.
func WriteJSON(w io.Writer, c *edgewise.Comparison) error {
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("encode comparison as JSON: %w", err)
	}
	if _, err := w.Write(append(data, '\n')); err != nil {
		return fmt.Errorf("write comparison as JSON: %w", err)
	}
	return nil
}
