package sweep

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/sim"
)

// A Sweep is a study at many points. Its fields are not changed once one of its methods was called.
type Sweep struct {
	// Title heads the results.
	Title string
	// Design is how the points lie.
	Design Design
	// Keys are the parameters that differ between points, in the order of [Point].Values.
	Keys []Key
	// Points are the studies, one or more, [MostPoints] at most. Their workloads have the same names, and so have their
	// placements, but for those that a parameter adds.
	Points []Point
	// Figures are looked at along the keys; none means the mean of the headline metric of each workload.
	Figures []Watch
	// Provenance names the files that the sweep was read from, empty for one said in Go.
	Provenance edgewise.Provenance
	// Workers is the number of cores to use; 0 means GOMAXPROCS. Results do not depend on it.
	Workers int
	// Progress, if set, is called after every cell that [Sweep.Run] has run, never by two goroutines at a time.
	Progress func(edgewise.Progress)

	once  sync.Once
	made  *layout
	wrong error
}

// MostPoints bounds the points of a sweep.
const MostPoints = 10_000

// A Design is how the points of a sweep lie among each other.
type Design uint8

// The designs.
const (
	// Grid has every value of a key with every value of the others.
	Grid Design = iota
	// Zip has the first values of all keys together, then the second ones.
	Zip
	// LatinHypercube has one point in each of as many equal parts of the range of each key as there are points, in random
	// order (McKay, Beckman and Conover, Technometrics 21, 1979).
	LatinHypercube
	numDesigns
)

var designNames = [numDesigns]string{"grid", "zip", "latin_hypercube"}

// String returns the name, for example "latin_hypercube".
func (d Design) String() string {
	if d >= numDesigns {
		return fmt.Sprintf("design(%d)", uint8(d))
	}
	return designNames[d]
}

// A Key is a parameter that differs between points.
type Key struct {
	// Path says which, for example "workloads.site.requests_per_second".
	Path string
	// IsNumber says that all of its values are numbers, in Unit: "" (a plain number), "bytes", "s" or "share".
	IsNumber bool
	Unit     string
	// IsLog says that its axis is logarithmic.
	IsLog bool
}

// A Value is that of a key at a point.
type Value struct {
	// Text is as people write it, for example "64MiB".
	Text string
	// Number is the value of a key that has numbers, in its unit.
	Number float64
}

// A Point is one study of a sweep.
type Point struct {
	// Values are those of the keys.
	Values []Value
	// Study is the point's. Its Store, Progress and Workers are not used.
	Study *edgewise.Study
	// Text is the scenario file of this point alone, empty for one said in Go: the study read from it gives the same cells.
	Text []byte
}

// A Watch is a figure that is looked at along the keys.
type Watch struct {
	// Workload is the name of one. Metric and Statistic name the figure, for example "ttfb" and "mean".
	Workload, Metric, Statistic string
	// ByMetro looks at it for the users of each metro, too; for figures that are made by metro.
	ByMetro bool
	// Reaches, if set, asks where the figure reaches this value, in its unit.
	Reaches *float64
}

// String returns the watch in words, for example "site: ttfb, mean".
func (w Watch) String() string { return fmt.Sprintf("%s: %s, %s", w.Workload, w.Metric, w.Statistic) }

// Validate names the first thing that keeps the sweep from being run.
func (s *Sweep) Validate() error {
	_, err := s.lay()
	return err
}

