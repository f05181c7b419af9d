package calibrate

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"sync"
	"time"

	"github.com/edgewise-sim/edgewise/topology"
)

// A Model turns the path between two places into a round trip that agrees with measurements. It is a
// [topology.Correction].
//
// The public Internet: the geometric mean of a straight line in the distance and of the path through the
// exchange towns, corrected by the Internet surface. A provider's backbone: the geometric mean of the
// path and of the Internet's round trip, times a scale, corrected by the backbone surface.
type Model struct {
	// Ground gives the delay of one link of a path, for both kinds of links.
	Ground topology.PathModel `json:"ground"`
	// LineMs and LineMsPerKm are the straight line: the round trip at no distance, and what a
	// kilometre of great circle adds. Both above 0.
	LineMs      float64 `json:"line_ms"`
	LineMsPerKm float64 `json:"line_ms_per_km"`
	// LineShare is the weight of the line in its geometric mean with the path, in [0, 1].
	LineShare float64 `json:"line_share"`
	Internet  Surface `json:"internet"`
	// UserScale is the round trip from a user's exchange to a provider's site over that between two
	// servers in the same places: providers meet the users' networks halfway. Above 0.
	UserScale float64 `json:"user_scale"`
	// BackboneScale is the round trip over a backbone over the geometric mean above. Above 0.
	BackboneScale float64 `json:"backbone_scale"`
	Backbone      Surface `json:"backbone"`
}

// minPathMs is the shortest round trip: two machines in one town.
const minPathMs = 0.2

//go:embed default.json
var defaultJSON []byte

// Default returns the model that comes with the library, fitted to the round trips between 171 server
// cities (WonderNetwork pings, July 2020) and between 23 AWS regions (cloudping.co, July 2025).
var Default = sync.OnceValue(func() *Model {
	m, err := ReadModel(bytes.NewReader(defaultJSON))
	if err != nil {
		panic(fmt.Sprintf("calibrate: embedded model: %v", err)) // that it reads is a test
	}
	return m
})

// ReadModel reads a model from the JSON that [Model.Write] writes. The error says what is wrong.
func ReadModel(r io.Reader) (*Model, error) {
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	m := new(Model)
	if err := decoder.Decode(m); err != nil {
		return nil, fmt.Errorf("delay model: %w", err)
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	return m, nil
}

// Write writes the model as JSON.
func (m *Model) Write(w io.Writer) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("delay model: %w", err)
	}
	_, err = w.Write(append(raw, '\n'))
	return err
}

// Validate returns an error that names the part of the model that is out of range.
func (m *Model) Validate() error {
	if err := m.Ground.Validate(); err != nil {
		return fmt.Errorf("delay model: ground: %w", err)
	}
	for _, p := range []struct {
		name  string
		value float64
	}{{"line_ms", m.LineMs}, {"line_ms_per_km", m.LineMsPerKm}, {"user_scale", m.UserScale}, {"backbone_scale", m.BackboneScale}} {
		if !(p.value > 0) || math.IsInf(p.value, 1) {
			return fmt.Errorf("delay model: %s %v: want a finite number above 0", p.name, p.value)
		}
	}
	if !(m.LineShare >= 0 && m.LineShare <= 1) {
		return fmt.Errorf("delay model: line_share %v: want 0 to 1", m.LineShare)
	}
	if err := m.Internet.validate(); err != nil {
		return fmt.Errorf("delay model: internet: %w", err)
	}
	if err := m.Backbone.validate(); err != nil {
		return fmt.Errorf("delay model: backbone: %w", err)
	}
	return nil
}

// DelayModel returns the model for [topology.Fabric.Network]: the ground below both kinds of links and
// the model as correction.
func (m *Model) DelayModel() topology.DelayModel {
	return topology.DelayModel{Internet: m.Ground, Backbone: m.Ground, Correction: m}
}

// A location is a place prepared for both surfaces.
type location struct {
	model              *Model
	at                 Anchor
	user, site         bool // what stands there: the end of users' own lines, or a provider's site
	internet, backbone foothold
}

// Locate prepares a place. An exchange counts as a place of users, if the other end is a site.
func (m *Model) Locate(n topology.Node) topology.Location {
	l := m.locate(Anchor{LatDeg: n.LatDeg, LonDeg: n.LonDeg, Country: n.Country})
	l.user, l.site = n.Kind == topology.Exchange, n.Kind.IsSite()
	return l
}

func (m *Model) locate(at Anchor) *location {
	return &location{model: m, at: at, internet: m.Internet.locate(at), backbone: m.Backbone.locate(at)}
}

// RTT returns the round trip to a location of the same model, given that of the path between them. It is
// rounded to two microseconds, so that both ways take whole ones on every machine.
func (l *location) RTT(kind topology.LinkKind, to topology.Location, path time.Duration) time.Duration {
	o, ok := to.(*location)
	if !ok || o.model != l.model || kind == topology.Access {
		return path
	}
	ms := l.model.rtt(kind, l, o, path.Seconds()*1000)
	if kind == topology.Internet && (l.user && o.site || l.site && o.user) {
		ms *= l.model.UserScale
	}
	if !(ms <= maxMs) { // a model of absurd weights must not overflow
		ms = maxMs
	}
	return 2 * time.Microsecond * time.Duration(math.Round(ms*1000/2))
}

// rtt returns the round trip between two locations in ms. They are put into an order first: a sum of
// floating-point products depends on it in its last bits.
func (m *Model) rtt(kind topology.LinkKind, a, b *location, pathMs float64) float64 {
	if cmp.Or(cmp.Compare(a.at.LatDeg, b.at.LatDeg), cmp.Compare(a.at.LonDeg, b.at.LonDeg)) > 0 {
		a, b = b, a
	}
	km := topology.DistanceKm(a.at.place(), b.at.place())
	floor := minPathMs + 2*km/topology.SpeedOfLightKmPerMs
	pathMs = math.Max(pathMs, minPathMs)
	ms := m.Internet.correct(m.internetBase(km, pathMs), a.internet.logRatio(&b.internet))
	ms = math.Max(ms, floor)
	if kind == topology.Backbone {
		ms = m.Backbone.correct(m.backboneBase(pathMs, ms), a.backbone.logRatio(&b.backbone))
		ms = math.Max(ms, floor)
	}
	return ms
}

// internetBase returns the round trip over the Internet before the surface corrects it.
func (m *Model) internetBase(km, pathMs float64) float64 {
	line := math.Log(m.LineMs + float64(m.LineMsPerKm*km))
	return math.Exp(float64(m.LineShare*line) + float64((1-m.LineShare)*math.Log(pathMs)))
}

// backboneBase returns the round trip over a backbone before the surface corrects it.
func (m *Model) backboneBase(pathMs, internetMs float64) float64 {
	return m.BackboneScale * math.Sqrt(float64(pathMs*internetMs))
}
