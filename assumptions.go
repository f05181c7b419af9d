package edgewise

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// assumptions lists what the study, its workloads and the model assume, as far as it bears on the study.
func (s *Study) assumptions() ([]string, error) {
	all := slices.Clone(s.Assumed)
	for i := range s.Workloads {
		w := &s.Workloads[i]
		users, err := s.usersWithout(w)
		if err != nil {
			return nil, err
		}
		texts := []string{users.assumedOfLines()}
		for _, n := range w.Assumed {
			texts = append(texts, users.limit(n))
		}
		for _, text := range append(texts, s.assumedOf(w)...) {
			if text != "" {
				all = append(all, w.Name+": "+text)
			}
		}
	}
	all = append(all, s.assumedOfEvents()...)
	for _, a := range modelAssumptions {
		if text := a(s); text != "" {
			all = append(all, text)
		}
	}
	return all, nil
}

// assumedOf lists what the model assumes of a workload.
func (s *Study) assumedOf(w *workload.Workload) (all []string) {
	add := func(is bool, text string, args ...any) {
		if is {
			all = append(all, fmt.Sprintf(text, args...))
		}
	}
	if sim.KindOf(w.Service) != sim.Matched {
		visits := w.Visits.Requests > 0
		add(visits, "a visit has a geometric number of requests with exponential gaps")
		add(visits, "answers to one user that are under way at once follow one another as they are ready, under the one window of a connection over HTTP/2 or 3 (as RFC 9218, section 10, asks of answers that are not incremental, the default), and on his line over all that he has: where they take turns, as with servers that know no priorities and over several connections, the last of them ends as here, and the others later")
		_, isRecorded := w.Demand.(workload.Trace)
		add(visits && isRecorded, "as many visits go on at any hour, one in a metro at least, whose gaps are what the trace makes them")
		if of := w.Visits.Versions.Source(); of != "" {
			add(visits, "shares of HTTP versions: %s", of)
		}
		add(visits && w.Visits.IdleTimeout == 0, "connections stay open for a minute after their last use")
		add(w.Rates != [topology.NumTechnologies]float64{}, "users of a technology all receive at one rate")
		add(!visits && w.Client.NewShare == 0, "every request finds an open connection: handshakes are free")
		add(w.Client.BitsPerSecond == 0 && w.Rates == [topology.NumTechnologies]float64{}, "clients receive at any rate: bytes take no time but round trips")
		add(!visits && w.Client.NewShare < 1 && w.Client.Idle != transport.KeepWindow,
			"a response over an open connection begins with the initial window, for the connection was idle (RFC 5681, 4.1)")
		add(!visits && w.Client.NewShare < 1 && w.Client.Idle == transport.KeepWindow,
			"a response over an open connection has a window that holds a round trip at the client's rate, however long that was idle (RFC 7661)")
	}
	switch service := w.Service.(type) {
	case workload.Matched:
		add(true, gamesLeaveOut)
		add(len(s.LinkFailures) > 0 && !service.Peers.IsZero(), "two players stay in their match while links between them are down; what they enter meanwhile is lost, in each direction by itself")
		add(s.hasLinkEvents() && (service.Market.Choice != workload.ByRouting || !service.Peers.IsZero()), "a matchmaker goes by the round trips of the beginning of a run, also while links fail or are impaired")
		for _, text := range displayLeavesOut(&service) {
			add(true, "%s", text)
		}
	case workload.Cacheable:
		add(service.Origin.Mean == 0, "the origin's work takes no time")
		add(service.Ranges.Share > 0, "a request asks for one range of bytes, %s, whatever others of the same user ask for", rangesInWords[service.Ranges.From])
		_, isTrace := w.Demand.(workload.Trace)
		add(isTrace && len(w.Flashes) > 0, "a flash crowd asks, at random, for what the trace asks for within %s, and from where; what nobody recorded then it does not ask for", words.Duration(workload.CrowdSpread))
		_, isPopular := w.Demand.(workload.Popular)
		endless, isEndless := w.Demand.(workload.Endless)
		asksOnce := isEndless && endless.AskedOnce() > 0
		churning, isChurning := w.Demand.(workload.Churning)
		renewal := workload.Renewal{}
		if isChurning {
			renewal = churning.RenewalOf(w.Name, 0, 0)
		}
		isNew := renewal.Lifetime > 0
		add(isPopular && !asksOnce && !isNew, "objects are equally popular in all metros and for ever: none is new, none is asked for once")
		add(asksOnce && !isNew, "objects are equally popular in all metros and for ever, but for those that are asked for once")
		add(isNew, "an object lives %s, then a new one has its popularity and its size, in all metros at once", words.Duration(time.Duration(renewal.Lifetime)))
	case workload.Computed:
		add(service.Work.Mean == 0, "the work of who computes takes no time")
	}
	return append(all, s.assumedOfData(w)...)
}

