package matrix

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"
)

func writeSquare(w io.Writer, m *Matrix) error {
	out := csv.NewWriter(w)
	row := []string{"rtt_ms"}
	for _, p := range m.Places {
		row = append(row, p.ID)
	}
	if err := out.Write(row); err != nil {
		return err
	}
	for i, p := range m.Places {
		row = append(row[:0], p.ID)
		for _, rtt := range m.RTT[i] {
			row = append(row, inMs(rtt))
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func writeLong(w io.Writer, m *Matrix) error {
	out := csv.NewWriter(w)
	err := out.Write([]string{"from", "to", "rtt_ms"})
	m.pairs(func(i, j int) {
		if err == nil {
			err = out.Write([]string{m.Places[i].ID, m.Places[j].ID, inMs(m.RTT[i][j])})
		}
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// inMs returns a time in ms, to the microsecond.
func inMs(d time.Duration) string { return strconv.FormatFloat(float64(d)/1e6, 'f', 3, 64) }
