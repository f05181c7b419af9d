package calibrate

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/topology"
)

// What is not fitted: the ground and the kernels. They were chosen by cross-validation by city on the
// tables that [Default] was fitted to, see [CrossValidate].
var (
	ground = topology.PathModel{Inflation: 1.45, FiberSpeed: 0.68, PerHop: 400 * time.Microsecond}

	internetFit = surfaceFit{
		offsetMs: 10,
		pair:     Kernel{Constant: 0.7, Near: 0.05, NearKm: 100, Far: 1, FarKm: 8000, Country: 0.1, CountryKm: 2000, Own: 0.04},
		end:      Kernel{Near: 0.003, NearKm: 190, Far: 0.016, FarKm: 2500, Country: 0.0025, CountryKm: 20_000, Own: 0.003},
		noise:    0.12, endNoise: 1e-4, robust: 0.2, rounds: 14,
	}
	backboneFit = surfaceFit{
		offsetMs: 2,
		pair:     Kernel{Constant: 0.1, Near: 0.3, NearKm: 1000, Far: 0.3, FarKm: 6000, Country: 0.05, CountryKm: 2000, Own: 0.05},
		end:      Kernel{Near: 0.005, NearKm: 1000, Far: 0.005, FarKm: 2500, Country: 0.0025, CountryKm: 20_000, Own: 0.005},
		noise:    0.1, endNoise: 1e-4, robust: 0.2, rounds: 14,
	}
)

// What is fitted where it is known who buys transit where.
var (
	internetTransitFit = surfaceFit{
		offsetMs: 5,
		pair:     Kernel{Constant: 0.7, Near: 0.3, NearKm: 100, Far: 1, FarKm: 8000, Country: 0.1, CountryKm: 2000, Transit: 0.03, Own: 0.1},
		end:      Kernel{Near: 0.003, NearKm: 190, Far: 0.016, FarKm: 2500, Country: 0.0025, CountryKm: 20_000, Transit: 0.0007, Own: 0.003},
		noise:    0.2, endNoise: 1e-4, robust: 0.2, rounds: 14, residualKm: 20, wholeKm: 40,
	}
	backboneTransitFit = backboneFit.met(30)
)

// met returns the fit with what was measured met, for places km away by a third.
func (c surfaceFit) met(km float64) surfaceFit {
	c.residualKm = km
	return c
}

var usersFit = userFit{
	offsetMs: 5,
	end: effectFit{
		kernel: Kernel{Constant: 0.003, Near: 0.002, NearKm: 300, Far: 0.005, FarKm: 3000, Country: 0.003, CountryKm: 3000, Transit: 0.001, Own: 0.0005},
		noise:  0.012, robust: 0.15, rounds: 4,
	},
	pair: effectFit{
		kernel: Kernel{Constant: 0.003, Near: 0.002, NearKm: 300, Far: 0.005, FarKm: 3000, Country: 0.003, CountryKm: 3000, Transit: 0.001, Own: 0.0005},
		noise:  0.006, robust: 0.15, rounds: 4,
	},
	site:       Kernel{NearKm: 1000, Far: 1, FarKm: 1500, CountryKm: 1000},
	reachShare: 0.4,
}

// The blends and the share of the backbone in users' round trips, chosen as above. Of a user's way half
// is the provider's.
var (
	internetBlend = Blend{Line: 0.15, Path: 0.25, Trunks: 0.6}
	backboneBlend = Blend{Path: 0.1, Trunks: 0.7, Internet: 0.2}
	// Where it is known who buys transit where, half of the way over the hubs leads there: neither map is right alone.
	internetTransitBlend = Blend{Line: 0.15, Path: 0.25, Trunks: 0.3, Transit: 0.3}
)

const userBackboneShare = 0.5

// Where it is known who buys transit where: of 0 and 0.5 the one with the lower median error of players to sites that the fit had not seen.
const userShareOfGap = 0.5

// Where it is known who buys transit where: as [Trunks.MeetMs]. Of never, of the towns alone and of the nearest hubs as well the towns alone have the
// lowest median error of players to sites that the fit had not seen, in each of three deals.
const userMeetMs = meetMs

var domestic = Domestic{MaxOverPath: 1.2, Shorter: 0.6, Km: 800}

// Fit fits a model to measured round trips over the given exchange towns. It needs at least 3 cities and
// 3 regions with a measured pair each; without users' round trips the user scale is 1. Where the tables say who buys transit where, ways
// over the hubs begin and end there, surfaces borrow from places with the same transit, pairs that were measured are met, and players
// say how far users are, from each site, and in part how far servers next to them are, and homes say besides how far users are from a site.
func Fit(fabric *topology.Fabric, t *Tables) (*Model, error) {
	finder, err := fabric.NewPathFinder(ground)
	if err != nil {
		return nil, err
	}
	return fit(finder, t)
}

