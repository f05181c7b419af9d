package tariff

// A Flow is data that a workload moves in a month.
type Flow struct {
	Workload string
	// From is who sends. To is who gets it, nil for users.
	From Place
	To   *Place
	// Via is the PoP of a content delivery network that hands it to the users, for what is not served there; nil for none.
	Via *Place
	// Requests and GB (1e9 bytes) are how much.
	Requests, GB float64
	// UnknownSize says that nobody knows the GB: a gap of the bill; HowToSay says what the user can do about it.
	UnknownSize bool
	HowToSay    string
	// FromShield says that an origin shield answers, which counts the requests.
	FromShield bool
}

// Machines are the servers of a workload at a site that run all month.
type Machines struct {
	Workload string
	Site     Place
	// Servers is how many; as many as the model calls servers.
	Servers float64
	// Rented is how many more there are on the mean, which are paid for while they run: no whole number.
	Rented float64
	// Unknown, if not empty, says why nobody knows how many: a gap of the bill.
	Unknown string
	// Balanced says that a load balancer stands before them, which passes on so many GB.
	Balanced   bool
	BalancedGB float64
}

// Usage is what a placement uses in a month.
type Usage struct {
	Flows    []Flow
	Machines []Machines
}

// Options say what of a bill does not follow from the usage.
type Options struct {
	// Instance is the type of machine that a server runs on, Instances the same by workload.
	Instance  string
	Instances map[string]string
	// ServersPerInstance is how many of the model's servers one machine has, by workload; 0 means 1.
	ServersPerInstance map[string]float64
	// Term is the commitment that machines are paid by, and all else that the tariff has this commitment for; empty for on demand.
	Term string
	// Plan is the name of the flat-rate plan that is taken, [PayAsYouGo] for none, "" for whatever is cheaper.
	Plan string
	// Invalidations are the paths that are taken from the caches of a content delivery network in a month.
	Invalidations float64
}

// PayAsYouGo is the name of what is billed by use, in place of a plan's.
const PayAsYouGo = "pay as you go"

// A use is so much of an item.
type use struct {
	lookup
	quantity float64
}

// uses turns a usage into what has a price.
func (u *Usage) uses(o *Options, gap func(Gap)) (all []use) {
	add := func(item Item, name string, at Place, to string, quantity float64) {
		if quantity <= 0 {
			return
		}
		l := lookup{item: item, name: name, place: at, to: to}
		for i := range all {
			if all[i].lookup == l {
				all[i].quantity += float64(quantity)
				return
			}
		}
		all = append(all, use{l, quantity})
	}
	var cdn *Place
	for i := range u.Flows {
		f := &u.Flows[i]
		if f.UnknownSize && f.Requests > 0 && (f.To == nil || f.To.ID != f.From.ID) {
			gap(Gap{Item: f.item(), Site: f.From.ID, Why: "the size of what " + f.Workload + " sends is not known: " + f.HowToSay})
		}
		if f.FromShield {
			add(ShieldRequests, "", f.From, "", f.Requests)
		}
		f.add(add)
		for _, p := range []*Place{&f.From, f.Via} {
			if p != nil && p.IsCDN && f.To == nil && cdn == nil {
				cdn = p
			}
		}
	}
	if cdn != nil {
		add(Invalidations, "", Place{ID: World, Provider: cdn.Provider}, "", o.Invalidations)
	}
	for i := range u.Machines {
		m := &u.Machines[i]
		name := o.Instance
		if own, ok := o.Instances[m.Workload]; ok {
			name = own
		}
		switch {
		case m.Unknown != "":
			gap(Gap{Item: Instance, Name: name, Site: m.Site.ID, Why: m.Unknown})
		case name == "" && m.Servers+m.Rented > 0:
			gap(Gap{Item: Instance, Site: m.Site.ID, Quantity: m.Servers + m.Rented, Unit: "servers of " + m.Workload, Why: "the type of instance is not said: bill.instance"})
		default:
			per := o.ServersPerInstance[m.Workload]
			if per == 0 {
				per = 1
			}
			n := len(all)
			add(Instance, name, m.Site, "", (ceil(m.Servers/per)+m.Rented/per)*HoursPerMonth)
			for i := range all[n:] {
				all[n+i].term = o.Term
			}
		}
		if m.Balanced {
			add(LoadBalancer, "", m.Site, "", HoursPerMonth)
			add(LoadBalancerUse, "", m.Site, "", m.BalancedGB) // a unit passes on 1 GB an hour
		}
	}
	return all
}

// item returns what the flow is billed as, first.
func (f *Flow) item() Item {
	switch {
	case f.To == nil && (f.Via != nil || f.From.IsCDN):
		return CDNEgress
	case f.To == nil:
		return Egress
	case f.To.IsCDN && f.From.IsCDN && f.To.Provider == f.From.Provider:
		return ""
	case f.To.IsCDN && f.From.Provider == f.To.Provider:
		return OriginFetch
	case f.From.Provider != f.To.Provider:
		return Egress
	case f.To.ID == f.From.ID || f.From.IsCDN:
		return "" // stays, or comes in, which nobody bills
	case f.From.Parent == f.To.ID || f.To.Parent == f.From.ID:
		return ZoneParent
	}
	return InterRegion
}

// add adds what the flow is billed as.
func (f *Flow) add(add func(item Item, name string, at Place, to string, quantity float64)) {
	switch f.item() {
	case CDNEgress:
		edge := f.From
		if f.Via != nil {
			edge = *f.Via
			if f.From.Provider == edge.Provider {
				add(OriginFetch, "", f.From, "", f.GB)
			} else {
				add(Egress, "", f.From, "", f.GB)
			}
		}
		add(CDNEgress, "", edge, "", f.GB)
		add(CDNRequests, "", edge, "", f.Requests)
	case Egress:
		add(Egress, "", f.From, "", f.GB)
	case OriginFetch:
		add(OriginFetch, "", f.From, "", f.GB)
	case ZoneParent:
		zone := f.From
		if f.To.Parent == f.From.ID {
			zone = *f.To
		}
		add(ZoneParent, "", zone, "", f.GB)
	case InterRegion:
		from, to := f.From, *f.To
		if from.Parent != "" { // by way of its parent region
			add(ZoneParent, "", from, "", f.GB)
			from = Place{ID: from.Parent, Provider: from.Provider, Country: "", Continent: from.Continent}
		}
		if to.Parent != "" {
			add(ZoneParent, "", to, "", f.GB)
			to.ID = to.Parent
		}
		if from.ID != to.ID {
			add(InterRegion, "", from, to.ID, f.GB)
		}
	}
}
