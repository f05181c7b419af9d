package scenario

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// shared is what the points of a sweep have in common, so that it is made and held once: the network, recorded traces. A nil one
// shares nothing.
type shared struct {
	networks   []builtNetwork
	recordings map[string]*heldRecording
}

// A builtNetwork is the network of some metros and sites.
type builtNetwork struct {
	metros, sites []topology.Node
	network       *topology.Network
}

// A heldRecording is a trace that was read, with what was odd about it.
type heldRecording struct {
	recording *trace.Recording
	warnings  []string
}

// network returns the network of the catalog's delays between metros and sites.
func (s *shared) network(metros, sites []topology.Node) (*topology.Network, error) {
	if s == nil {
		return catalog.Build(metros, sites)
	}
	for _, n := range s.networks {
		if reflect.DeepEqual(n.metros, metros) && reflect.DeepEqual(n.sites, sites) {
			return n.network, nil
		}
	}
	n, err := catalog.Build(metros, sites)
	if err == nil {
		s.networks = append(s.networks, builtNetwork{metros, sites, n})
	}
	return n, err
}

// recording reads a trace. One with a column of sites, whose places are told later, is of one point alone.
func (s *shared) recording(f *fileRef, o trace.RecordingOptions) (*trace.Recording, error) {
	read := func() (*trace.Recording, error) { return trace.ReadRecording(bytes.NewReader(f.data), f.path, o) }
	if s == nil || o.SiteColumn != "" {
		return read()
	}
	warn := o.Warn
	held := new(heldRecording)
	o.Warn = nil
	key := fmt.Sprintf("%q %+v", f.path, o)
	if header := o.Rules.HeaderBytes; header != nil {
		key += fmt.Sprintf(" %d", *header)
	}
	if there, ok := s.recordings[key]; ok {
		held = there
	} else {
		o.Warn = func(warning string) { held.warnings = append(held.warnings, warning) }
		var err error
		if held.recording, err = read(); err != nil {
			return nil, err
		}
		if s.recordings == nil {
			s.recordings = make(map[string]*heldRecording)
		}
		s.recordings[key] = held
	}
	for _, w := range held.warnings {
		warn(w)
	}
	return held.recording, nil
}