func fit(finder *topology.PathFinder, t *Tables) (*Model, error) {
	m, err := fitServers(finder, t)
	if err != nil {
		return nil, err
	}
	if m.UserScale, err = fitUserScale(m, finder, t.Access); err != nil {
		return nil, fmt.Errorf("fit: users: %w", err)
	}
	if err := m.fitPlayers(finder, t.Players); err != nil {
		return nil, err
	}
	if t.Transit != nil {
		if err := m.fitHomes(finder, t.Access); err != nil {
			return nil, fmt.Errorf("fit: %w", err)
		}
	}
	return m, m.Validate()
}

// fitPlayers fits what players say of ways of users, if the model has heard them.
func (m *Model) fitPlayers(finder *topology.PathFinder, players []PlayerRTT) error {
	if len(m.Users.Anchors) == 0 {
		return nil
	}
	said, err := m.table(finder, players)
	if err != nil {
		return fmt.Errorf("fit: players: %w", err)
	}
	m.Users.fit(said, usersFit)
	return nil
}

// fitServers fits what is said of ways between servers, also by players. Ways of users are not scaled or corrected yet.
func fitServers(finder *topology.PathFinder, t *Tables) (*Model, error) {
	trunks, err := worldTrunks(t.Transit)
	if err != nil {
		return nil, err
	}
	m := &Model{
		Ground: ground, Trunks: *trunks, Domestic: domestic, InternetBlend: internetBlend, BackboneBlend: backboneBlend, BackboneScale: 1,
		UserBackboneShare: userBackboneShare, UserScale: 1,
	}
	internetFit, backboneFit := internetFit, backboneFit
	if t.Transit != nil {
		internetFit, backboneFit = internetTransitFit, backboneTransitFit
		m.InternetBlend, m.UserShareOfGap, m.UserMeetMs = internetTransitBlend, userShareOfGap, userMeetMs
	}
	cities, measured, err := square(t.Cities, t.CityRTT)
	if err != nil {
		return nil, fmt.Errorf("fit: cities: %w", err)
	}
	m.LineMs, m.LineMsPerKm = fitLine(cities, measured)
	if t.Transit != nil && len(t.Players) > 0 {
		said, err := m.table(finder, t.Players)
		if err != nil {
			return nil, fmt.Errorf("fit: players: %w", err)
		}
		reach := newUserSurface(trunks, said, usersFit)
		reach.fitReach(said, usersFit)
		m.Users = *reach
	}
	modelled, err := m.bases(finder, cities, internetClass)
	if err != nil {
		return nil, fmt.Errorf("fit: cities: %w", err)
	}
	internet, err := fitSurface(trunks, cities, measured, modelled, internetFit)
	if err != nil {
		return nil, fmt.Errorf("fit: cities: %w", err)
	}
	m.Internet = *internet

	regions, measured, err := square(t.Regions, t.RegionRTT)
	if err != nil {
		return nil, fmt.Errorf("fit: regions: %w", err)
	}
	if modelled, err = m.bases(finder, regions, backboneClass); err != nil {
		return nil, fmt.Errorf("fit: regions: %w", err)
	}
	var ratios []float64
	for i := range regions {
		for j := range i {
			if !math.IsNaN(measured[i][j]) {
				ratios = append(ratios, measured[i][j]/modelled[i][j])
			}
		}
	}
	m.BackboneScale = quantile(ratios, 0.5)
	for i := range modelled {
		for j := range modelled[i] {
			modelled[i][j] *= m.BackboneScale
		}
	}
	backbone, err := fitSurface(trunks, regions, measured, modelled, backboneFit)
	if err != nil {
		return nil, fmt.Errorf("fit: regions: %w", err)
	}
	m.Backbone = *backbone
	return m, nil
}

// table returns what players measured beside what the model says, without their last mile.
func (m *Model) table(finder *topology.PathFinder, players []PlayerRTT) (userTable, error) {
	var t userTable
	anchors, sites := make(map[string]int), make(map[string]int)
	p := &predictor{model: m, finder: finder}
	lastMile := float64(topology.PlayersMix().MedianRTT().Seconds() * 1000)
	for _, a := range players {
		user, site := positionOf(anchors, a.Metro, &t.anchors, a.From), positionOf(sites, a.Site, &t.sites, a.To)
		ms, err := p.rttMs(userClass, a.From, a.To)
		if err != nil {
			return t, err
		}
		t.rtts = append(t.rtts, userRTT{user, site, max(minPathMs, a.Ms-lastMile), ms})
	}
	return t, nil
}

// positionOf returns the position of a place among others, by its key; where it has none, it is put behind them.
func positionOf[K comparable](positions map[K]int, key K, all *[]Anchor, place Anchor) int {
	at, ok := positions[key]
	if !ok {
		at = len(*all)
		positions[key], *all = at, append(*all, place)
	}
	return at
}

