package topology

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Technology is how a user's own line reaches the network.
type Technology uint8

// The access technologies.
const (
	Fiber    Technology = iota // wired to a fibre line
	Cable                      // wired to a coaxial (DOCSIS) line; every figure is assumed
	DSL                        // wired to a copper line
	WiFi                       // home Wi-Fi behind a wired line
	LTE                        // 4G mobile
	FiveG                      // 5G mobile
	Starlink                   // satellites in low orbit

	// NumTechnologies is the number of technologies.
	NumTechnologies = iota
)

var technologyNames = [NumTechnologies]string{"fiber", "cable", "dsl", "wifi", "lte", "5g", "starlink"}

// String returns the technology's name, for example "5g".
func (t Technology) String() string {
	if int(t) < len(technologyNames) {
		return technologyNames[t]
	}
	return fmt.Sprintf("Technology(%d)", uint8(t))
}

// technologyAliases are other names that technologies go by, in lower case.
var technologyAliases = map[string]Technology{
	"fibre": Fiber, "ftth": Fiber, "coax": Cable, "docsis": Cable, "adsl": DSL, "vdsl": DSL, "wi-fi": WiFi, "wlan": WiFi,
	"4g": LTE, "4g/lte": LTE, "nr": FiveG, "5g-nr": FiveG, "satellite": Starlink, "leo": Starlink,
}

// ParseTechnology returns the technology with the given name, or one of its other usual names such as
// "satellite" or "4g", in upper or lower case. The error lists the names of [Technology.String].
func ParseTechnology(name string) (Technology, error) {
	lower := strings.ToLower(name)
	for i, n := range technologyNames {
		if n == lower {
			return Technology(i), nil
		}
	}
	if t, ok := technologyAliases[lower]; ok {
		return t, nil
	}
	return 0, invalid.New("access technology", strconv.Quote(name), "one of %s", strings.Join(technologyNames[:], ", "))
}

// lastMiles holds, by technology, the measured quantiles that the curves run through.
//
// All but cable: RIPE Atlas probes, February 2023. user is the quantile over probes of the median RTT
// to the first public hop (43 Starlink, 94 LTE, 14 5G, 105 fibre, 49 Wi-Fi and 26 DSL probes); jitter
// is the median over 21 to 109 series of the quantile within one probe's series to one target, less
// the 5th percentile of that series. It is measured end to end, so it holds what the Internet adds.
// Cable: assumed, no probe was tagged so.
//
// whole is what the median line takes over whole ways, where that is not what it takes to the first public hop: the delay model
// fitted to those probes' round trips to clouds, with players of 500 metros and servers of 171 cities for the rest of the way (last_miles_ms of
// the model that comes with the program, which a test holds these to). The standard errors are 0.8 ms for fibre, 2.8 for DSL and 1.2 for Starlink; of the others the two agree within two of these. That
// all quantiles of a technology differ in proportion is assumed.
var lastMiles = [NumTechnologies]struct {
	user   [7]float64 // ms at userP, to the first public hop
	jitter [7]float64 // ms at jitterP
	whole  float64    // ms of the median, over whole ways; 0 where that is user's
}{
	Fiber:    {[7]float64{0.39, 0.55, 1.46, 2.76, 5.24, 15.33, 22.58}, [7]float64{0.19, 0.62, 1.10, 1.70, 2.44, 3.04, 4.97}, 4.87},
	Cable:    {[7]float64{3.0, 4.5, 8.0, 12.0, 18.0, 27.0, 35.0}, [7]float64{0.5, 1.2, 2.2, 3.6, 6.0, 8.5, 18.0}, 0},
	DSL:      {[7]float64{4.35, 4.41, 9.06, 17.62, 22.54, 27.27, 31.58}, [7]float64{0.10, 0.39, 0.80, 1.29, 1.83, 2.20, 5.51}, 12.29},
	WiFi:     {[7]float64{0.63, 0.70, 2.53, 6.10, 13.18, 20.57, 28.93}, [7]float64{0.39, 1.03, 1.89, 3.04, 4.69, 6.31, 14.78}, 0},
	LTE:      {[7]float64{1.61, 2.12, 8.70, 21.70, 33.55, 69.30, 104.39}, [7]float64{1.07, 4.54, 8.04, 12.65, 18.48, 23.78, 37.30}, 0},
	FiveG:    {[7]float64{1.58, 3.11, 7.39, 17.37, 29.41, 41.70, 66.46}, [7]float64{1.29, 5.22, 9.61, 17.44, 26.62, 39.86, 75.41}, 0},
	Starlink: {[7]float64{27.99, 29.38, 30.79, 35.65, 37.83, 44.79, 63.60}, [7]float64{2.45, 7.21, 13.59, 21.91, 30.92, 39.08, 71.04}, 29.65},
}

