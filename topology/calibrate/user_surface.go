package calibrate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/topology"
)

// A UserSurface gives for a place where users live and a site how much longer or shorter the way between them is than the model says
// from servers, as the logarithm of a ratio: how the users' networks are joined to the world. It is the mean of a Gaussian process
// whose covariance between two ways is the product of the kernels between their ends, conditioned on what players measured, or homes. Without
// anchors it is nought.
type UserSurface struct {
	// OffsetMs is added to both round trips before the logarithm is taken; at least 0.
	OffsetMs float64 `json:"offset_ms"`
	// Kernel says what the users of two places have in common towards all sites; PairKernel what they have in common towards
	// one site besides, and SiteKernel what two sites have.
	Kernel     Kernel `json:"kernel"`
	PairKernel Kernel `json:"pair_kernel"`
	SiteKernel Kernel `json:"site_kernel"`
	// Anchors are the places of users, Sites those of sites that were measured.
	Anchors []Anchor `json:"anchors"`
	Sites   []Anchor `json:"sites"`
	// Weights holds by anchor its weight, PairWeights one weight a site.
	Weights     []float64   `json:"weights"`
	PairWeights [][]float64 `json:"pair_weights"`
	// ReachWeights hold one more weight by anchor: what players say of their place before anything is known from servers. It is the
	// logarithm of a ratio, and ReachShare, from 0 to 1, is how much of it counts for servers at that place. No weights if none does.
	ReachWeights []float64 `json:"reach_weights,omitempty"`
	ReachShare   float64   `json:"reach_share,omitempty"`
	// shares and siteShares hold, by anchor and by site, at which hubs it buys transit.
	shares, siteShares [][]float64
}

// validate returns an error if the parts do not fit together.
func (s *UserSurface) validate() error {
	if len(s.Anchors) == 0 && len(s.Weights) == 0 && len(s.Sites) == 0 {
		return nil
	}
	if err := invalid.First(
		invalid.Range("ReachShare", s.ReachShare, 0, 1),
		invalid.Check(len(s.ReachWeights) == 0 || len(s.ReachWeights) == len(s.Anchors), "ReachWeights", fmt.Sprintf("of %d", len(s.ReachWeights)), fmt.Sprintf("none, or as many as Anchors, %d", len(s.Anchors))),
		invalid.Check(s.OffsetMs >= 0 && !math.IsInf(s.OffsetMs, 1), "OffsetMs", s.OffsetMs, "a finite number, 0 or more"),
		invalid.Check(s.Kernel.valid(), "Kernel", s.Kernel, wantKernel),
		invalid.Check(s.PairKernel.valid(), "PairKernel", s.PairKernel, wantKernel),
		invalid.Check(s.SiteKernel.valid(), "SiteKernel", s.SiteKernel, wantKernel),
		invalid.Check(len(s.Weights) == len(s.Anchors), "Weights", fmt.Sprintf("of %d", len(s.Weights)), fmt.Sprintf("as many as Anchors, %d", len(s.Anchors))),
		invalid.Check(len(s.PairWeights) == len(s.Anchors), "PairWeights", fmt.Sprintf("of %d rows", len(s.PairWeights)), fmt.Sprintf("as many as Anchors, %d", len(s.Anchors))),
	); err != nil {
		return err
	}
	for i, a := range s.Sites {
		if err := a.place().Validate(); err != nil {
			return invalid.In(fmt.Sprintf("Sites[%d]", i), err)
		}
	}
	for i, w := range s.ReachWeights {
		if math.IsNaN(w) || math.IsInf(w, 0) {
			return invalid.New(fmt.Sprintf("ReachWeights[%d]", i), w, "a finite weight")
		}
	}
	for i, a := range s.Anchors {
		if err := a.place().Validate(); err != nil {
			return invalid.In(fmt.Sprintf("Anchors[%d]", i), err)
		}
		if len(s.PairWeights[i]) != len(s.Sites) {
			return invalid.New(fmt.Sprintf("PairWeights[%d]", i), fmt.Sprintf("of %d", len(s.PairWeights[i])), "as many as Sites, %d", len(s.Sites))
		}
		for _, w := range append([]float64{s.Weights[i]}, s.PairWeights[i]...) {
			if math.IsNaN(w) || math.IsInf(w, 0) {
				return invalid.New(fmt.Sprintf("Anchors[%d]", i), fmt.Sprintf("of weight %v", w), "finite weights")
			}
		}
	}
	return nil
}

// prepare makes the surface ready: where its anchors and sites buy transit.
func (s *UserSurface) prepare(t *Trunks) {
	s.shares, s.siteShares = sharesOf(t, s.Anchors), sharesOf(t, s.Sites)
}

