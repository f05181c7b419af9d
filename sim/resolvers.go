package sim

import (
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
)

// resolvers say when the answer was fetched by which a user finds a site: [placement.DNS].
type resolvers struct {
	upTo []uint64 // by lifetime, of 2^32, whose resolvers keep answers so long; those beyond the last never fetch another
	ttls []int64
}

// newResolvers returns the resolvers of a placement, nil where users follow changes at once.
func newResolvers(d *placement.DNS) *resolvers {
	if d == nil {
		return nil
	}
	r := new(resolvers)
	sum := 0.0
	for _, t := range d.TTLs {
		sum += t.Share
		r.upTo, r.ttls = append(r.upTo, outOf32(min(sum, 1))), append(r.ttls, int64(t.For))
	}
	if d.Never == 0 && len(r.upTo) > 0 {
		r.upTo[len(r.upTo)-1] = 1 << 32 // shares that sum to a little less than 1
	}
	return r
}

// learned returns the instant of the answer by which a user goes who asks at an instant.
func (r *resolvers) learned(at int64, who uint32) int64 {
	stream := random.Key(who).StreamAt(resolverOf)
	u := stream.Uint64() >> 32
	for i, end := range r.upTo {
		if u < end {
			ttl := uint64(r.ttls[i])
			phase := stream.Uint64() % ttl
			return max(at-int64((uint64(at)+ttl-phase)%ttl), 0)
		}
	}
	return 0
}

// resolverOf is the index of the stream that says of a user which resolver it has.
const resolverOf = 1
