package matrix

import (
	"encoding/json"
	"io"
	"time"
)

// writeJSON writes the places in order and, in the same order, a row of round trips for each.
func writeJSON(w io.Writer, m *Matrix) error {
	type place struct {
		ID     string  `json:"id"`
		LatDeg float64 `json:"lat_deg"`
		LonDeg float64 `json:"lon_deg"`
	}
	out := struct {
		Places []place     `json:"places"`
		RTTMs  [][]float64 `json:"rtt_ms"`
	}{make([]place, len(m.Places)), make([][]float64, len(m.Places))}
	for i, p := range m.Places {
		out.Places[i] = place{p.ID, p.LatDeg, p.LonDeg}
		out.RTTMs[i] = make([]float64, len(m.Places))
		for j, rtt := range m.RTT[i] {
			out.RTTMs[i][j] = float64(rtt) / float64(time.Millisecond)
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(out)
}