// assumedOfEvents lists what is taken of failures of which the study does not say it, each once.
func (s *Study) assumedOfEvents() (all []string) {
	add := func(text string, args ...any) {
		if text = fmt.Sprintf(text, args...); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	for i := range s.Failures {
		f := &s.Failures[i]
		sites := f.Sites()
		if more := len(sites) - failuresNamed; more > 0 {
			sites = append(sites[:failuresNamed:failuresNamed], fmt.Sprintf("%d more", more))
		}
		if f.Timeout == 0 {
			add("failure of %s: a request to it lasts %v", strings.Join(sites, ", "), sim.DefaultFailureTimeout)
		}
	}
	for i := range s.LinkFailures {
		f := &s.LinkFailures[i]
		of := strings.Join(f.Between[:], " - ")
		if f.Convergence == 0 {
			add("failure of the link %s: routes lead around it after %v", of, sim.DefaultConvergence)
		}
		if f.Timeout == 0 {
			add("failure of the link %s: what is lost there is given up after %v", of, sim.DefaultFailureTimeout)
		}
	}
	return all
}

// failuresNamed is how many sites of a failure an assumption names; more are counted.
const failuresNamed = 3

// rangesInWords says where ranges begin.
var rangesInWords = map[workload.RangeStart]string{workload.Anywhere: "which begins anywhere in its object", workload.AtStart: "which begins with the first byte"}

// assumedOfData says where the data of a workload lives.
func (s *Study) assumedOfData(w *workload.Workload) []string {
	data := w.DataCalls()
	if data.Calls == 0 || data.Probability == 0 {
		return nil
	}
	where := "every region has a copy of the data that is always up to date"
	if !data.Replicated {
		var homes []string
		for i := range s.Placements {
			if home := s.HomeOfData(s.Placements[i], w); !slices.Contains(homes, home) {
				homes = append(homes, home)
			}
		}
		where = "the data lives in " + homes[0] + " alone"
		if len(homes) > 1 {
			where = "the data lives in one place, by placement in " + strings.Join(homes, ", ")
		}
	}
	return []string{where + "; calls go over connections that are always open, and have no size"}
}

// modelAssumptions are those of no one workload; each returns "" where it does not bear on a study.
var modelAssumptions = []func(s *Study) string{
	func(s *Study) string {
		return textIf(s.Timeline != nil && s.RecoveredWithin == 0 && len(s.events()) > 0,
			"a figure has recovered from an event when it is within 5 % of what was usual before, hits within 5 points, or within what chance makes of usual steps, and stays so for three steps")
	},
	func(s *Study) string {
		looksUp := slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool { return w.Visits.Lookup > 0 })
		if looksUp {
			return textIf(s.hasRequests(), "looking up a name (DNS) takes no time where no scenario says so; requests have no size")
		}
		return textIf(s.hasRequests(), "looking up a name (DNS) takes no time; requests have no size")
	},
	assumedOfCaches,
	assumedOfSteadyCaches,
	assumedOfHomes,
	assumedOfUpstream,
	assumedOfCachesBesideOrigins,
	func(s *Study) string {
		return textIf(s.ridesOn(func(u transport.Upstream) bool { return u.AlwaysOpen }),
			"a PoP passes requests on over connections that are always open, with windows that hold any response")
	},
	func(s *Study) string {
		return textIf(s.ridesOn(func(u transport.Upstream) bool { return !u.AlwaysOpen }),
			"a PoP passes dynamic requests on over connections of each workload to each site that computes it, kept as those of caches are; at first there are none")
	},
	func(s *Study) string {
		spills := slices.ContainsFunc(s.Placements, func(p placement.Placement) bool {
			return slices.ContainsFunc(p.Sites, func(a placement.Assignment) bool {
				return slices.ContainsFunc(a.Pools, func(o placement.Pool) bool { return o.Spill.Rule != placement.NoSpill })
			})
		})
		return textIf(spills, "a site passes on what it has no room for, and the answer, over connections that are always open; what was passed on once is not passed on again")
	},
	func(s *Study) string {
		return textIf(s.hasComputers(false), "where no number of servers is given one is always free")
	},
	assumedOfServers,
	func(s *Study) string {
		scales := slices.ContainsFunc(s.Placements, func(p placement.Placement) bool {
			return slices.ContainsFunc(p.Sites, func(a placement.Assignment) bool {
				return slices.ContainsFunc(a.Pools, func(o placement.Pool) bool { return o.Scale.Is() })
			})
		})
		return textIf(scales, "autoscaling looks every minute and lets servers go after a quarter of an hour, where nothing else is said; it asks for as many as the work since it last looked keeps busy at the target, and never fails to get them")
	},
	func(s *Study) string {
		leaves := slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool { return w.Patience() != workload.Patience{} })
		return textIf(leaves, "servers do not notice that a client has given up, and work for it all the same")
	},
	func(s *Study) string {
		returns := slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool {
			return w.Patience().Retries > 0 && w.Patience().At != workload.NextSite
		})
		closes := slices.ContainsFunc(s.Placements, func(p placement.Placement) bool {
			return slices.ContainsFunc(p.Openings, func(o placement.Opening) bool { return o.Closes > 0 })
		})
		return textIf(returns && closes, "a site that closes still answers clients who ask it again because they did before it closed")
	},
	func(s *Study) string {
		spares := slices.ContainsFunc(s.Placements, func(p placement.Placement) bool {
			return slices.ContainsFunc(p.Sites, func(a placement.Assignment) bool {
				return slices.ContainsFunc(a.Pools, func(o placement.Pool) bool { return o.SpareCores })
			})
		})
		return textIf(spares, "matches come before requests: one that begins takes its cores, and what is worked on there is worked on to its end beside it")
	},
	func(s *Study) string {
		moves := slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool { return w.Patience().At == workload.NextSite })
		return textIf(moves, "clients who ask the next site know all addresses, and open a connection at each change of site")
	},
	func(s *Study) string {
		named := slices.ContainsFunc(s.Placements, func(p placement.Placement) bool { return p.DNS != nil })
		return textIf(named, "a resolver asks anew once a lifetime, at an instant of it that is uniform; each request has one of its own unless its users visit")
	},
	func(s *Study) string {
		lone := slices.ContainsFunc(s.Network.Links(), func(l topology.Link) bool { return l.CapacityBitsPerSecond > 0 && l.Sharing == topology.Unshared })
		return textIf(lone, "a link that is not shared carries each response at its whole capacity: responses do not wait for each other, and what loads a link to 100 % or more is refused; player updates have no size")
	},
	func(s *Study) string {
		return textIf(s.Network.HasShared(), "a link that is shared is one server of the bytes of responses, with room for all that wait; their headers, questions and what is sent again after a loss take none of it; what a cache passes on to another over one that all share (ps) it has whole before")
	},
}

