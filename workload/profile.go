package workload

import (
	"fmt"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
)

// A Profile is the shape of a day: the relative load at each full hour of local time, linear in
// between. Only the shape counts; streams scale it so that its mean over the day is 1.
type Profile [24]float64

// Flat returns the profile of a load that does not follow the clock.
func Flat() Profile {
	var p Profile
	for h := range p {
		p[h] = 1
	}
	return p
}

// Evening returns a profile with its peak at 21 h local time, peak to trough as given (2.5 is usual:
// 2 to 3 for a metro's games, 2 to 4 for its web traffic). Assumed: a cosine; neither the shape nor the
// ratio has a public source good enough to quote.
func Evening(peakToTrough float64) (Profile, error) {
	var p Profile
	if !(peakToTrough >= 1) || math.IsInf(peakToTrough, 0) {
		return p, invalid.New("PeakToTrough", peakToTrough, "a finite number, 1 or more")
	}
	amplitude := (peakToTrough - 1) / (peakToTrough + 1)
	for h := range p {
		p[h] = 1 + float64(amplitude*portable.Cos(2*math.Pi*float64(h-21)/24))
	}
	return p, nil
}

// Validate reports the first hour whose load is negative or not a number, or that there is no load at
// all.
func (p Profile) Validate() error {
	for h, w := range p {
		if !(w >= 0) || math.IsInf(w, 0) {
			return invalid.New(fmt.Sprintf("hour %d", h), w, "a finite number, 0 or more")
		}
	}
	if p.mean() == 0 {
		return invalid.New("every hour", 0, "some load")
	}
	return nil
}

// At returns the load at an hour of local time in [0, 24), relative to the mean of the day.
func (p Profile) At(hour float64) float64 {
	h := int(hour) % 24
	f := hour - math.Floor(hour)
	return (p[h] + float64(f*(p[(h+1)%24]-p[h]))) / p.mean()
}

// peak returns the largest load of the day, relative to its mean.
func (p Profile) peak() float64 { return slices.Max(p[:]) / p.mean() }

// isFlat reports whether the load is the same at all hours.
func (p Profile) isFlat() bool {
	return slices.Max(p[:]) == slices.Min(p[:])
}

// mean is the mean load of the day: linear pieces on a circle average to the mean of their knots.
func (p Profile) mean() float64 {
	sum := 0.0
	for _, w := range p {
		sum += w
	}
	return sum / 24
}
