package workload

import (
	"fmt"
	"math"
	"time"

	"github.com/edgewise-sim/edgewise/topology"
)

// An Audience is the users of one metro, as a workload sees them.
type Audience struct {
	// Metro is the id of the metro; it addresses the metro's random numbers.
	Metro string
	// Place is where the metro is, the zero value where nobody says.
	Place topology.Place
	// Users is the weight of the metro: its number of internet users. Only shares matter.
	Users float64
	// Day is the shape of their load over local time, the zero value where it is the workload's. A recorded demand need
	// not follow it.
	Day Profile
	// Zone gives the local time of day. Nil means UTC.
	Zone *time.Location
}

// day returns the day of the audience, where it has none of its own that of all.
func (a *Audience) day(ofAll Profile) Profile {
	if a.Day == (Profile{}) {
		return ofAll
	}
	return a.Day
}

// Shares returns the share of users of each audience; they sum to 1. It fails on a negative, infinite
// or NaN number of users, and when nobody is left.
func Shares(audiences []Audience) ([]float64, error) {
	total := 0.0
	for _, a := range audiences {
		if a.Users < 0 || math.IsNaN(a.Users) || math.IsInf(a.Users, 0) {
			return nil, fmt.Errorf("workload: metro %q has %v users; want a finite number, 0 or more", a.Metro, a.Users)
		}
		total += a.Users
	}
	if total == 0 || math.IsInf(total, 0) {
		return nil, fmt.Errorf("workload: the %d metros have %v users in all; want a positive number", len(audiences), total)
	}
	shares := make([]float64, len(audiences))
	for i, a := range audiences {
		shares[i] = a.Users / total
	}
	return shares, nil
}