func textIf(is bool, text string) string {
	if !is {
		return ""
	}
	return text
}

func (s *Study) hasRequests() bool {
	return slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool { return sim.KindOf(w.Service) != sim.Matched })
}

func (s *Study) hasCaches() bool {
	return slices.ContainsFunc(s.Placements, func(p placement.Placement) bool { return len(p.Tiers) > 0 })
}

// hasComputers reports whether some site serves with a number of servers, or without one.
func (s *Study) hasComputers(limited bool) bool {
	return slices.ContainsFunc(s.Placements, func(p placement.Placement) bool {
		return slices.ContainsFunc(p.Sites, func(a placement.Assignment) bool { return a.HasServers() == limited })
	})
}

// assumedOfHomes says how far users live from their metro, and what that adds to a round trip.
func assumedOfHomes(s *Study) string {
	var users, km, ms, there float64
	metros := s.Network.OfKind(topology.Metro)
	for _, m := range metros {
		n := s.Network.At(m)
		users += n.Users
		for part := range n.Spread {
			share := n.Users / topology.SpreadParts
			km += float64(share * float64(n.Spread[part]))
			ms += float64(share * n.Spread.RTT(part).Seconds() * 1000)
		}
		if n.Spread == (topology.Spread{}) {
			there += n.Users
		}
	}
	switch {
	case users == 0:
		return ""
	case there == users:
		return "all users live at the place of their metro"
	}
	text := fmt.Sprintf("users live around their metro, %.0f km away on the mean; their way to its centre is a cable that adds %.1f ms to a round trip on the mean, whichever way the site lies", km/users, ms/users)
	if there > 0 {
		text += fmt.Sprintf("; %.0f %% of them live at the place of their metro", 100*there/users)
	}
	return text
}

