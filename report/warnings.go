package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/edgewise-sim/edgewise"
)

// writeWarnings lists in Markdown what is odd about the inputs. A warning stands as code, for it quotes files.
func writeWarnings(w io.Writer, c *edgewise.Comparison) error {
	if len(c.Warnings) == 0 {
		return nil
	}
	var out strings.Builder
	out.WriteString("Warnings:\n\n")
	for _, warning := range c.Warnings {
		fmt.Fprintf(&out, "- `%s`\n", strings.ReplaceAll(warning, "`", "'"))
	}
	out.WriteString("\n")
	_, err := io.WriteString(w, out.String())
	return err
}
