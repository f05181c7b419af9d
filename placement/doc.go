// Package placement says what an alternative is: which sites cache, in which tiers, which hold the origin and
// which compute, how big they are, and how users find them. Build one from the common shapes and refine it:
//
//	base := placement.RegionOnly("us-west-2")
//	edge := base.WithPoPs(256<<20, pops...).WithShield(4<<30, "rec-us-west-2").Named("+ PoPs")
//	zones := base.WithLocalZones("us-west-2-lax-1").Named("+ Los Angeles")
//	both := zones.WithPoPs(256<<20, pops...).Named("+ both")
//
// A placement is a value: the With methods return a changed copy. Start reading at [Placement]; then [Tier] for
// caches, [Assignment] for all other sites, [Routing] for the rules by which users find them, each in a file of its
// own, and [Route] for workloads that need others.
package placement