// ridesOn reports whether requests that are computed enter at a PoP under a placement whose sites connect in some way.
func (s *Study) ridesOn(is func(transport.Upstream) bool) bool {
	return slices.ContainsFunc(s.Placements, func(p placement.Placement) bool {
		return is(p.Upstream) && slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool {
			return sim.KindOf(w.Service) == sim.Computed && p.RouteOf(w.Name, placement.Compute).ViaPoP
		})
	})
}

// assumedOfUpstream says how caches connect to those they fetch from.
func assumedOfUpstream(s *Study) string {
	var ways []string
	for i := range s.Placements {
		if len(s.Placements[i].Tiers) == 0 {
			continue
		}
		u := s.Placements[i].Upstream
		text := fmt.Sprintf("a connection stays open for %v after the last answer; a new one costs %v; %s", u.KeepsAlive(), u.Handshake, idleUpstream(u.Idle))
		if u.Pool == 0 {
			text += "; its answers follow one another as they are ready"
		}
		switch {
		case u.AlwaysOpen:
			text = "a connection is always open, with a window that holds any object"
		case u.KeepAlive == 0:
			text += "; 5 s is the default of CloudFront"
		}
		if u.BufferBytes > 0 {
			text += "; what overflows a buffer is sent again as by Reno, without HyStart"
		}
		if !slices.Contains(ways, text) {
			ways = append(ways, text)
		}
	}
	if len(ways) == 0 {
		return ""
	}
	return "between a cache and where it fetches from: " + strings.Join(ways, "; or, by placement: ")
}

// assumedOfCachesBesideOrigins names the tiers of which a cache stands in the region of an origin and is not passed by.
func assumedOfCachesBesideOrigins(s *Study) string {
	var where []string
	for i := range s.Placements {
		p := &s.Placements[i]
		for k := range p.Tiers {
			t := &p.Tiers[k]
			if k == 0 || t.SkipInOriginRegion {
				continue
			}
			for _, a := range p.Sites {
				isBeside := func(c placement.Cache) bool {
					at, _ := s.Network.Index(c.Site)
					return c.Site == a.Site || s.Network.At(at).Parent == a.Site
				}
				if a.Role != placement.Origin || !t.StandsBefore(a.Site) || !slices.ContainsFunc(t.Caches, isBeside) {
					continue
				}
				if text := words.Tier(t.Name) + " in " + a.Site; !slices.Contains(where, text) {
					where = append(where, text)
				}
			}
		}
	}
	if len(where) == 0 {
		return ""
	}
	return "a cache in the region of the origin is asked like any other, one hop more for what it has not; CloudFront asks the origin directly there (skip_in_origin_region): " + strings.Join(where, ", ")
}

// assumedOfServers names a site where several workloads have servers, each its own.
func assumedOfServers(s *Study) string {
	for i := range s.Placements {
		for _, a := range s.Placements[i].Sites {
			var sharing []string
			for k := range s.Workloads {
				w := &s.Workloads[k]
				if a.Servers > 0 && sim.KindOf(w.Service).Role() == a.Role && a.Serves(w.Name) {
					sharing = append(sharing, w.Name)
				}
			}
			if len(sharing) > 1 {
				return fmt.Sprintf("servers are not shared by workloads: %s have %d each at %s, as in other such places", strings.Join(sharing, ", "), a.Servers, a.Site)
			}
		}
	}
	return ""
}

// idleUpstream says what the windows of connections between sites do after a silence.
func idleUpstream(idle transport.IdleWindow) string {
	switch idle {
	case transport.KeepWindow:
		return "windows are kept over a silence (RFC 7661)"
	case transport.HalveWindow:
		return "windows halve for every timeout of a silence (RFC 2861)"
	}
	return "windows begin anew after a silence (RFC 5681, 4.1)"
}
