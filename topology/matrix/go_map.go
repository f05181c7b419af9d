package matrix

import (
	"bytes"
	"fmt"
	"go/format"
	"io"
)

func writeGo(w io.Writer, m *Matrix) error {
	var b bytes.Buffer
	comment(&b, "// ", m.About)
	fmt.Fprint(&b, "\npackage delays\n\nimport \"time\"\n\n// RTT is the round trip from place to place.\nvar RTT = map[string]map[string]time.Duration{\n")
	for i, from := range m.Places {
		fmt.Fprintf(&b, "%q: {\n", from.ID)
		for j, to := range m.Places {
			if i != j {
				fmt.Fprintf(&b, "%q: %d * time.Microsecond,\n", to.ID, m.RTT[i][j].Microseconds())
			}
		}
		fmt.Fprint(&b, "},\n")
	}
	fmt.Fprint(&b, "}\n")
	text, err := format.Source(b.Bytes())
	if err != nil {
		return fmt.Errorf("matrix: %w", err)
	}
	_, err = w.Write(text)
	return err
}