// medianUser is the place of the median among the quantiles of users.
const medianUser = 3

// The probabilities of the measured quantiles, and those beyond which a curve stays flat: no more can
// be said from so few probes and series.
var (
	userP   = [7]float64{0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95}
	jitterP = [7]float64{0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99}
)

const (
	userMaxP   = 0.999
	jitterMaxP = 0.99999
)

// lastMileCurves are the curves through lastMiles.
var lastMileCurves = func() (curves [NumTechnologies]struct {
	user, jitter   quantileCurve
	medianJitterMs float64
}) {
	for t := range curves {
		c := &curves[t]
		// The last quantile of users rests on one to five probes: its own slope would be noise.
		user := lastMiles[t].user
		if whole := lastMiles[t].whole; whole > 0 {
			for k := range user {
				user[k] *= whole / lastMiles[t].user[medianUser]
			}
		}
		c.user = newQuantileCurve(userP, user, 3, userMaxP)
		c.jitter = newQuantileCurve(jitterP, lastMiles[t].jitter, 5, jitterMaxP)
		c.medianJitterMs = c.jitter.at(0.5)
	}
	return curves
}()

// BaseRTT returns the p-quantile over users of the last mile's base round trip: what a user's own line
// takes when nothing disturbs it. A user keeps it for a session. The result grows with p and is finite
// for every p in [0, 1]; p outside counts as the nearer end, NaN as 0.
//
// The base is the measured median round trip less the median jitter, and at least a tenth of it.
func (t Technology) BaseRTT(p float64) time.Duration {
	if t >= NumTechnologies {
		return 0
	}
	user := t.userMedianMs(p)
	return microseconds(math.Max(user-lastMileCurves[t].medianJitterMs, 0.1*user))
}

// JitterRTT returns the p-quantile of what one exchange takes longer than the base round trip. It is
// never negative, has a heavy tail, and is drawn anew for each exchange. The result grows with p and
// is finite for every p in [0, 1]; p outside counts as the nearer end, NaN as 0.
func (t Technology) JitterRTT(p float64) time.Duration { return microseconds(t.jitterMs(p)) }

// MedianRTT returns what the last mile adds to a median user's median exchange: the base of the median
// user and the median jitter.
func (t Technology) MedianRTT() time.Duration { return t.BaseRTT(0.5) + t.JitterRTT(0.5) }

// FirstHopRTT returns the median over users of their median round trip to the first router with a public address, as it was measured: what
// [Technology.MedianRTT] is of the lines that whole ways do not say otherwise of.
func (t Technology) FirstHopRTT() time.Duration {
	if t >= NumTechnologies {
		return 0
	}
	return microseconds(lastMiles[t].user[medianUser])
}

// rates are about at what rate a median user receives, in Mbit/s. Assumed: the order of what speed tests say of Europe and the
// United States about 2023.
var rates = [NumTechnologies]float64{Fiber: 300, Cable: 200, DSL: 30, WiFi: 100, LTE: 40, FiveG: 170, Starlink: 80}

// BitsPerSecond returns at what rate a median user receives; every figure is assumed.
func (t Technology) BitsPerSecond() float64 {
	if t >= NumTechnologies {
		return 0
	}
	return rates[t] * 1e6
}

// userMedianMs returns the p-quantile over users of their median last-mile RTT.
func (t Technology) userMedianMs(p float64) float64 {
	if t >= NumTechnologies {
		return 0
	}
	return lastMileCurves[t].user.at(p)
}

// jitterMs returns the p-quantile of the jitter.
func (t Technology) jitterMs(p float64) float64 {
	if t >= NumTechnologies {
		return 0
	}
	return lastMileCurves[t].jitter.at(p)
}

// clampP returns p in [0, high], 0 for NaN.
func clampP(p, high float64) float64 {
	if !(p > 0) {
		return 0
	}
	return math.Min(p, high)
}

// microseconds rounds to a microsecond: the last bits of an exponential differ between processors.
func microseconds(ms float64) time.Duration {
	return time.Duration(math.Round(ms*1000)) * time.Microsecond
}
