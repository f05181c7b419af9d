package scenario

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/workload"
	"github.com/edgewise-sim/edgewise/workload/fit"
)

// Fitted says how a fit is written as a workload.
type Fitted struct {
	// Name is the workload's, Trace what the fit is of.
	Name, Trace string
	// ByRank writes classes of objects by popularity ([fit.Fit.ByRank]) in place of one Zipf law.
	ByRank bool
	// Metros are the requests by metro, by id; none leaves the workload to the network's users.
	Metros map[string]int
	// Zone is the zone of the fit's day.
	Zone string
}

// WriteFitted writes a fit as the block workloads of a scenario file, which is read as it is, with how well it fits in comments.
func WriteFitted(w io.Writer, f *fit.Fit, of Fitted) error {
	var b bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	note := func(format string, args ...any) { line("# "+format, args...) }
	demand, misses := f.Zipf(), fit.OfZipf
	if of.ByRank {
		demand, misses = f.ByRank(), fit.OfRanks
	}
	note("Fitted to %s by edgewise fit: %s requests for %s objects in %v.", oneLineText(of.Trace), grouped(f.Requests), grouped(f.Objects), f.Length.Round(time.Second))
	worst, mean := f.WorstMiss(misses)
	note("LRU caches of %d sizes miss as many requests of this workload as of the trace, but for %.1f points on the mean and %.1f at worst.",
		len(f.Misses), 100*mean, 100*worst)
	if byRank, _ := f.WorstMiss(fit.OfRanks); !of.ByRank && byRank < worst-0.01 {
		note("With classes by rank (--by-rank) it is %.1f points at worst.", 100*byRank)
	}
	for _, why := range f.Doubts() {
		note("%s", why)
	}
	line("workloads:")
	line("  - name: %s", quotedYAML(of.Name))
	line("    kind: static")
	line("    requests_per_second: %s      # the mean of the trace", shortNumber(f.PerSecond))
	line("    classes:")
	for _, c := range demand.Classes {
		line("      - {requests: %s, objects: %d, zipf_exponent: %s, sizes: %s}", shortNumber(c.Requests), c.Objects, shortNumber(c.ZipfExponent), sizesYAML(c.Sizes))
	}
	if demand.Once.Requests > 0 {
		line("    once: {requests: %s, sizes: %s}", shortNumber(demand.Once.Requests), sizesYAML(demand.Once.Sizes))
	}
	if demand.Churn > 0 {
		line("    churn: %s      # objects that new ones take the place of in a day, as a share of all", shortNumber(demand.Churn))
	}
	if f.HasDay {
		var loads []string
		for _, load := range f.Day {
			loads = append(loads, shortNumber(load))
		}
		line("    # Hours of %s in the trace; the model takes them for local time, of every metro.", of.Zone)
		line("    day: [%s]", strings.Join(loads, ", "))
	} else {
		line("    day: flat      # the trace is shorter than a day")
	}
	if len(of.Metros) > 0 {
		line("    metros:")
		line("      weights:      # requests in the trace")
		for _, id := range slices.SortedFunc(maps.Keys(of.Metros), func(a, b string) int {
			if d := of.Metros[b] - of.Metros[a]; d != 0 {
				return d
			}
			return strings.Compare(a, b)
		}) {
			line("        %s: %d", quotedYAML(id), of.Metros[id])
		}
	}
	if !f.HasSizes {
		line("    # The trace has no sizes: %d bytes are assumed.", fit.UnknownSize)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// oneLineText keeps a name from ending its comment.
func oneLineText(s string) string { return strings.Join(strings.Fields(s), " ") }

// quotedYAML writes a name that may be anything.
func quotedYAML(s string) string {
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_') {
			return strconv.Quote(s)
		}
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil || s == "" || slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off"}, strings.ToLower(s)) {
		return strconv.Quote(s)
	}
	return s
}

// sizesYAML writes a law of sizes.
func sizesYAML(s workload.Sizes) string {
	text := fmt.Sprintf("{median: %dB, ln_sd: %s", int64(math.Round(math.Exp(s.LnMean))), shortNumber(s.LnSD))
	if s.MinBytes > 1 {
		text += fmt.Sprintf(", min: %dB", s.MinBytes)
	}
	if s.MaxBytes > 0 {
		text += fmt.Sprintf(", max: %dB", s.MaxBytes)
	}
	return text + "}"
}

// shortNumber writes a number with the digits that a fit can have.
func shortNumber(x float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 5, 64), 64)
	if err != nil {
		rounded = x
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
