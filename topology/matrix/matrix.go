package matrix

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Matrix is the round trips between places.
type Matrix struct {
	Places []Place
	// RTT is the round trip from place i to place j at [i][j]: not negative, the same both ways, and 0 from a place to
	// itself.
	RTT [][]time.Duration
	// About says where the round trips come from, in a sentence or more; files that can hold a comment begin with it.
	About string
}

// A Place is a row of a matrix.
type Place struct {
	// ID is unique and printable, without quotes, commas or blanks.
	ID string
	// Name is for people.
	Name string
	// LatDeg and LonDeg are in degrees.
	LatDeg, LonDeg float64
}

// MostPlaces bounds the places of a matrix: it has as many pairs as their square.
const MostPlaces = 2000

// Validate names the first thing that is out of range.
func (m *Matrix) Validate() error {
	if n := len(m.Places); n < 2 || n > MostPlaces {
		return invalid.New("Places", n, "2 to %d of them", MostPlaces)
	}
	seen := make(map[string]bool, len(m.Places))
	for i, p := range m.Places {
		if WantID(p.ID) != "" || seen[p.ID] {
			return invalid.New(fmt.Sprintf("Places[%d].ID", i), p.ID, "%s, and no ID twice", wantID)
		}
		seen[p.ID] = true
	}
	if len(m.RTT) != len(m.Places) {
		return invalid.New("RTT", len(m.RTT), "%d rows, as many as places", len(m.Places))
	}
	for i, row := range m.RTT {
		if len(row) != len(m.Places) {
			return invalid.New(fmt.Sprintf("RTT[%d]", i), len(row), "%d columns, as many as places", len(m.Places))
		}
		for j, rtt := range row {
			switch {
			case rtt < 0, i == j && rtt != 0:
				return invalid.New(fmt.Sprintf("RTT[%d][%d]", i, j), rtt, "0 from a place to itself, else 0 or more")
			case j < i && rtt != m.RTT[j][i]:
				return invalid.New(fmt.Sprintf("RTT[%d][%d]", i, j), rtt, "%v, as the other way", m.RTT[j][i])
			}
		}
	}
	return nil
}

const wantID = "letters, digits and ._:/- alone, without - at the beginning"

// WantID says what the ID of a place must be, if it is not that; "" if every tool can have it for a name.
func WantID(id string) string {
	isOdd := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == ':' || r == '/' || r == '-')
	}
	if id == "" || id[0] == '-' || strings.ContainsFunc(id, isOdd) {
		return wantID
	}
	return ""
}

// oneWay returns the delay of one direction.
func (m *Matrix) oneWay(i, j int) time.Duration { return m.RTT[i][j] / 2 }

// pairs calls a function for every two places, the first before the second.
func (m *Matrix) pairs(each func(i, j int)) {
	for i := range m.Places {
		for j := i + 1; j < len(m.Places); j++ {
			each(i, j)
		}
	}
}

// A Format is a form of file that a tool reads.
type Format struct {
	// Name is what it is called, for example "shadow".
	Name string
	// For says who reads it and how, in a sentence.
	For string

	write func(io.Writer, *Matrix) error
}

// Write writes a matrix. The error is that of the matrix, or of the writer.
func (f *Format) Write(w io.Writer, m *Matrix) error {
	if err := m.Validate(); err != nil {
		return fmt.Errorf("matrix: %w", err)
	}
	return f.write(w, m)
}

// Formats returns all formats, tables first.
func Formats() []Format {
	return []Format{
		{"square", "a CSV with a row and a column a place, round trips in ms; scenario files read it as measured", writeSquare},
		{"long", "a CSV with a row a pair (from, to, rtt_ms); scenario files read it as measured", writeLong},
		{"json", "the places, and a row and a column for each with round trips in ms, for programs", writeJSON},
		{"netem", "a shell script for each host, or network namespace, of a test on Linux: tc delays what it sends to the others", writeNetem},
		{"shadow", "the network graph of a simulation in Shadow (GML; use_shortest_path: false)", writeShadow},
		{"ns3", "a C++ header for ns-3: the delays, and a function that joins every two nodes", writeNS3},
		{"omnet", "a network in NED for OMNeT++, whose hosts are modules of your own", writeOMNeT},
		{"go", "a Go map from place to place to round trip", writeGo},
	}
}

// Names returns the names of all formats.
func Names() (names []string) {
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return names
}

// FormatCalled returns the format of a name. The error lists those there are.
func FormatCalled(name string) (*Format, error) {
	for _, f := range Formats() {
		if f.Name == name {
			return &f, nil
		}
	}
	return nil, invalid.New("format", name, "one of %s", strings.Join(Names(), ", "))
}
