// Package catalog is the real world, embedded: cloud regions, Local Zones, Wavelength zones, edge
// locations and regional edge caches of five providers, and 1,307 metros that hold nearly all Internet
// users, each with its place and time zone.
//
// List what there is with [Metros], [Regions], [LocalZones], [PoPs] and their kin. Say what you want
// with a [Selection] and get a ready [topology.Network] from [AWS], [Azure], [Google], [Cloudflare] or
// [Fastly]: the metros' users, the sites, and between them the public Internet and the provider's
// backbone, with the delays of [github.com/edgewise-sim/edgewise/topology/calibrate.Default]. [PredictRTT]
// says the same of any two places.
//
// The lists are snapshots. data/README.md names the source, date and licence of each.
package catalog
