package sim

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// peopleOf returns the users of all metros of a network, in the order of its nodes.
func peopleOf(net *topology.Network) (people []workload.Audience, err error) {
	for _, m := range net.OfKind(topology.Metro) {
		node := net.At(m)
		zone, err := time.LoadLocation(cmp.Or(node.TimeZone, "UTC"))
		if err != nil {
			return nil, fmt.Errorf("sim: metro %q: time zone %q: %w", node.ID, node.TimeZone, err)
		}
		people = append(people, workload.Audience{
			Metro: node.ID, Place: topology.Place{LatDeg: node.LatDeg, LonDeg: node.LonDeg}, Users: node.Users, Zone: zone,
		})
	}
	if len(people) == 0 {
		return nil, fmt.Errorf("sim: the network has no metro, so there are no users")
	}
	return people, nil
}

// Audiences returns the users of a workload in every metro of a network, in the order of its nodes; where it has none
// their number is 0. It fails if nobody is left.
func Audiences(net *topology.Network, w *workload.Workload) ([]workload.Audience, error) {
	people, err := peopleOf(net)
	if err != nil {
		return nil, err
	}
	return usersOf(people, w)
}

// usersOf returns those of the people who are users of a workload.
func usersOf(people []workload.Audience, w *workload.Workload) ([]workload.Audience, error) {
	users := slices.Clone(people)
	for i := range users {
		a := &users[i]
		if u, ok := w.UsersOf(a.Metro); ok {
			a.Users, a.Day = u.Weight, u.Day
		}
		if len(w.Metros) > 0 && !slices.Contains(w.Metros, a.Metro) {
			a.Users = 0
		}
	}
	_, err := workload.Shares(users)
	return users, err
}

// audiences finds the people of the network.
func (c *compiler) audiences() (err error) {
	if c.miles, err = measuredLastMiles(); err != nil {
		return err
	}
	c.metros = c.net.OfKind(topology.Metro)
	if c.people, err = peopleOf(c.net); err != nil {
		return err
	}
	c.laws, c.users = make(map[int][]*accessLaw), make(map[int][]workload.Audience)
	return nil
}

// audiencesOf returns the users of a workload by its number, by metro; all placements share them.
func (c *compiler) audiencesOf(number int) (users []workload.Audience, err error) {
	if users, ok := c.users[number]; ok {
		return users, nil
	}
	users, err = usersOf(c.people, &c.scenario.Workloads[number])
	if err == nil {
		c.users[number] = users
	}
	return users, err
}

// lawsOf returns the laws of the last miles of a workload's users, by metro; all placements share them.
func (c *compiler) lawsOf(number int) []*accessLaw {
	if laws, ok := c.laws[number]; ok {
		return laws
	}
	w := &c.scenario.Workloads[number]
	laws := make([]*accessLaw, len(c.metros))
	for i, m := range c.metros {
		node := c.net.At(m)
		laws[i] = newAccessLaw(c.miles, w.AccessOf(node), node.Spread)
	}
	c.laws[number] = laws
	return laws
}
