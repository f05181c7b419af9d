package topology

import (
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// A Reach says how many users of an area have a site near.
type Reach struct {
	// Area is a continent, or "World".
	Area string
	// Users is the number of users.
	Users float64
	// Within holds for each limit the share of users, in [0, 1], whose median round trip to the site
	// nearest to them is at most that.
	Within []float64
}

// World is the area of a [Reach] that counts every user.
const World = "World"

// Reach returns for each continent with users, in alphabetical order, and for the world, how many users
// of the metros reach one of the sites (both lists of node indices) over the public Internet within each
// limit. A user's round trip is the route's, with the user's own median last mile in place of the
// metro's: see [AccessMix.ShareWithin].
func (n *Network) Reach(metros, sites []int, limits []time.Duration) ([]Reach, error) {
	if len(sites) == 0 {
		return nil, fmt.Errorf("reach: %w", invalid.New("sites", "empty", "one site or more"))
	}
	routes, err := n.Routes(metros, sites, Public)
	if err != nil {
		return nil, err
	}
	world := Reach{Area: World, Within: make([]float64, len(limits))}
	areas := make(map[string]*Reach)
	var names []string
	for i, m := range metros {
		metro := &n.nodes[m]
		_, internet, _ := routes.Parts(i, 0)
		for j := range sites {
			access, _, _ := routes.Parts(i, j)
			internet = min(internet, routes.OneWay(i, j)-access)
		}
		area, ok := areas[metro.Continent]
		if !ok {
			area = &Reach{Area: metro.Continent, Within: make([]float64, len(limits))}
			areas[metro.Continent] = area
			names = append(names, metro.Continent)
		}
		area.Users += metro.Users
		world.Users += metro.Users
		for k, limit := range limits {
			users := float64(metro.Users * metro.shareWithin(limit-2*internet))
			area.Within[k] += users
			world.Within[k] += users
		}
	}
	slices.Sort(names)
	var all []Reach
	for _, name := range names {
		all = append(all, *areas[name])
	}
	all = append(all, world)
	for _, r := range all {
		for k := range r.Within {
			if r.Users > 0 {
				r.Within[k] /= r.Users
			}
		}
	}
	return all, nil
}

// Nearest returns the ends (positions in the second list of the routes) in order of their delay from the
// i-th start, ties in the order of the list.
func (r *Routes) Nearest(i int) []int {
	order := make([]int, len(r.to))
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(r.OneWay(i, a) - r.OneWay(i, b)) })
	return order
}

// shareWithin returns the share of a metro's users whose median way to the metro's exchange and back, the last mile
// included, takes at most rtt.
func (n Node) shareWithin(rtt time.Duration) float64 {
	if n.Spread == (Spread{}) {
		return n.Access.ShareWithin(rtt)
	}
	sum := 0.0
	for part := range n.Spread {
		sum += n.Access.ShareWithin(rtt - n.Spread.RTT(part))
	}
	return sum / SpreadParts
}
