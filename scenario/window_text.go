package scenario

import (
	"bytes"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise"
)

// WithWindow returns the text of a scenario file with the key window, behind all that it has: the file of that hour, or minute, as a study of its own. It fails for a
// text that has a window already, or that is no mapping with a key a line.
func WithWindow(data []byte, w edgewise.Window) ([]byte, error) {
	root, err := document(data)
	if err != nil {
		return nil, err
	}
	if root = resolved(root); root.Kind != yaml.MappingNode || root.Style&yaml.FlowStyle != 0 {
		return nil, errors.New("the scenario is no mapping with a key a line; want its key window")
	}
	for i := 0; i < len(root.Content); i += 2 {
		if key := root.Content[i]; key.Value == "window" {
			return nil, fmt.Errorf("the scenario has a window in line %d; want one of the two", key.Line)
		}
	}
	text := bytes.TrimRight(bytes.Clone(data), "\n")
	return fmt.Appendf(text, "\nwindow: {from: %v, for: %v, begun: %v}\n", w.From, w.For, w.Begun), nil
}