func (s *Sweep) validate() error {
	if err := invalid.Name("Title", s.Title); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	switch {
	case s.Design >= numDesigns:
		return fmt.Errorf("sweep: %w", invalid.New("Design", s.Design, "one of %v, %v, %v", Grid, Zip, LatinHypercube))
	case len(s.Keys) == 0:
		return errors.New("sweep: no key; want at least one that differs between points")
	case len(s.Points) == 0 || len(s.Points) > MostPoints:
		return fmt.Errorf("sweep: %d points; want 1 to %d", len(s.Points), MostPoints)
	case s.Workers < 0:
		return fmt.Errorf("sweep: %d workers; want 0 (all cores) or more", s.Workers)
	}
	for i, k := range s.Keys {
		if slices.ContainsFunc(s.Keys[:i], func(o Key) bool { return o.Path == k.Path }) {
			return fmt.Errorf("sweep: %w", invalid.New(fmt.Sprintf("Keys[%d].Path", i), k.Path, "a key that no other is"))
		}
	}
	for i := range s.Points {
		p := &s.Points[i]
		if len(p.Values) != len(s.Keys) {
			return fmt.Errorf("sweep: point %d has %d values; want one for each of the %d keys", i+1, len(p.Values), len(s.Keys))
		}
		if p.Study == nil {
			return fmt.Errorf("sweep: point %d has no study", i+1)
		}
		if err := p.Study.Validate(); err != nil {
			return fmt.Errorf("sweep: %s: %w", s.Name(i), err)
		}
		if a, b := s.Points[0].Study.Seed, p.Study.Seed; a != b {
			return fmt.Errorf("sweep: %s has the seed %d, the first has %d; want the same users at all points", s.Name(i), b, a)
		}
		if !slices.Equal(workloadsOf(s.Points[0].Study), workloadsOf(p.Study)) {
			return fmt.Errorf("sweep: %s has other workloads than the first; want the same names", s.Name(i))
		}
	}
	return s.validateFigures()
}

func (s *Sweep) validateFigures() error {
	for i, w := range s.Figures {
		at := fmt.Sprintf("Figures[%d].", i)
		names := workloadsOf(s.Points[0].Study)
		if !slices.Contains(names, w.Workload) {
			return fmt.Errorf("sweep: %w", invalid.New(at+"Workload", fmt.Sprintf("%q", w.Workload), "one of %s", list(names)))
		}
		var metrics, statistics []string
		isThere, isByMetro := false, false
		for p := range s.Points { // points may have other deadlines, or tiers
			measures, err := s.Points[p].Study.MeasuresOf(w.Workload)
			if err != nil {
				return fmt.Errorf("sweep: %s: %w", s.Name(p), err)
			}
			for _, m := range measures {
				metrics = append(metrics, m.Metric)
				if m.Metric == w.Metric {
					statistics = append(statistics, m.Statistic)
					if m.Statistic == w.Statistic {
						isThere, isByMetro = true, m.ByMetro
					}
				}
			}
			if isThere {
				break
			}
		}
		switch {
		case isThere && w.ByMetro && !isByMetro:
			return fmt.Errorf("sweep: %w", invalid.New(at+"ByMetro", true, "false, for %s, %s is not made by metro", w.Metric, w.Statistic))
		case isThere:
		case len(statistics) == 0:
			return fmt.Errorf("sweep: %w", invalid.New(at+"Metric", fmt.Sprintf("%q", w.Metric), "one of %s", list(metrics)))
		default:
			return fmt.Errorf("sweep: %w", invalid.New(at+"Statistic", fmt.Sprintf("%q", w.Statistic), "one of %s", list(statistics)))
		}
	}
	return nil
}

// Name says which point a number is, for example "point 3 (workloads.site.requests_per_second: 50)".
func (s *Sweep) Name(point int) string {
	text := ""
	for i, v := range s.Points[point].Values {
		if i > 0 {
			text += ", "
		}
		text += s.Keys[i].Path + ": " + v.Text
	}
	return fmt.Sprintf("point %d (%s)", point+1, text)
}

// Watched returns the figures that are looked at: those of the sweep, or else the mean of the headline metric of each workload.
func (s *Sweep) Watched() []Watch {
	if len(s.Figures) > 0 {
		return s.Figures
	}
	var all []Watch
	for _, w := range s.Points[0].Study.Workloads {
		all = append(all, Watch{Workload: w.Name, Metric: sim.KindOf(w.Service).Headline(w.Judged).String(), Statistic: "mean"})
	}
	return all
}

// workloadsOf returns the names of a study's workloads.
func workloadsOf(s *edgewise.Study) (names []string) {
	for _, w := range s.Workloads {
		names = append(names, w.Name)
	}
	return names
}

// list writes names, each once, in order, with commas.
func list(names []string) string {
	text := ""
	var seen []string
	for _, n := range names {
		if slices.Contains(seen, n) {
			continue
		}
		seen = append(seen, n)
		if text != "" {
			text += ", "
		}
		text += n
	}
	return text
}
