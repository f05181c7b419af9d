// Package purpose lists what random numbers are drawn for. A purpose is a part of a stream's address (see
// package random), so that one more draw for one purpose moves no draw for another.
package purpose

import "github.com/edgewise-sim/edgewise/random"

// The purposes. They never change their meaning or their number, else every result would change.
const (
	Arrival uint64 = iota + 1
	Object
	Size
	Client // connection reuse, access technology, last mile, jitter
	Service
	Session
	Player
	Match
	preload       // of the first tier of caches; see PreloadOfTier
	preloadSecond // of the second
	Cache         // policies and admissions that draw
	Route         // who asks, and where that user's internet provider leads
	Loss          // packets lost
	connection    // when a cache has last asked; see ConnectionsOfTier
	ClassOfObject // which class of objects, by what their origin says, an object is in
	Change        // when objects change, and which are purged
	Variant       // which variant of an object is asked for
	ages          // of what caches begin with; see AgesOfTier
	Party         // how many players come together
	Skill         // how able players are
	Renewal       // when new objects take the place of others
	Visit         // which visit a request is of, and who that is
	HealthCheck   // when sites are asked whether they are up
	Flash         // what flash crowds ask for
	Range         // which part of an object is asked for
	Visiting      // how often a visit asks, and when
)

// PreloadOfTier returns the purpose of what the caches of a tier begin with, counted from 0 at the user.
func PreloadOfTier(tier int) uint64 {
	if tier < 2 {
		return preload + uint64(tier)
	}
	return 1<<32 + uint64(tier)
}

// OnceOfTier returns the purpose of the objects, asked for once, that the caches of a tier begin with, counted from 0 at
// the user.
func OnceOfTier(tier int) uint64 { return 3<<32 + preload + uint64(tier) }

// ConnectionsOfTier returns the purpose of when the caches of a tier have last asked for something, counted from 0 at the
// user.
func ConnectionsOfTier(tier int) uint64 { return 2<<32 + connection + uint64(tier) }

// AgesOfTier returns the purpose of how old the objects are that the caches of a tier begin with, counted from 0 at the user.
func AgesOfTier(tier int) uint64 { return 4<<32 + ages + uint64(tier) }

// EntityOf returns the entity that addresses the random numbers of a workload in a metro or at a site.
func EntityOf(workload, place string) uint64 {
	return random.Entity(workload + "\x00" + place)
}

// Named returns the number of a purpose that somebody outside the module names: never one of those above, which stay
// below 2^63.
func Named(name string) uint64 { return random.Entity(name) | 1<<63 }
