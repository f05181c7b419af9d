package calibrate

import (
	"math"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/topology"
)

// An Anchor is a place that a [Surface] was measured at.
type Anchor struct {
	LatDeg  float64 `json:"lat_deg"`
	LonDeg  float64 `json:"lon_deg"`
	Country string  `json:"country"` // ISO 3166-1 alpha-2, empty if unknown
}

func (a Anchor) place() topology.Place { return topology.Place{LatDeg: a.LatDeg, LonDeg: a.LonDeg} }

// compatriot reports whether both places are known to be in one country.
func (a Anchor) compatriot(b Anchor) bool { return a.Country != "" && a.Country == b.Country }

// A Kernel says how much two places have in common: the covariance of what cannot be seen on a map.
//
//	constant + near e^(-km/near km) + far e^(-km/far km) + same country e^(-km/country km) + transit in common + own
//
// Transit in common is how much of what both places buy they buy at the same hubs, from 0 to 1; see [Trunks].
// own counts for a place with itself only: what a city does not share even with its neighbours.
type Kernel struct {
	Constant  float64 `json:"constant"`
	Near      float64 `json:"near"`
	NearKm    float64 `json:"near_km"`
	Far       float64 `json:"far"`
	FarKm     float64 `json:"far_km"`
	Country   float64 `json:"country"`
	CountryKm float64 `json:"country_km"`
	Transit   float64 `json:"transit"`
	Own       float64 `json:"own"`
}

// between returns the covariance of two places, km apart, that are not one and the same.
func (k Kernel) between(a, b Anchor, km, transit float64) float64 {
	c := k.Constant + float64(k.Near*portable.Exp(-km/k.NearKm)) + float64(k.Far*portable.Exp(-km/k.FarKm))
	if a.compatriot(b) {
		c += float64(k.Country * portable.Exp(-km/k.CountryKm))
	}
	return c + float64(k.Transit*transit)
}

// valid reports whether every weight is finite and not negative and every length positive.
func (k Kernel) valid() bool {
	for _, weight := range []float64{k.Constant, k.Near, k.Far, k.Country, k.Transit, k.Own} {
		if !(weight >= 0) || math.IsInf(weight, 1) {
			return false
		}
	}
	for _, km := range []float64{k.NearKm, k.FarKm, k.CountryKm} {
		if !(km > 0) || math.IsInf(km, 1) {
			return false
		}
	}
	return true
}