// sharesOf returns at which hubs each of some places buys transit.
func sharesOf(t *Trunks, places []Anchor) [][]float64 {
	if len(places) == 0 {
		return nil
	}
	shares := make([][]float64, len(places))
	for i, a := range places {
		shares[i] = t.locate(a).shares
	}
	return shares
}

// A userEnd is a place where users live, prepared for a surface.
type userEnd struct {
	all   float64   // the effect towards all sites
	reach float64   // what counts of it for servers
	each  []float64 // what it makes of each of the measured sites
}

// asUser prepares a place where users live.
func (s *UserSurface) asUser(p Anchor, shares []float64) userEnd {
	e := userEnd{each: make([]float64, len(s.Sites))}
	for i, a := range s.Anchors {
		km, transit := topology.DistanceKm(p.place(), a.place()), inCommon(shares, s.shares[i])
		shared := s.Kernel.withOwn(p, a, km, transit)
		e.all += float64(shared * s.Weights[i])
		if len(s.ReachWeights) > 0 {
			e.reach += float64(s.ReachShare * shared * s.ReachWeights[i])
		}
		shared = s.PairKernel.withOwn(p, a, km, transit)
		for k, w := range s.PairWeights[i] {
			e.each[k] += float64(shared * w)
		}
	}
	return e
}

// asSite returns what a site has in common with each of the measured ones.
func (s *UserSurface) asSite(p Anchor, shares []float64) []float64 {
	shared := make([]float64, len(s.Sites))
	for k, a := range s.Sites {
		shared[k] = s.SiteKernel.withOwn(p, a, topology.DistanceKm(p.place(), a.place()), inCommon(shares, s.siteShares[k]))
	}
	return shared
}

// withOwn returns the covariance of two places, which may be one and the same.
func (k Kernel) withOwn(a, b Anchor, km, transit float64) float64 {
	c := k.between(a, b, km, transit)
	if km < sameSpotKm {
		c += k.Own
	}
	return c
}

// correct returns the round trip in ms that the surface makes of a modelled one between a user and a site.
func (s *UserSurface) correct(ms float64, user *userEnd, site []float64) float64 {
	if len(s.Anchors) == 0 {
		return ms
	}
	sum := user.all
	for k, e := range user.each {
		sum += float64(e * site[k])
	}
	return float64((float64(ms)+s.OffsetMs)*portable.Exp(sum)) - s.OffsetMs
}

// reach returns the round trip in ms that players make of a modelled one between two servers.
func (s *UserSurface) reach(ms float64, a, b *userEnd) float64 {
	if len(s.ReachWeights) == 0 {
		return ms
	}
	return max(minPathMs, float64((float64(ms)+s.OffsetMs)*portable.Exp(a.reach+b.reach))-s.OffsetMs)
}

// A userFit is what [fitUserSurface] needs to know besides the measurements.
type userFit struct {
	offsetMs  float64
	end, pair effectFit
	site      Kernel
	// reachShare is how much of what players say of their place counts for servers there.
	reachShare float64
}

// An effectFit is how one of the two effects is fitted.
type effectFit struct {
	kernel Kernel
	noise  float64 // variance of the log ratio of one round trip that no kernel explains
	robust float64 // the log ratio at which a round trip that does not fit counts half
	rounds int
}

// A userRTT is a round trip from the place of an anchor to a site, measured and modelled, in ms without the last mile.
type userRTT struct {
	anchor, site        int
	measuredMs, modelMs float64
}

// A userTable is what players measured, beside what a model says.
type userTable struct {
	anchors, sites []Anchor
	rtts           []userRTT
}

// newUserSurface returns a surface over the places of a table.
func newUserSurface(t *Trunks, of userTable, c userFit) *UserSurface {
	s := &UserSurface{
		OffsetMs: c.offsetMs, Kernel: c.end.kernel, PairKernel: c.pair.kernel, SiteKernel: c.site, Anchors: of.anchors, Sites: of.sites,
		Weights: make([]float64, len(of.anchors)), PairWeights: make([][]float64, len(of.anchors)),
	}
	for i := range s.PairWeights {
		s.PairWeights[i] = make([]float64, len(of.sites))
	}
	s.prepare(t)
	return s
}

// logs returns the logarithms of measured over modelled.
func (t userTable) logs(offsetMs float64) []float64 {
	logs := make([]float64, len(t.rtts))
	for k, r := range t.rtts {
		logs[k] = portable.Log(r.measuredMs+offsetMs) - portable.Log(r.modelMs+offsetMs)
	}
	return logs
}

