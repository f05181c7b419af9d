package workload

import (
	"time"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// Expected is how much a workload's users are expected to ask for in a run, by the day in every metro, flash crowds, and when the workload begins and ends.
type Expected struct {
	// Arrivals are the requests or, of [Sessions], the players who come. Those of a flash crowd count.
	Arrivals float64
	// Found are the players who are there when the run begins, PlayerSeconds how long all are there until it ends, in s; of [Sessions] alone.
	Found, PlayerSeconds float64
}

// mostParts is into how many parts of dayStep or less a run is divided; of a longer one parts are longer.
const mostParts = 8640

// ExpectedIn returns what is expected of a demand that is [Rated] in a run that begins in a state at an instant, and is so long. It fails for another.
func (w *Workload) ExpectedIn(begun State, audiences []Audience, start time.Time, length time.Duration) (e Expected, err error) {
	inTime, err := w.LoadInTime()
	if err != nil {
		return e, err
	}
	sessions, isStaying := w.Demand.(Sessions)
	parts := min(max(1, int((length+dayStep-1)/dayStep)), mostParts)
	part := length / time.Duration(parts)
	if isStaying && w.Begins == 0 {
		at, err := w.foundLoad(begun, audiences, start)
		if err != nil {
			return e, err
		}
		e.Found = float64(sessions.ConcurrentPlayers * at)
	}
	stays := sessions.Length.staysIn(part, parts)
	for i := range parts {
		from := time.Duration(i) * part
		rates, err := w.ratesOfDay(audiences, start.Add(from+part/2))
		if err != nil {
			return e, err
		}
		come, usual := 0.0, 0.0 // in this part, and as if nothing began, ended or was a crowd
		for m, rate := range rates {
			times := 1.0
			if inTime != nil && rate > 0 {
				times = inTime(audiences[m].Metro, from, from+part)
			}
			usual += float64(rate * part.Seconds())
			come += float64(float64(rate*part.Seconds()) * times)
		}
		e.Arrivals += come
		if !isStaying {
			continue
		}
		if begun == Steady || w.Begins > 0 {
			e.PlayerSeconds += float64(come * stays[parts-1-i])
		} else {
			e.PlayerSeconds += float64((come - usual) * stays[parts-1-i])
		}
	}
	ends := length
	if w.Ends > 0 {
		ends = min(ends, w.Ends)
	}
	later, err := w.visitsLeave(begun, audiences, start, w.Begins, ends)
	if err != nil {
		return e, err
	}
	e.Arrivals -= later
	switch {
	case !isStaying || w.Begins > 0:
	case begun == Steady:
		mean := sessions.Length.Mean().Seconds()
		for i := range parts { // who is found stays on with what the stationary law leaves of a session
			e.PlayerSeconds += float64(float64(e.Found*part.Seconds()) * max(0, 1-stays[i]/mean))
		}
	default:
		load, err := w.MeanLoad(audiences, start, length)
		if err != nil {
			return e, err
		}
		e.PlayerSeconds += float64(float64(sessions.ConcurrentPlayers*load) * length.Seconds())
	}
	return e, nil
}

// foundLoad returns how many players are found when a run begins, by their mean over the day.
func (w *Workload) foundLoad(begun State, audiences []Audience, start time.Time) (float64, error) {
	if begun != Steady {
		return w.Load(audiences, start)
	}
	rates, err := w.ratesOfDay(audiences, start)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for _, rate := range rates {
		sum += rate
	}
	return sum / w.Demand.(Rated).PerSecond(), nil
}

// staysIn returns for how long a session that begins lasts, on the mean and in s, until the middle of each part after it.
func (w Weibull) staysIn(part time.Duration, parts int) []float64 {
	const fine = 16 // steps of half a part
	stays := make([]float64, parts)
	if w == (Weibull{}) {
		return stays
	}
	step, sum := float64(part)/(2*fine), 0.0
	at := 0
	for i := range stays {
		for ; at < (2*i+1)*fine; at++ {
			age := (float64(at) + 0.5) * step
			sum += portable.Exp(-portable.Pow(age/float64(w.Scale), w.Shape))
		}
		stays[i] = float64(sum*step) / float64(time.Second)
	}
	return stays
}
