package topology

import (
	"math"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
)

// EarthRadiusKm is the mean radius of the Earth (IUGG: 6371.0088 km), used for every great circle.
const EarthRadiusKm = 6371.0088

// A Place is a point on the globe in WGS 84 degrees.
type Place struct {
	LatDeg float64 // in [-90, 90]
	LonDeg float64 // in [-180, 180]
}

// Validate returns an error if a coordinate is out of range or not a number.
func (p Place) Validate() error {
	return invalid.First(invalid.Range("LatDeg", p.LatDeg, -90, 90), invalid.Range("LonDeg", p.LonDeg, -180, 180))
}

// DistanceKm returns the great-circle distance between two places in kilometres (haversine formula).
func DistanceKm(a, b Place) float64 {
	const rad = math.Pi / 180
	sinLat := portable.Sin((b.LatDeg - a.LatDeg) * rad / 2)
	sinLon := portable.Sin((b.LonDeg - a.LonDeg) * rad / 2)
	cos := float64(portable.Cos(a.LatDeg*rad) * portable.Cos(b.LatDeg*rad))
	h := float64(sinLat*sinLat) + float64(cos*float64(sinLon*sinLon))
	return 2 * EarthRadiusKm * portable.Asin(math.Min(1, math.Sqrt(h)))
}

// A direction is a place as a unit vector: comparing chords is many times cheaper than comparing
// great circles, and gives the same order.
type direction [3]float64

func directionOf(p Place) direction {
	const rad = math.Pi / 180
	sinLat, cosLat := math.Sincos(p.LatDeg * rad)
	sinLon, cosLon := math.Sincos(p.LonDeg * rad)
	return direction{cosLat * cosLon, cosLat * sinLon, sinLat}
}

// chord2 returns the squared chord between two directions, in [0, 4].
func (d direction) chord2(o direction) float64 {
	x, y, z := d[0]-o[0], d[1]-o[1], d[2]-o[2]
	return float64(x*x) + float64(y*y) + float64(z*z)
}

// chord2OfKm returns the squared chord that spans the given great-circle distance.
func chord2OfKm(km float64) float64 {
	s := 2 * portable.Sin(math.Min(km/EarthRadiusKm, math.Pi)/2)
	return s * s
}
