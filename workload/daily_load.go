package workload

import (
	"cmp"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
)

// dayStep is the step in which a day is looked at for its peak, and daySteps the number of them.
const (
	dayStep  = 5 * time.Minute
	daySteps = int(24 * time.Hour / dayStep)
)

// A daily demand follows the days of its audiences.
type daily interface {
	Demand
	// dayMean returns what is there on the mean over the day, and its unit.
	dayMean() (mean float64, unit string)
	// follow returns the load at each step of a day, by its mean, given that of the arrivals.
	follow(arrivals *[daySteps]float64) [daySteps]float64
}

// DayMean returns how much is asked on the mean over the day, of all metros together, and its unit: "requests per second" or
// "players". It is false for a demand that follows no day.
func (w *Workload) DayMean() (mean float64, unit string, ok bool) {
	d, ok := w.Demand.(daily)
	if !ok {
		return 0, "", false
	}
	mean, unit = d.dayMean()
	return mean, unit, true
}

// Load returns what is expected of all audiences at an instant, by its mean over the day: requests a second or, of a
// demand of [Sessions], players. It fails for a demand that follows no day.
func (w *Workload) Load(audiences []Audience, at time.Time) (float64, error) {
	d, err := w.dailyLoad(audiences)
	if err != nil {
		return 0, err
	}
	return d.at(at), nil
}

// PeakLoad returns the largest [Workload.Load] of the 24 hours from an instant on, looked at every 5 minutes.
func (w *Workload) PeakLoad(audiences []Audience, from time.Time) (float64, error) {
	d, err := w.dailyLoad(audiences)
	if err != nil {
		return 0, err
	}
	peak := 0.0
	for i := range daySteps {
		peak = max(peak, d.at(from.Add(time.Duration(i)*dayStep)))
	}
	return peak, nil
}

// MeanLoad returns the mean [Workload.Load] of a time that begins at an instant, looked at every 5 minutes or more often.
func (w *Workload) MeanLoad(audiences []Audience, from time.Time, length time.Duration) (float64, error) {
	d, err := w.dailyLoad(audiences)
	if err != nil {
		return 0, err
	}
	sum, instants := 0.0, instantsOf(from, length)
	for _, at := range instants {
		sum += d.at(at)
	}
	return sum / float64(len(instants)), nil
}

// MeanLoads returns the part of each audience in [Workload.MeanLoad].
func (w *Workload) MeanLoads(audiences []Audience, from time.Time, length time.Duration) ([]float64, error) {
	d, err := w.dailyLoad(audiences)
	if err != nil {
		return nil, err
	}
	parts, instants := make([]float64, len(audiences)), instantsOf(from, length)
	for i := range parts {
		for _, at := range instants {
			parts[i] += d.of(i, at) / float64(len(instants))
		}
	}
	return parts, nil
}

// LoadsOverDay returns the part of each audience in [Workload.Load] at so many instants, evenly over the 24 hours from an
// instant on: by instant and audience.
func (w *Workload) LoadsOverDay(audiences []Audience, from time.Time, instants int) ([][]float64, error) {
	d, err := w.dailyLoad(audiences)
	if err != nil {
		return nil, err
	}
	all := make([][]float64, instants)
	for k := range all {
		all[k] = make([]float64, len(audiences))
		at := from.Add(time.Duration(k) * (24 * time.Hour / time.Duration(instants)))
		for i := range audiences {
			all[k][i] = d.of(i, at)
		}
	}
	return all, nil
}

// instantsOf returns the middles of equal parts of a time, of 5 minutes at most unless it is longer than a day, when all
// days are alike.
func instantsOf(from time.Time, length time.Duration) []time.Time {
	instants := make([]time.Time, max(1, int((min(length, 24*time.Hour)+dayStep-1)/dayStep)))
	for i := range instants {
		instants[i] = from.Add(time.Duration((float64(i) + 0.5) / float64(len(instants)) * float64(length)))
	}
	return instants
}

// A dailyLoad is the load of audiences, each with its share and its day.
type dailyLoad struct {
	audiences []Audience
	shares    []float64
	days      []*[daySteps]float64 // by audience: the load at each step of local time
}

func (w *Workload) dailyLoad(audiences []Audience) (*dailyLoad, error) {
	follows, ok := w.Demand.(daily)
	if !ok {
		return nil, inWorkload(w.Name, invalid.New("Demand", typeOf(w.Demand), "one that follows a day: independent requests or sessions"))
	}
	shares, err := Shares(audiences)
	if err != nil {
		return nil, err
	}
	d := &dailyLoad{audiences: audiences, shares: shares, days: make([]*[daySteps]float64, len(audiences))}
	visits := w.visitLoad()
	known := make(map[Profile]*[daySteps]float64)
	for i := range audiences {
		day := audiences[i].day(dayOf(w.Day))
		if known[day] == nil {
			arrivals := stepsOf(day)
			steps := follows.follow(&arrivals)
			if visits.later > 0 {
				for k := range steps {
					steps[k] = visits.follow(day, float64(k)*24/float64(daySteps))
				}
			}
			known[day] = &steps
		}
		d.days[i] = known[day]
	}
	return d, nil
}

func (d *dailyLoad) at(at time.Time) float64 {
	sum := 0.0
	for i := range d.audiences {
		sum += d.of(i, at)
	}
	return sum
}

// of returns the part of one audience.
func (d *dailyLoad) of(audience int, at time.Time) float64 {
	if d.shares[audience] == 0 {
		return 0
	}
	zone := cmp.Or(d.audiences[audience].Zone, time.UTC)
	hour, minute, _ := at.In(zone).Clock()
	step := int((time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute) / dayStep)
	return float64(d.shares[audience] * d.days[audience][step])
}

// stepsOf returns a day at each step.
func stepsOf(day Profile) (steps [daySteps]float64) {
	for i := range steps {
		steps[i] = day.At(float64(i) * 24 / float64(daySteps))
	}
	return steps
}

// present returns how many are there at each step of a day, by their mean, where sessions begin as arrivals says: those that
// began at an age u before and are longer. It is the mean of M_t/G/infinity, the arrivals' day as the age of a session found
// under way has smoothed and shifted it.
func (w Weibull) present(arrivals *[daySteps]float64) (there [daySteps]float64) {
	const days = 60
	var ages [daySteps]float64
	sum, ended := 0.0, false
	for k := range days * daySteps {
		age := (float64(k) + 0.5) * float64(dayStep)
		p := portable.Exp(-portable.Pow(age/float64(w.Scale), w.Shape))
		if p < 1e-9 {
			ended = true
			break
		}
		ages[k%daySteps] += p
		sum += p
	}
	if sum == 0 {
		return *arrivals // shorter than can be seen
	}
	// What is left of a law with a heavier tail has seen all hours alike. Where nothing is left, what the sum lacks of the mean is of sessions shorter than a step.
	tail := 0.0
	if !ended {
		tail = math.Max(0, float64(w.Mean())/float64(dayStep)-sum)
	}
	for i := range there {
		for k, p := range ages {
			j := (i - k - 1 + 2*daySteps) % daySteps
			middle := (arrivals[j] + arrivals[(j+1)%daySteps]) / 2
			there[i] += float64(p * middle)
		}
		there[i] = (there[i] + tail) / (sum + tail)
	}
	return there
}
