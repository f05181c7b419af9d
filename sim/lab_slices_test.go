package sim

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
)

// nginx with its slice module and the simulator, in its profile, end every answer whole or broken off alike, and ask the origin as often. The object changes
// at 5.82 s, as that of the simulated run does.
func TestSlicesThatAgeAreThoseOfNginx(t *testing.T) {
	rows := labTable(t, "lab-slices.csv")
	require.Len(t, rows[1:], 6)
	for _, row := range rows[1:] {
		t.Run(row[0]+"/"+row[1], func(t *testing.T) {
			var maxAge int
			var control freshness.Control
			var change float64
			_, err := fmt.Sscanf(row[2], "max-age=%d etag=%t change=%f", &maxAge, &control.Validator, &change)
			require.NoError(t, err)
			control.MaxAge = freshness.For(time.Duration(maxAge) * time.Second)
			if change > 0 {
				control.Changes = freshness.Changes{Mean: 15 * time.Second, Regular: true} // of which one is at 5.82 s
			}
			var at []float64
			var want []string
			came := strings.Fields(row[4])
			for i, request := range strings.Fields(row[3]) {
				instant, what, _ := strings.Cut(request, ":")
				seconds, err := strconv.ParseFloat(instant, 64)
				require.NoError(t, err)
				at = append(at, seconds)
				all := map[string]int{"a": 80 * kib, "b": 16 * kib}[what]
				bytes, err := strconv.Atoi(came[i])
				require.NoError(t, err)
				want = append(want, fmt.Sprint(map[string]string{"a": "all", "b": "the beginning"}[what], " ", bytes == all))
			}
			s, p := agedSlices(t, askedFor(make([]uint32, len(at)), at...), control, row[1])
			var got []string
			for line := range strings.Lines(partsAsked(t, s, p)) {
				what := "all"
				if strings.Contains(line, "the beginning") {
					what = "the beginning"
				}
				got = append(got, fmt.Sprint(what, " ", !strings.Contains(line, "object changed")))
			}
			require.Equal(t, want, got)
			w := &runOf(t, s, p).Workloads[0]
			require.Equal(t, row[5], fmt.Sprint(w.Count(OriginRequests)), "requests to the origin")
			require.Equal(t, row[6], fmt.Sprint(w.Count(OriginConfirmed)), "requests that were answered by 304")
		})
	}
}
