package scenario

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
)

// A cityDemand is who the users of a city are, by what a file calls the city.
type cityDemand struct {
	workload.MetroUsers // whose Metro is the name, until it has been found
	// place is where users are whose city has no name.
	place   topology.Place
	isPlace bool
	// from is where the city stands: a file's name, or "" for the scenario itself.
	from string
	// problem says that something is wrong with the city.
	problem func(text string, args ...any)
}

// demandKeys are the keys that say the demand by city. There is one of the two, and no other keys beside it.
func (r *reader) demandKeys(cities *[]cityDemand) []field {
	return []field{
		{"weights", func(v value) { readWeights(v, cities) }},
		{"file", func(v value) { r.readDemandFile(v, cities) }},
	}
}

// alone finds keys that stand beside the demand by city, which says all that they would.
func alone(seen map[string]value) {
	for _, demand := range []string{"weights", "file"} {
		if _, ok := seen[demand]; !ok {
			continue
		}
		for _, key := range sorted(seen) {
			if key != demand {
				seen[key].problem("stands beside %q, which names all metros that take part; want one of the two", demand)
			}
		}
		return
	}
}

// readWeights reads a weight for each city.
func readWeights(v value, cities *[]cityDemand) {
	if !v.isMapping() || len(v.node.Content) == 0 {
		v.problem("names no metro; want the ids or names of metros and their weights, for example {istanbul-tr: 500}")
		return
	}
	for _, c := range v.pairs() {
		u := cityDemand{MetroUsers: workload.MetroUsers{Metro: c.key}, problem: c.problem}
		if c.number(&u.Weight) && !(u.Weight >= 0 && u.Weight <= maxCityWeight) {
			c.problem("is %v; want a number from 0 to %g: how much of the demand is that city's", u.Weight, maxCityWeight)
		}
		*cities = append(*cities, u)
	}
}

// maxCityWeight bounds what one city may weigh.
const maxCityWeight = 1e11

// The columns of a file of demand by city, with the other names that they go by.
var (
	demandRequired = []string{"weight|users|internet_users|players|requests"}
	demandOptional = []string{"id|metro|city|place|name", "lat_deg|lat|latitude", "lon_deg|lon|lng|long|longitude", "access", "hours|day"}
)

// maxWrongRows bounds the rows of a file of which problems are told.
const maxWrongRows = 20

// readDemandFile reads a table of the demand by city.
func (r *reader) readDemandFile(v value, cities *[]cityDemand) {
	var f fileRef
	r.readFile(v, &f)
	if f.data == nil {
		return
	}
	t, err := text.OpenTable(f.path, bytes.NewReader(f.data), demandRequired, demandOptional, r.readOptions(&f).Warn)
	if err != nil {
		v.problem("%s", oneLine(err))
		return
	}
	t.Collect(maxWrongRows)
	rows := 0
	for t.Next() {
		rows++
		line := t.Line()
		u := cityDemand{from: f.name, problem: func(text string, args ...any) { v.problem("%s:%d: %s", f.path, line, fmt.Sprintf(text, args...)) }}
		u.Metro = t.Text("id")
		u.Weight = t.Number("weight", 0, maxCityWeight)
		if u.Metro == "" {
			u.isPlace = true
			u.place = topology.Place{LatDeg: t.Number("lat_deg", -90, 90), LonDeg: t.Number("lon_deg", -180, 180)}
		}
		if u.Access, err = parseMix(t.Raw("access"), t.ParseNumber); err != nil {
			t.Fail("access", t.Raw("access"), wantMix)
		}
		if u.Day, err = parseHours(t.Raw("hours"), t.ParseNumber); err != nil {
			t.Fail("hours", t.Raw("hours"), wantHours)
		}
		*cities = append(*cities, u)
	}
	if err := t.Err(); err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			v.problem("%s", line)
		}
	} else if rows == 0 {
		v.problem("%s: no rows below the header; want a city or more", f.path)
	}
}

