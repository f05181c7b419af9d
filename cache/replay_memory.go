package cache

import "strings"

// What a replay takes, as measured in a test over all policies.
const (
	bytesAKey  = 4       // the table by object
	bytesASlot = 88      // an object that is cached or remembered, with what tables grow ahead
	bytesAtAll = 1 << 20 // sketches and what else does not depend on the trace
	// slotsACapacity is how many objects are cached or remembered for each of mean size that fits.
	slotsACapacity = 4
)

// remembersAll are the policies that forget no object.
var remembersAll = []string{"lfu-perfect", "lru-k", "infinite"}

// MemoryBytes predicts how much memory a replay through a cache takes, beside the requests themselves. Where the
// capacity counts bytes it assumes that objects in the cache are not less than half as large as all are on average;
// whatever is cached, a replay takes no more than 92 bytes for each object of the trace. Policies that know the future
// take 4 bytes a request besides, once for all.
func (p *Replayer) MemoryBytes(cfg Config) int64 {
	objects := int64(p.objects)
	fit := float64(cfg.CapacityObjects)
	if cfg.CapacityBytes > 0 && p.survey.bytes > 0 {
		fit = 2 * float64(cfg.CapacityBytes) / float64(p.survey.bytes) * float64(p.survey.objects)
	}
	slots := objects
	if most := slotsACapacity * fit; most < float64(objects) {
		slots = int64(most)
	}
	name, _, _ := strings.Cut(cfg.Policy, ":")
	for _, policy := range remembersAll {
		if name == policy {
			slots = objects
		}
	}
	return bytesAtAll + bytesAKey*objects + bytesASlot*slots
}
