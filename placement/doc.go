// Package placement says what an alternative is: which sites take which roles, how big they are, and how
// users find them. Build one from the common shapes and refine it:
//
//	base := placement.RegionOnly("us-west-2")
//	edge := base.WithPoPs(256<<20, pops...).Named("+ PoPs")
//	zones := base.WithLocalZones("us-west-2-lax-1").Named("+ Los Angeles")
//	both := zones.WithPoPs(256<<20, pops...).Named("+ both")
//
// A placement is a value: the With methods return a changed copy.
package placement
