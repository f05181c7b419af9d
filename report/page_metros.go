package report

import (
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// pageMetros are the figures of a workload by metro. All lists by metro are in the order of Metros.
type pageMetros struct {
	// Metros are places in the list of metros, Shares their shares of the requests under the baseline.
	Metros []int   `json:"metros"`
	Shares []rough `json:"shares"`
	// Figures are those made by metro, the mean of the headline metric first.
	Figures []pageMetroFigure `json:"figures"`
	// Verdicts are, by placement, a letter a metro: what is shown of the mean of the headline metric: b for better, w for worse, s for the same, u for undecided, and a blank where nothing is judged.
	Verdicts []string `json:"verdicts"`
	// Harms are, by placement, what is worse in which metro.
	Harms [][]pageHarm `json:"harms"`
}

// A pageMetroFigure is a figure by placement and metro.
type pageMetroFigure struct {
	pageLabel
	Values      [][]roughEstimate `json:"v"`
	Differences [][]roughEstimate `json:"d,omitempty"`
}

// A pageHarm says what is worse in a metro, and by which part of the baseline's figure at most.
type pageHarm struct {
	Metro int    `json:"m"`
	Size  rough  `json:"size"`
	Text  string `json:"text"`
}

// newPageMetros returns the figures of a workload by metro, nil where there are none.
func newPageMetros(c *edgewise.Comparison, workload, headline string, results []*edgewise.WorkloadResult, losers []Losers) *pageMetros {
	places := make(map[string]int, len(c.Metros))
	for i := range c.Metros {
		places[c.Metros[i].ID] = i
	}
	m := new(pageMetros)
	row := make(map[string]int)
	total := 0.0
	if results[0] != nil {
		total = requestsIn(results[0].Metros)
	}
	for _, w := range results {
		if w == nil {
			continue
		}
		for i := range w.Metros {
			id := w.Metros[i].ID
			place, known := places[id]
			if _, seen := row[id]; seen || !known {
				continue
			}
			row[id] = len(m.Metros)
			share := 0.0
			if w == results[0] && total > 0 {
				share = requestsIn(w.Metros[i:i+1]) / total
			}
			m.Metros, m.Shares = append(m.Metros, place), append(m.Shares, rough(share))
		}
	}
	if len(m.Metros) == 0 {
		return nil
	}
	m.Figures = metroFigures(headline, results, row)
	m.Verdicts, m.Harms = metroHarms(c, workload, results, row, losers)
	return m
}

// metroFigures returns the figures by metro. Of the mean of the headline metric, and of what else is judged, intervals and
// differences are kept; of the others the values.
func metroFigures(headline string, results []*edgewise.WorkloadResult, row map[string]int) (figures []pageMetroFigure) {
	figures = []pageMetroFigure{}
	var all []edgewise.Figures
	for _, w := range results {
		if w != nil {
			for i := range w.Metros {
				all = append(all, w.Metros[i].Figures)
			}
		}
	}
	columns := columnsOf(all, 0, func(l *edgewise.Label) string { return l.Name() })
	for i := range columns {
		col := &columns[i]
		if col.Metric == "requests" {
			continue // the share stands for it
		}
		if col.Unit == "ms" && col.Metric == headline {
			col.title = col.Statistic
		}
		f := pageMetroFigure{pageLabel: pageLabelOf(col)}
		isMean := col.Metric == headline && col.Statistic == "mean"
		isJudged := isMean || col.Judged != "" && col.Q == 0
		for range results {
			f.Values = append(f.Values, make([]roughEstimate, len(row)))
			if isJudged {
				f.Differences = append(f.Differences, make([]roughEstimate, len(row)))
			}
		}
		for k, w := range results {
			if w == nil {
				continue
			}
			for n := range w.Metros {
				of, ok := w.Metros[n].Figures.Find(col.Metric, col.Statistic)
				at, known := row[w.Metros[n].ID]
				if !ok || !known {
					continue
				}
				f.Values[k][at] = roughly(of.Estimate, col.factor())
				if isJudged {
					f.Differences[k][at] = roughlyIf(of.Difference, col.factor())
				} else if f.Values[k][at] != nil {
					f.Values[k][at] = f.Values[k][at][:1]
				}
			}
		}
		if isMean {
			figures = slices.Insert(figures, 0, f)
		} else {
			figures = append(figures, f)
		}
	}
	return figures
}

// metroHarms returns the verdicts by placement and metro, and what is worse.
func metroHarms(c *edgewise.Comparison, workload string, results []*edgewise.WorkloadResult, row map[string]int, losers []Losers) (letters []string, harms [][]pageHarm) {
	for k, w := range results {
		verdicts := []byte(strings.Repeat(" ", len(row)))
		harms = append(harms, []pageHarm{})
		if k > 0 && w != nil && results[0] != nil {
			of, err := metroVerdicts(c.Placements[k].Name, w, results[0], c.Level, Margins{})
			if err == nil {
				for i := range of {
					v := &of[i]
					if at, ok := row[v.MetroID]; ok && v.Statistic == "mean" && v.Unit == "ms" {
						verdicts[at] = verdictLetter(v.Verdict)
					}
				}
			}
			harms[k] = harmsIn(c.Placements[k].Name, workload, row, losers)
		}
		letters = append(letters, string(verdicts))
	}
	return letters, harms
}

// verdictLetter returns the letter of a verdict.
func verdictLetter(v stats.Verdict) byte {
	switch v {
	case stats.Better:
		return 'b'
	case stats.Worse:
		return 'w'
	case stats.Same:
		return 's'
	}
	return 'u'
}

// harmsIn returns what is worse under a placement, the largest harm first.
func harmsIn(placement, workload string, row map[string]int, losers []Losers) (harms []pageHarm) {
	harms = []pageHarm{}
	for _, l := range losers {
		if l.Placement != placement || l.Workload != workload {
			continue
		}
		for i := range l.Worse {
			v := &l.Worse[i]
			at, ok := row[v.MetroID]
			if !ok {
				continue
			}
			size := rough(v.change())
			if n := len(harms); n > 0 && harms[n-1].Metro == at {
				harms[n-1].Text += ", " + v.amount()
				harms[n-1].Size = max(harms[n-1].Size, size)
				continue
			}
			harms = append(harms, pageHarm{Metro: at, Size: size, Text: v.amount()})
		}
	}
	return harms
}
