package topology

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// maxRTTMs is the longest round trip that an imported table may hold, in ms.
const maxRTTMs = 2 * float64(MaxOneWay) / float64(time.Millisecond)

// ReadRTTList reads measured round trips from CSV with the columns from, to and rtt_ms, one pair a row.
// Rows from a node to itself are left out. file names the source in errors, which say line, column and
// value.
func ReadRTTList(file string, r io.Reader) ([]MeasuredRTT, error) {
	t, err := text.OpenTable(file, r, []string{"from", "to", "rtt_ms"}, nil, nil)
	if err != nil {
		return nil, err
	}
	var rtts []MeasuredRTT
	lines := make(map[[2]string]int)
	for t.Next() {
		m := MeasuredRTT{From: t.Required("from"), To: t.Required("to"), RTT: millisecondsDuration(t.Number("rtt_ms", 0, maxRTTMs))}
		pair := [2]string{m.From, m.To}
		if first, ok := lines[pair]; ok {
			t.Fail("to", m.To, fmt.Sprintf("a pair not given before (line %d has it)", first))
		}
		lines[pair] = t.Line()
		if m.From != m.To {
			rtts = append(rtts, m)
		}
	}
	if t.Err() != nil {
		return nil, t.Err()
	}
	return rtts, nil
}

// ReadRTTMatrix reads measured round trips from a CSV square: the first row holds the IDs of the nodes
// measured to (its first cell says what it likes), the first column those of the nodes measured from, and
// the other cells the round trip in ms. An empty cell or "-" means not measured; what is measured from a
// node to itself is left out. file names the source in errors, which say line, column and value.
func ReadRTTMatrix(file string, r io.Reader) ([]MeasuredRTT, error) {
	reader := csv.NewReader(r)
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:1: empty file: want a row of node IDs", file)
	}
	if err != nil {
		return nil, matrixError(file, err)
	}
	to := make(map[string]bool, len(header))
	for _, id := range header[1:] {
		if id == "" || to[id] {
			return nil, fmt.Errorf("%s:1: column %q: want a node ID, each once", file, id)
		}
		to[id] = true
	}
	if len(to) == 0 {
		return nil, fmt.Errorf("%s:1: one column: want one for the nodes measured from, and one for each node measured to", file)
	}
	var rtts []MeasuredRTT
	from := make(map[string]bool)
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rtts, nil
		}
		if err != nil {
			return nil, matrixError(file, err)
		}
		line, _ := reader.FieldPos(0)
		if row[0] == "" || from[row[0]] {
			return nil, fmt.Errorf("%s:%d: first column: value %q: want a node ID, each once", file, line, row[0])
		}
		from[row[0]] = true
		for k, cell := range row[1:] {
			cell = strings.TrimSpace(cell)
			if cell == "" || cell == "-" {
				continue
			}
			ms, err := strconv.ParseFloat(cell, 64)
			if err != nil || math.IsNaN(ms) || ms < 0 || ms > maxRTTMs {
				return nil, fmt.Errorf("%s:%d: column %s: value %q: want ms from 0 to %g, or nothing", file, line, header[k+1], cell, maxRTTMs)
			}
			if row[0] != header[k+1] {
				rtts = append(rtts, MeasuredRTT{From: row[0], To: header[k+1], RTT: millisecondsDuration(ms)})
			}
		}
	}
}

// matrixError puts file and line before an error of the CSV reader.
func matrixError(file string, err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s:%d: %w", file, parse.Line, parse.Err)
	}
	return fmt.Errorf("%s: %w", file, err)
}
