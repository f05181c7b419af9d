package topology

import (
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// maxRTTMs is the longest round trip that an imported table may hold, in ms.
const maxRTTMs = 2 * float64(MaxOneWay) / float64(time.Millisecond)

// A ListedRTT is a measured round trip with the line of the file that has it.
type ListedRTT struct {
	MeasuredRTT
	Line int
}

// The columns of a list of round trips, and how many ms the unit in the name of each has.
var (
	rttListColumns = []string{"from", "to"}
	rttUnits       = []string{"rtt_ms", "rtt_us|rtt_µs|rtt_μs", "rtt_s"}
	unitMs         = map[string]float64{
		"rtt_ms": 1, "rtt_us": 1e-3, "rtt_s": 1e3, "rtt_µs": 1e-3, "rtt_μs": 1e-3, "ms": 1, "us": 1e-3, "µs": 1e-3, "μs": 1e-3,
	}
)

// notMeasured are the cells of pairs that nobody has measured, in lower case.
var notMeasured = []string{"", "-", "na", "n/a", "nan", "null", "none"}

// bracketed is a name with its unit in brackets: "rtt (us)", "RTT [ms]".
var bracketed = regexp.MustCompile(`^(.*\S)\s*[(\[]\s*([a-zµμ]+)\s*[)\]]$`)

// ReadRTTs reads measured round trips from a table: CSV, or with semicolons or tabs in place of the commas. It is
//
//   - a list, with the columns from, to and rtt_ms, one pair a row, or
//   - a square: the first row holds the IDs of the nodes measured to, the first column those of the nodes measured
//     from, the other cells the round trip, in ms unless the first cell of all is rtt_us, us, or rtt_s.
//
// A column rtt_us or rtt_s in place of rtt_ms is read in its unit, which may stand in brackets: rtt (us). What is empty, "-", NA or NaN was not measured; what
// is measured from a node to itself is left out. A round trip of 0 is refused: it is how some tools write that nothing
// came back. file names the source in errors, which say line, column and value, and in warnings.
func ReadRTTs(file string, r io.Reader, options ReadOptions) ([]ListedRTT, error) {
	cells, first, err := text.OpenCells(file, r, append(slices.Clone(rttListColumns), rttUnits[0]))
	if err != nil {
		return nil, err
	}
	header := make([]string, len(first))
	for i, name := range first {
		header[i] = bracketed.ReplaceAllString(strings.ToLower(name), "${1}_$2")
	}
	first[0] = header[0]
	if slices.Contains(header, "from") && slices.Contains(header, "to") {
		return readRTTList(file, cells, header, options)
	}
	return readRTTSquare(file, cells, first)
}

func readRTTList(file string, cells *text.Cells, header []string, options ReadOptions) ([]ListedRTT, error) {
	t, err := text.NewTable(file, cells, header, rttListColumns, rttUnits, options.Warn)
	if err != nil {
		return nil, err
	}
	var units []string
	for _, names := range rttUnits {
		unit, _, _ := strings.Cut(names, "|")
		if t.HasColumn(unit) {
			units = append(units, unit)
		}
	}
	switch {
	case len(units) == 0:
		return nil, fmt.Errorf("%s:%d: column \"rtt_ms\" is missing: want it, rtt_us or rtt_s; there are %v", file, t.Line(), text.Header(header))
	case len(units) > 1:
		return nil, fmt.Errorf("%s:%d: columns %s: want one of them", file, t.Line(), strings.Join(units, " and "))
	}
	unit := units[0]
	var rtts []ListedRTT
	lines := make(map[[2]string]int)
	for t.Next() {
		m := ListedRTT{MeasuredRTT{From: t.Required("from"), To: t.Required("to")}, t.Line()}
		pair := [2]string{m.From, m.To}
		if first, ok := lines[pair]; ok {
			t.Fail("to", m.To, fmt.Sprintf("a pair not given before (line %d has it)", first))
		}
		lines[pair] = m.Line
		if m.From == m.To || slices.Contains(notMeasured, strings.ToLower(t.Raw(unit))) {
			continue
		}
		rtt, want := parseRTT(cells, t.Raw(unit), unitMs[unit])
		if want != "" {
			t.Fail(unit, t.Raw(unit), want)
		}
		m.RTT = rtt
		rtts = append(rtts, m)
	}
	if t.Err() != nil {
		return nil, t.Err()
	}
	return rtts, nil
}

func readRTTSquare(file string, cells *text.Cells, header []string) ([]ListedRTT, error) {
	if len(header) == 3 {
		if _, err := cells.ParseNumber(header[2]); err == nil {
			return nil, fmt.Errorf("%s:%d: no header: the first row is a pair and its round trip; want the names from, to and rtt_ms above it", file, cells.Line())
		}
	}
	to := make(map[string]bool, len(header))
	for _, id := range header[1:] {
		if id == "" || to[id] || !text.Printable(id) {
			return nil, fmt.Errorf("%s:%d: column %s: want a node ID, each once", file, cells.Line(), text.Quote(id))
		}
		to[id] = true
	}
	if len(to) == 0 {
		return nil, fmt.Errorf("%s:%d: one column: want the columns from, to and rtt_ms, or a square with one for the nodes measured from, and one for each node measured to", file, cells.Line())
	}
	perMs, ok := unitMs[strings.ToLower(header[0])]
	if !ok {
		perMs = 1
	}
	var rtts []ListedRTT
	from := make(map[string]bool)
	for {
		row, err := cells.Read()
		if errors.Is(err, io.EOF) {
			return rtts, nil
		}
		if err != nil {
			return nil, text.InFile(file, err)
		}
		line := int(cells.Line())
		id := strings.Clone(row[0])
		if id == "" || from[id] || !text.Printable(id) {
			return nil, fmt.Errorf("%s:%d: first column: value %s: want a node ID, each once", file, line, text.Quote(id))
		}
		from[id] = true
		for k, cell := range row[1:] {
			if id == header[k+1] || slices.Contains(notMeasured, strings.ToLower(cell)) {
				continue
			}
			rtt, want := parseRTT(cells, cell, perMs)
			if want != "" {
				return nil, fmt.Errorf("%s:%d: column %s: value %s: want %s", file, line, text.Quote(header[k+1]), text.Quote(cell), want)
			}
			rtts = append(rtts, ListedRTT{MeasuredRTT{From: id, To: header[k+1], RTT: rtt}, line})
		}
	}
}

// parseRTT reads a round trip in a unit of so many ms, or says what is wanted.
func parseRTT(cells *text.Cells, s string, perMs float64) (rtt time.Duration, want string) {
	x, err := cells.ParseNumber(s)
	ms := x * perMs
	switch {
	case err == nil && ms == 0:
		return 0, "more than 0, or nothing, which means not measured"
	case err != nil || math.IsNaN(ms) || ms < 0 || ms > maxRTTMs:
		return 0, fmt.Sprintf("a number above 0, %g at most, or nothing, which means not measured", maxRTTMs/perMs)
	}
	return max(millisecondsDuration(ms), 1), ""
}
