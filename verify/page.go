package verify

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise/stats"
)

// A Page is the outcome of all checks.
type Page struct {
	Rows []Row
	// Effort, Groups, Seed and Replications say how the page was made.
	Effort       Effort
	Groups       []string // none means all
	Seed         uint64
	Replications int
	// Intervals counts the rows with a confidence interval, Missed those of them that are outside.
	Intervals, Missed int
	// Wrong counts the exact rows that do not agree.
	Wrong int
	// ExcessP is the probability that at least as many rows lie outside by chance, WorstP that the
	// worst row is as far off by chance (Bonferroni).
	ExcessP, WorstP float64
}

func newPage(rows []Row, o Options, replications int) *Page {
	p := &Page{Rows: rows, Effort: o.Effort, Groups: o.Groups, Seed: o.Seed, Replications: replications, WorstP: 1}
	if p.Effort == "" {
		p.Effort = Normal
	}
	for _, r := range rows {
		switch {
		case r.Exact && r.Verdict != Agrees:
			p.Wrong++
		case !r.Exact:
			p.Intervals++
			p.WorstP = math.Min(p.WorstP, r.P)
			if r.Verdict != Agrees {
				p.Missed++
			}
		}
	}
	p.WorstP = math.Min(1, p.WorstP*float64(max(p.Intervals, 1)))
	p.ExcessP = stats.ExcessP(p.Missed, p.Intervals, level)
	return p
}

// Passed reports whether chance explains all that is off.
func (p *Page) Passed() bool { return p.Wrong == 0 && p.ExcessP >= alarm && p.WorstP >= alarm }

// Summary says in a paragraph how the checks went.
func (p *Page) Summary() string {
	word := "Passed"
	if !p.Passed() {
		word = "FAILED"
	}
	return fmt.Sprintf("%s: %d of %d rows with an interval lie outside it, %.1f are expected by chance at %g %%; so many or more happen with "+
		"probability %.2g. The worst row, corrected for their number, happens with probability %.2g. %d of %d exact rows disagree. "+
		"A probability below %g fails the page.",
		word, p.Missed, p.Intervals, (1-level)*float64(p.Intervals), 100*level, p.ExcessP, p.WorstP, p.Wrong, len(p.Rows)-p.Intervals, alarm)
}

// WriteMarkdown writes the page.
func (p *Page) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Verification\n\nWhat the simulator finds beside what it must find. Written by\n\n    edgewise verify --effort %s --seed %d", p.Effort, p.Seed)
	for _, g := range p.Groups {
		fmt.Fprintf(&b, " --group %q", g)
	}
	b.WriteString("\n\n")
	fmt.Fprintf(&b, "%s\n\nIntervals are Student's, at %g %%, over %d independent replications of each row. *Tolerance* is what the expected "+
		"value itself may be off: an approximation's error, or the stated error of the latency sketch.\n", p.Summary(), 100*level, p.Replications)
	group := ""
	for _, r := range p.Rows {
		if r.Group != group {
			group = r.Group
			fmt.Fprintf(&b, "\n## %s\n\n| check | expected | simulated | interval | tolerance | by | verdict |\n| --- | ---:| ---:| ---:| ---:| --- | --- |\n", group)
		}
		unit := ""
		if r.Unit != "" {
			unit = ", " + r.Unit
		}
		fmt.Fprintf(&b, "| %s%s | %s | %s | %s | %s | %s | %s |\n", r.Name, unit, digits(r.Expected), digits(r.Simulated.Value),
			r.interval(), r.tolerance(), r.Source, r.Verdict)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Row) interval() string {
	if r.Exact {
		return "exact"
	}
	return digits(r.Simulated.Low) + " to " + digits(r.Simulated.High)
}

func (r *Row) tolerance() string {
	if r.Tolerance == 0 {
		return ""
	}
	return strconv.FormatFloat(r.Tolerance, 'g', 2, 64)
}

// digits writes a value with six significant digits.
func digits(x float64) string {
	if math.Abs(x) >= 1e5 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 6, 64)
}
