package tariff

import (
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// An Item is something that has a price.
type Item string

// The items.
const (
	// Instance is a virtual machine of a type, running.
	Instance Item = "instance"
	// LoadBalancer is a load balancer that is there, LoadBalancerUse what it carries, in load balancer capacity units.
	LoadBalancer    Item = "load-balancer"
	LoadBalancerUse Item = "load-balancer-use"
	// Egress is data that leaves a region or a Local Zone for the internet.
	Egress Item = "egress"
	// InterRegion is data that leaves one region for another; its place is "from > to".
	InterRegion Item = "inter-region"
	// ZoneParent is data between a Local Zone and its parent region, each direction.
	ZoneParent Item = "zone-parent"
	// OriginFetch is data that leaves an origin for a content delivery network of the same provider.
	OriginFetch Item = "origin-fetch"
	// CDNEgress is data that a content delivery network hands to users, CDNRequests are their requests, HTTPS.
	CDNEgress   Item = "cdn-egress"
	CDNRequests Item = "cdn-requests"
	// ShieldRequests are the requests that reach an origin shield.
	ShieldRequests Item = "shield-requests"
	// Invalidations are paths that are taken from the caches.
	Invalidations Item = "invalidations"
	// PlanFee is the price of a flat-rate plan.
	PlanFee Item = "plan"
)

// itemUnits holds what each item is counted in, in a bill.
var itemUnits = []struct {
	item Item
	base string
}{
	{Instance, "hour"}, {LoadBalancer, "hour"}, {LoadBalancerUse, "LCU-hour"}, {Egress, "GB"}, {InterRegion, "GB"}, {ZoneParent, "GB"},
	{OriginFetch, "GB"}, {CDNEgress, "GB"}, {CDNRequests, "request"}, {ShieldRequests, "request"}, {Invalidations, "path"}, {PlanFee, "month"},
}

// Items returns all items.
func Items() (all []Item) {
	for _, i := range itemUnits {
		all = append(all, i.item)
	}
	return all
}

// Unit returns what the item is counted in, for example "GB"; "" for an unknown item.
func (i Item) Unit() string {
	for _, of := range itemUnits {
		if of.item == i {
			return of.base
		}
	}
	return ""
}

// IsOfCDN reports whether a flat-rate plan of a content delivery network takes the place of the item's price.
func (i Item) IsOfCDN() bool { return i == CDNEgress || i == CDNRequests }

// HoursPerMonth is how long a month is in bills: a twelfth of a year of 365 days.
const HoursPerMonth = 730

// units hold what prices may be for: how much of an item's own unit one is.
var units = []struct {
	name, base string
	size       float64
}{
	{"hour", "hour", 1}, {"month", "hour", HoursPerMonth}, {"LCU-hour", "LCU-hour", 1},
	{"GB", "GB", 1}, {"GiB", "GB", 1.073741824}, {"TB", "GB", 1000},
	{"request", "request", 1}, {"1000 requests", "request", 1e3}, {"10000 requests", "request", 1e4}, {"million requests", "request", 1e6},
	{"path", "path", 1}, {"month", "month", 1},
}

// sizeOf returns how much of the item's own unit a unit is.
func (i Item) sizeOf(unit string) (float64, error) {
	var allowed []string
	for _, u := range units {
		if u.base != i.Unit() {
			continue
		}
		if u.name == unit {
			return u.size, nil
		}
		allowed = append(allowed, u.name)
	}
	return 0, invalid.New("unit", invalid.Quoted(unit), "%s, for the item %s", strings.Join(allowed, " or "), i)
}