const (
	wantMix   = `shares of access technologies that sum to 1, with blanks between, for example "fiber 0.6 wifi 0.4"`
	wantHours = `"flat", or 24 loads from 0 to 23 h of local time with blanks between, 0 or more and not all 0`
)

// A parseNumber reads a number as the cells of a file write them.
type parseNumber func(written string) (float64, error)

// parseMix reads a mix as a cell has it; nothing stands for the zero value.
func parseMix(written string, number parseNumber) (mix topology.AccessMix, err error) {
	parts := strings.FieldsFunc(written, func(c rune) bool { return strings.ContainsRune(" \t:=;", c) })
	if len(parts)%2 != 0 {
		return mix, invalid.New("access", written, wantMix)
	}
	for i := 0; i < len(parts); i += 2 {
		t, err := topology.ParseTechnology(parts[i])
		if err != nil {
			return mix, err
		}
		share, err := number(parts[i+1])
		if err != nil || mix[t] != 0 {
			return mix, invalid.New("access", written, wantMix)
		}
		mix[t] = share
	}
	if len(parts) > 0 && mix == (topology.AccessMix{}) {
		return mix, invalid.New("access", written, wantMix)
	}
	return mix, mix.Validate()
}

// parseHours reads a day as a cell has it; nothing stands for the zero value.
func parseHours(written string, number parseNumber) (day workload.Profile, err error) {
	parts := strings.Fields(written)
	switch {
	case len(parts) == 0:
		return day, nil
	case len(parts) == 1 && parts[0] == "flat":
		return workload.Flat(), nil
	case len(parts) != len(day):
		return day, invalid.New("hours", written, wantHours)
	}
	for h, part := range parts {
		if day[h], err = number(part); err != nil {
			return day, err
		}
	}
	return day, day.Validate()
}

// findCities finds the metros of a demand by city, each once: the weights of places nearest to one metro add up. A name that is
// no metro's, twice the same metro, a place far from every metro, or two at one metro that differ in access or hours is a problem.
func findCities(cities []cityDemand, metros []topology.Node) (all []workload.MetroUsers) {
	places := make([]topology.Place, len(metros))
	for i, m := range metros {
		places[i] = m.Place()
	}
	if len(metros) == 0 {
		return nil
	}
	index := topology.NewPlaceIndex(places)
	total, wrong := 0.0, 0
	for _, u := range cities {
		i, err := findCity(u, metros, index)
		if err != nil {
			u.problem("%s", said(err))
			if wrong++; wrong == maxWrongRows {
				return all
			}
			continue
		}
		total += u.Weight
		u.Metro = metros[i].ID
		known := slices.IndexFunc(all, func(k workload.MetroUsers) bool { return k.Metro == u.Metro })
		switch {
		case known < 0:
			all = append(all, u.MetroUsers)
			continue
		case !u.isPlace:
			u.problem("the metro %s stands here twice; want each once", u.Metro)
		case u.Access != all[known].Access || u.Day != all[known].Day:
			u.problem("the place is of the metro %s, as another is with other access or hours; want the same for all of a metro", u.Metro)
		default:
			all[known].Weight += u.Weight
			continue
		}
		if wrong++; wrong == maxWrongRows {
			return all
		}
	}
	if len(cities) > 0 && total == 0 && wrong == 0 {
		cities[0].problem("no city has a weight; want one above 0 or more")
	}
	return all
}

// maxPlaceKm bounds how far users are from the metro that they are given to, as in the catalog's lists.
const maxPlaceKm = 500

// findCity finds the metro of a city.
func findCity(u cityDemand, metros []topology.Node, index *topology.PlaceIndex) (int, error) {
	if !u.isPlace {
		return catalog.Find("", "metro", u.Metro, metros)
	}
	i := index.Nearest(u.place, 1)[0]
	if km := topology.DistanceKm(u.place, metros[i].Place()); km > maxPlaceKm {
		return 0, invalid.New("", fmt.Sprintf("%v, %v", u.place.LatDeg, u.place.LonDeg), "a place within %d km of a metro; the nearest, %s, is %.0f km away", maxPlaceKm, metros[i].ID, km)
	}
	return i, nil
}