// fitUserScale returns the scale of what is not the last mile of users' round trips, with the least mean
// absolute log error, to a hundredth; 1 if there are no round trips of users. Last miles are those to the first hop here: what whole ways say of them is
// fitted later.
func fitUserScale(m *Model, finder *topology.PathFinder, access []AccessRTT) (float64, error) {
	if len(access) == 0 {
		return 1, nil
	}
	p := &predictor{model: m, finder: finder}
	unscaled := make([]float64, len(access))
	for i, a := range access {
		ms, err := p.rttMs(userClass, a.From, a.To)
		if err != nil {
			return 0, err
		}
		unscaled[i] = ms / m.UserScale
	}
	best, least := 1.0, math.Inf(1)
	for percent := 50; percent <= 150; percent++ {
		scale, sum := float64(percent)/100, 0.0
		for i, a := range access {
			ms := float64(scale*unscaled[i]) + float64(a.Technology.FirstHopRTT().Seconds()*1000)
			sum += min(0.7, math.Abs(portable.Log(ms/a.Ms))) // beyond a factor of two something else is wrong
		}
		if sum < least {
			best, least = scale, sum
		}
	}
	return best, nil
}

// square returns the places that have a measured pair, and the round trips between them in ms, NaN where
// there is none.
func square(places []topology.Node, pairs []PairRTT) ([]Anchor, [][]float64, error) {
	position := make([]int, len(places))
	for i := range position {
		position[i] = -1
	}
	for _, p := range pairs {
		position[p.A], position[p.B] = 0, 0
	}
	var anchors []Anchor
	for i, p := range places {
		if position[i] == 0 {
			position[i] = len(anchors)
			anchors = append(anchors, Anchor{LatDeg: p.LatDeg, LonDeg: p.LonDeg, Country: p.Country})
		}
	}
	if len(anchors) < 3 {
		return nil, nil, invalid.New("", fmt.Sprintf("%d places with a measured round trip", len(anchors)), "3 or more")
	}
	ms := grid(len(anchors), func(int, int) float64 { return math.NaN() })
	for _, p := range pairs {
		a, b := position[p.A], position[p.B]
		ms[a][b], ms[b][a] = p.Ms, p.Ms
	}
	return anchors, ms, nil
}

// bases returns the round trips between any two anchors in ms before the surface of a class corrects them.
// Those of the backbone need the Internet surface.
func (m *Model) bases(finder *topology.PathFinder, anchors []Anchor, c class) ([][]float64, error) {
	ends := make([]topology.PathEnd, len(anchors))
	locations := make([]*location, len(anchors))
	for i, a := range anchors {
		end, err := finder.Locate(a.place())
		if err != nil {
			return nil, err
		}
		ends[i] = end
		locations[i] = m.locate(a)
	}
	return grid(len(anchors), func(i, j int) float64 {
		a, b := locations[i], locations[j]
		path := 2 * finder.OneWay(ends[i], ends[j]).Seconds() * 1000
		km := topology.DistanceKm(a.at.place(), b.at.place())
		internet, backbone := m.guesses(c, a, b, km, path)
		if c == internetClass {
			return m.internetBase(a, b, km, internet)
		}
		backbone.internet.ms = m.rtt(internetClass, a, b, path)
		return m.BackboneScale * m.BackboneBlend.of(backbone)
	}), nil
}

// fitLine returns the line through measured round trips over distance with the least mean relative
// error, to 0.1 ms and 0.1 microseconds a km.
func fitLine(anchors []Anchor, measured [][]float64) (ms, msPerKm float64) {
	type point struct{ km, logMs float64 }
	var points []point
	for i := range anchors {
		for j := range i {
			if !math.IsNaN(measured[i][j]) {
				points = append(points, point{topology.DistanceKm(anchors[i].place(), anchors[j].place()), portable.Log(measured[i][j])})
			}
		}
	}
	// Weighted least squares with weights 1 over the error comes to the least absolute error.
	ms, msPerKm = 10, 0.02
	for range 60 {
		var s, sx, sy, sxx, sxy float64
		for _, p := range points {
			guess := ms + float64(msPerKm*p.km)
			y := portable.Exp(p.logMs)
			w := 1 / (y * y * math.Max(0.01, math.Abs(p.logMs-portable.Log(guess))))
			s += w
			sx += float64(w * p.km)
			sy += float64(w * y)
			sxx += float64(w * p.km * p.km)
			sxy += float64(w * p.km * y)
		}
		d := float64(s*sxx) - float64(sx*sx)
		if d <= 0 {
			break
		}
		msPerKm = math.Max(1e-4, (float64(s*sxy)-float64(sx*sy))/d)
		ms = math.Max(0.1, (sy-float64(msPerKm*sx))/s)
	}
	return math.Round(ms*10) / 10, math.Max(1e-4, math.Round(msPerKm*1e4)/1e4)
}

// grid returns the n x n table of a function.
func grid(n int, f func(i, j int) float64) [][]float64 {
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = make([]float64, n)
		for j := range rows[i] {
			rows[i][j] = f(i, j)
		}
	}
	return rows
}

// quantile returns the p-quantile of values, interpolated; NaN if there are none.
func quantile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	at := float64(p * float64(len(sorted)-1))
	k := int(at)
	if k+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[k] + float64((at-float64(k))*(sorted[k+1]-sorted[k]))
}
