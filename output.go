package edgewise

import (
	"fmt"
	"io"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// An Output is one file of a report. Package report has a table of them; a study may add its own in
// [Study.Outputs], which go into a folder of the report for own files.
type Output struct {
	// Name is that of the file, without a folder, for example "comparison.csv".
	Name string
	// About says in a few words what the file is for.
	About string
	// Where, if set, leaves the file out of a report unless it returns true: of that comparison it would have no content.
	Where func(*Comparison) bool
	// Write writes the file. The same comparison must give the same bytes.
	Write func(io.Writer, *Comparison) error
}

// Validate names the first field that is out of range.
func (o Output) Validate() error {
	const plain = "the name of a file, of letters, digits, '-', '_' and '.', and not with a '.' first or last"
	return invalid.First(
		invalid.Check(isPlain(o.Name), "Name", fmt.Sprintf("%q", o.Name), plain),
		invalid.Check(o.Write != nil, "Write", "nil", "a function that writes the file"),
	)
}

// validateOutputs names the first own output that cannot be written.
func (s *Study) validateOutputs() error {
	seen := make(map[string]bool)
	var errs []error
	for i, o := range s.Outputs {
		err := o.Validate()
		name := strings.ToLower(o.Name) // some file systems take upper and lower case for the same
		if err == nil && seen[name] {
			err = invalid.New("Name", fmt.Sprintf("%q", o.Name), "a name that no other output has")
		}
		seen[name] = true
		errs = append(errs, invalid.In(fmt.Sprintf("Outputs[%d]", i), err))
	}
	if err := invalid.First(errs...); err != nil {
		return fmt.Errorf("edgewise: %w", err)
	}
	return nil
}

// isPlain reports whether a name is that of a file on every system.
func isPlain(name string) bool {
	for _, r := range name {
		isWord := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !isWord && r != '-' && r != '_' && r != '.' {
			return false
		}
	}
	return name != "" && len(name) <= 100 && name[0] != '.' && name[len(name)-1] != '.'
}
