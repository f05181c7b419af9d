package sim

import (
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// A Flow is what one run of one workload moved from a site to another, or to users, and how that grows to a day.
type Flow struct {
	Workload string
	// From is the site that sends, To the one that gets it; "" for users. Via is the PoP through which users are served from
	// elsewhere.
	From, To, Via string
	// Tier is the tier of caches, or [placement.Origin], that answers; "" for what is computed or played.
	Tier string
	// Requests and Bytes are those of the recorded time, times what makes the recorded time as long and as busy as a day.
	Requests, Bytes float64
	// UnknownSize says that the model has no sizes of it: updates of games, and calls for data.
	UnknownSize bool
}

// PerDay returns the flows of a run, as many requests and bytes as in a day. What users get is scaled by how busy their metro's
// day is against the recorded time, what caches fetch by how busy the users of that cache are, of deeper tiers all users. A
// demand that follows no day is taken to be as busy all day as in the recorded time. What a metro's users get is shared among
// their ways as when the run begins.
func (p *Plan) PerDay(r *Result) ([]Flow, error) {
	var all []Flow
	for i := range p.workloads {
		f := flows{plan: p, number: i, tally: &r.Workloads[i], raw: make(map[int]float64), day: make(map[int]float64)}
		days, err := p.daysOf(i)
		if err != nil {
			return nil, err
		}
		f.users(days)
		f.fetches()
		all = append(all, f.all...)
	}
	return all, nil
}

// daysOf returns what makes the recorded time of a workload a day, by metro.
func (p *Plan) daysOf(number int) ([]float64, error) {
	w, planned := &p.scenario.Workloads[number], &p.workloads[number]
	const day = 24 * time.Hour
	factors := make([]float64, len(p.metros))
	for m := range factors {
		factors[m] = float64(day) / float64(p.scenario.Duration)
	}
	if _, _, ok := w.DayMean(); !ok {
		return factors, nil
	}
	from := p.scenario.Start.Add(p.scenario.WarmUp)
	recorded, err := w.MeanLoads(planned.audiences, from, p.scenario.Duration)
	if err != nil {
		return nil, err
	}
	mean, err := w.MeanLoads(planned.audiences, from, day)
	if err != nil {
		return nil, err
	}
	for m := range factors {
		if recorded[m] > 0 {
			factors[m] *= mean[m] / recorded[m]
		}
	}
	return factors, nil
}

// flows gathers those of a workload.
type flows struct {
	plan     *Plan
	number   int
	tally    *WorkloadTally
	all      []Flow
	raw, day map[int]float64 // by site: users' requests as recorded, and in a day
}

func (f *flows) add(one Flow) {
	if one.Requests == 0 && one.Bytes == 0 {
		return
	}
	one.Workload = f.tally.Name
	for i := range f.all {
		if o := &f.all[i]; o.From == one.From && o.To == one.To && o.Via == one.Via && o.Tier == one.Tier && o.UnknownSize == one.UnknownSize {
			o.Requests += one.Requests
			o.Bytes += one.Bytes
			return
		}
	}
	f.all = append(f.all, one)
}

// users adds what users get, and calls for data.
func (f *flows) users(days []float64) {
	planned, data := &f.plan.workloads[f.number], f.plan.scenario.Workloads[f.number].DataCalls()
	sent := 1.0
	game, isGame := f.plan.scenario.Workloads[f.number].Service.(workload.Matched)
	if isGame {
		sent = float64(game.UpdatesASample()) * float64(game.MatchesASample())
	}
	if !game.Peers.IsZero() {
		return // players send each other what they send
	}
	for m := range planned.entries {
		tally := &f.tally.Metros[m]
		for k := range planned.entries[m] {
			e := &planned.entries[m][k]
			share := e.share.usual()
			requests := float64(float64(tally.Answered()) * share)
			at := &f.plan.sites[e.site]
			to := Flow{
				From: at.id, Requests: float64(requests * days[m] * sent), Bytes: float64(float64(tally.Count(Bytes)) * share * days[m]), UnknownSize: isGame,
			}
			if e.enters != e.site {
				to.Via = f.plan.sites[e.enters].id
			}
			if planned.kind.MeetsCaches() {
				to.Tier = string(placement.Origin)
				if len(at.caches) > 0 && at.caches[firstTier] != nil {
					to.Tier = f.plan.placement.Tiers[firstTier].Name
				}
			}
			f.add(to)
			f.raw[e.site] += requests
			f.day[e.site] += float64(requests * days[m])
			away := f.spilledOf(e.site)
			if calls := data.Probability * float64(data.Calls); calls > 0 {
				if home := f.plan.scenario.homeOfSite(f.plan.placement, &f.plan.scenario.Workloads[f.number], at.id); home != at.id {
					f.add(Flow{From: at.id, To: home, Requests: float64(requests * (1 - away) * days[m] * sent * calls), UnknownSize: true})
				}
			}
		}
	}
	f.spilled(data)
}

// spilledOf returns the share of a site's users whose requests others have answered.
func (f *flows) spilledOf(site int) float64 {
	of := &f.tally.Sites[site]
	return min(ratioOr(float64(of.AnsweredElsewhere()), float64(of.Tally.Answered())), 1)
}

// spilled adds what sites answer that others have passed on to them, and the calls of those requests.
func (f *flows) spilled(data workload.DataCalls) {
	service, ok := f.plan.scenario.Workloads[f.number].Service.(workload.Computed)
	if !ok {
		return
	}
	for at := range f.tally.Sites {
		for to, n := range f.tally.Sites[at].SpilledTo {
			requests := float64(float64(n) * ratioOr(f.day[at], f.raw[at]))
			f.add(Flow{From: f.plan.sites[to].id, To: f.plan.sites[at].id, Requests: requests, Bytes: float64(requests * float64(service.ResponseBytes))})
			home := f.plan.scenario.homeOfSite(f.plan.placement, &f.plan.scenario.Workloads[f.number], f.plan.sites[to].id)
			if calls := data.Probability * float64(data.Calls); calls > 0 && home != f.plan.sites[to].id {
				f.add(Flow{From: f.plan.sites[to].id, To: home, Requests: float64(requests * calls), UnknownSize: true})
			}
		}
	}
}

// fetches adds what caches fetch.
func (f *flows) fetches() {
	planned := &f.plan.workloads[f.number]
	var raw, day float64
	for at := range f.raw {
		raw, day = raw+f.raw[at], day+f.day[at]
	}
	for at := range planned.hops {
		of := &f.tally.Sites[at]
		for k, hops := range planned.hops[at] {
			if hops == nil {
				continue
			}
			factor := ratioOr(day, raw)
			requests, bytes := of.fetched()
			if k > 0 {
				requests = of.Tiers[k].Count(TierRequests) - of.Tiers[k].Count(TierHits)
				bytes = of.Tiers[k].Count(TierBytes) - of.Tiers[k].Count(TierHitBytes)
			} else {
				factor = ratioOr(f.day[at], f.raw[at])
			}
			if k == 0 {
				f.writes(at, hops, factor)
			}
			tier := string(placement.Origin)
			parts := f.plan.partsOf(hops, f.plan.end()-1)
			if of := hops[parts[0]].part; of != originPart {
				tier = f.plan.placement.Tiers[of].Name
			}
			for _, n := range parts {
				f.add(Flow{
					From: f.plan.sites[hops[n].to].id, To: f.plan.sites[at].id, Tier: tier,
					Requests: float64(float64(requests)*factor) / float64(len(parts)), Bytes: float64(float64(bytes)*factor) / float64(len(parts)),
				})
			}
		}
	}
}

// writes adds what origins answer to users of a cache who write, past all tiers.
func (f *flows) writes(at int, hops []nextHop, factor float64) {
	of := &f.tally.Sites[at]
	n := of.Tiers[firstTier].Count(TierPassed)
	if n == 0 {
		return
	}
	f.add(Flow{
		From: f.plan.sites[hops[firstForWrites(hops, f.plan.end()-1)].to].id, To: f.plan.sites[at].id, Tier: string(placement.Origin),
		Requests: float64(float64(n) * factor), Bytes: float64(float64(of.Tally.OutcomeBytes[Bypass]) * factor),
	})
}

// ratioOr returns a ratio, 0 where there is nothing below.
func ratioOr(above, below float64) float64 {
	if below == 0 {
		return 0
	}
	return above / below
}

// computedBytes returns the size of the responses of a service, false where they are not computed.
func computedBytes(s workload.Service) (float64, bool) {
	of, is := s.(workload.Computed)
	return float64(of.ResponseBytes), is
}