// fitReach fits what players say of their places before anything is known from servers.
func (s *UserSurface) fitReach(of userTable, c userFit) {
	s.ReachShare, s.ReachWeights = c.reachShare, make([]float64, len(s.Anchors))
	for k, w := range s.fitEffect(of.logs(c.offsetMs), of.rtts, c.end, nil) {
		s.ReachWeights[of.rtts[k].anchor] += round4(w)
	}
}

// fit fits the effects: first what is said of ways to one site and those near it, then what is left in common of the ways of a place to
// all sites. The other way round a detour to some sites would be taken for one to all, and be said of sites that nobody measured.
func (s *UserSurface) fit(of userTable, c userFit) {
	left := of.logs(c.offsetMs)
	s.fitPairs(left, of.rtts, c)
	for k, w := range s.fitEffect(left, of.rtts, c.end, nil) {
		s.Weights[of.rtts[k].anchor] += round4(w)
	}
}

// fitPairs fits what is said of ways to one site and those near it to logarithms of ratios, and takes it away from them.
func (s *UserSurface) fitPairs(logs []float64, rtts []userRTT, c userFit) {
	shared := grid(len(s.Sites), func(i, j int) float64 {
		a, b := s.Sites[i], s.Sites[j]
		return c.site.withOwn(a, b, topology.DistanceKm(a.place(), b.place()), inCommon(s.siteShares[i], s.siteShares[j]))
	})
	for k, w := range s.fitEffect(logs, rtts, c.pair, shared) {
		s.PairWeights[rtts[k].anchor][rtts[k].site] += round4(w)
	}
}

// fitEffect fits one effect to logarithms of ratios, takes it away from them, and returns its weights. What fits badly counts less,
// round after round. sites holds what any two sites have in common; without any all are alike.
func (s *UserSurface) fitEffect(logs []float64, rtts []userRTT, c effectFit, sites [][]float64) (weights []float64) {
	site := func(r userRTT) int { return r.site }
	if sites == nil {
		sites, site = [][]float64{{1}}, func(userRTT) int { return 0 }
	}
	n, m := len(s.Anchors), len(sites)
	users := mat.NewDense(n, n, nil)
	for i, a := range s.Anchors {
		for j, b := range s.Anchors[:i+1] {
			shared := c.kernel.withOwn(a, b, topology.DistanceKm(a.place(), b.place()), inCommon(s.shares[i], s.shares[j]))
			users.Set(i, j, shared)
			users.Set(j, i, shared)
		}
	}
	half, whole := mat.NewDense(m, n, nil), mat.NewDense(m, n, nil) // by site, then by anchor: long rows multiply faster
	apply := func(to, of []float64) {
		half.Zero()
		for k, r := range rtts {
			for l, shared := range sites[site(r)] {
				half.RawRowView(l)[r.anchor] += float64(shared * of[k])
			}
		}
		whole.Mul(half, users)
		for k, r := range rtts {
			to[k] = whole.At(site(r), r.anchor)
		}
	}
	effects, noise := make([]float64, len(rtts)), make([]float64, len(rtts))
	weights = make([]float64, len(rtts))
	for range c.rounds {
		for k := range rtts {
			residual := (logs[k] - effects[k]) / c.robust
			noise[k] = float64(c.noise * (1 + float64(residual*residual)))
		}
		conjugateGradients(weights, logs, noise, apply)
		apply(effects, weights)
	}
	for k, e := range effects {
		logs[k] -= e
	}
	return weights
}

// round4 rounds to four decimals, as [round5] does to five.
func round4(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// conjugateGradients solves (kernel + noise on the diagonal) x = b, beginning at x, as exactly as a fit needs.
func conjugateGradients(x, b, noise []float64, kernel func(to, of []float64)) {
	n := len(x)
	left, p, q := make([]float64, n), make([]float64, n), make([]float64, n)
	kernel(q, x)
	z := make([]float64, n)
	rho, size := 0.0, 0.0
	for k := range n {
		left[k] = b[k] - q[k] - float64(noise[k]*x[k])
		z[k] = left[k] / noise[k]
		p[k] = z[k]
		rho += float64(left[k] * z[k])
		size += float64(b[k] * b[k] / noise[k])
	}
	for range 60 {
		if rho <= 1e-5*size {
			return
		}
		kernel(q, p)
		pq := 0.0
		for k := range n {
			q[k] += float64(noise[k] * p[k])
			pq += float64(p[k] * q[k])
		}
		step, next := rho/pq, 0.0
		for k := range n {
			x[k] += float64(step * p[k])
			left[k] -= float64(step * q[k])
			z[k] = left[k] / noise[k]
			next += float64(left[k] * z[k])
		}
		for k := range n {
			p[k] = z[k] + float64(next/rho*p[k])
		}
		rho = next
	}
}