// selectCities makes the cities that the network's key metros names the network's metros.
func (r *reader) selectCities() {
	users := findCities(r.network.cities, catalog.Metros())
	for _, u := range users {
		r.network.selection.Metros = append(r.network.selection.Metros, u.Metro)
	}
	r.network.users = users
}

// weigh gives the network's metros the weights and mixes of the demand by city.
func (r *reader) weigh(metros []topology.Node) {
	for _, u := range r.network.users {
		for i := range metros {
			if m := &metros[i]; m.ID == u.Metro {
				m.Users = u.Weight
				if u.Access != (topology.AccessMix{}) {
					m.Access = u.Access
				}
			}
		}
	}
}

// findUsers finds the users of the workloads in the network's metros.
func (r *reader) findUsers() {
	metros := slices.DeleteFunc(r.study.Network.AllNodes(), func(n topology.Node) bool { return n.Kind != topology.Metro })
	r.warnOfCountries("network.access.countries", r.network.accessIn, metros)
	r.assumePlayers()
	for i := range r.study.Workloads {
		w, path := &r.study.Workloads[i], r.order[i].path
		inCountries := w.AccessIn // as the workload itself says
		r.warnOfCountries(join(path, "access.countries"), inCountries, metros)
		r.applyAccess(w, path)
		w.Users = findCities(r.order[i].cities, metros)
		w.Users = r.withNetworkUsers(w, func(metro string) bool {
			if w.Access == (topology.AccessMix{}) || r.saysMix(join(path, "access")) {
				return false
			}
			m := slices.IndexFunc(metros, func(n topology.Node) bool { return n.ID == metro })
			_, ok := inCountries[metros[m].Country]
			return !ok
		})
		r.tellDemand(w.Name+": ", r.order[i].cities, w.Users)
	}
	r.tellDemand("", r.network.cities, r.network.users)
}

// tellDemand adds to the sources where a demand by city is from, and what it says of the metros.
func (r *reader) tellDemand(of string, cities []cityDemand, users []workload.MetroUsers) {
	if len(cities) == 0 {
		return
	}
	withAccess, withHours := 0, 0
	for _, u := range users {
		if u.Access != (topology.AccessMix{}) {
			withAccess++
		}
		if u.Day != (workload.Profile{}) {
			withHours++
		}
	}
	said := fmt.Sprintf("%sdemand by city from %s: weights of %d %s", of, cmp.Or(cities[0].from, "the scenario"), len(users), words.Plural(len(users), "metro"))
	for _, c := range []struct {
		n    int
		what string
	}{{withAccess, "access"}, {withHours, "hours"}} {
		if c.n > 0 {
			said += fmt.Sprintf(", %s of %d", c.what, c.n)
		}
	}
	r.study.Sources = append(r.study.Sources, said)
}

// withNetworkUsers returns the users of a workload with what the network's demand by city says of them and the network's nodes do not:
// their hours, where the workload has no demand of its own, and their access in metros where that stands before the workload's.
func (r *reader) withNetworkUsers(w *workload.Workload, accessStands func(metro string) bool) []workload.MetroUsers {
	users, said := w.Users, len(w.Users) > 0
	if !said {
		users = slices.Clone(r.network.users)
		for k := range users {
			users[k].Access = topology.AccessMix{}
			said = said || users[k].Day != workload.Profile{}
		}
	}
	for k := range users {
		u := &users[k]
		n := slices.IndexFunc(r.network.users, func(n workload.MetroUsers) bool { return n.Metro == u.Metro })
		if n >= 0 && u.Access == (topology.AccessMix{}) && r.network.users[n].Access != u.Access && accessStands(u.Metro) {
			u.Access, said = r.network.users[n].Access, true
		}
	}
	if !said {
		return nil
	}
	return users
}
