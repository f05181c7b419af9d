package calibrate

import (
	"bytes"
	"cmp"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/topology"
)

// A Model turns the path between two places into a round trip that agrees with measurements. It is a
// [topology.Correction].
//
// The public Internet: a blend of a straight line in the distance, of the path through the exchange towns
// and of the way over the hubs of the world, corrected by the Internet surface. A provider's backbone: a
// blend of the path, the way over the hubs and the Internet's round trip, times a scale, corrected by the
// backbone surface. From a user to a provider's site: half of both, because providers meet the users'
// networks halfway, and sooner where the Internet makes a detour; then what the players of a place say of their ways, and what
// homes say besides.
type Model struct {
	// Ground gives the delay of one link of a path, for both kinds of links.
	Ground topology.PathModel `json:"ground"`
	// LineMs and LineMsPerKm are the straight line: the round trip at no distance, and what a
	// kilometre of great circle adds. Both above 0.
	LineMs      float64 `json:"line_ms"`
	LineMsPerKm float64 `json:"line_ms_per_km"`
	Trunks      Trunks  `json:"trunks"`
	// Domestic is what two places share whose country is the same.
	Domestic Domestic `json:"domestic"`
	// InternetBlend, made shorter where both ends are in one country, is what the Internet surface
	// corrects.
	InternetBlend Blend   `json:"internet_blend"`
	Internet      Surface `json:"internet"`
	// BackboneBlend, times BackboneScale, is what the backbone surface corrects. The scale is above 0.
	BackboneBlend Blend   `json:"backbone_blend"`
	BackboneScale float64 `json:"backbone_scale"`
	Backbone      Surface `json:"backbone"`
	// UserBackboneShare is the weight of the backbone's round trip, in [0, 1], in its geometric mean
	// with the Internet's for the way from a user's exchange to a provider's site; UserScale, above 0,
	// scales that mean.
	UserBackboneShare float64 `json:"user_backbone_share"`
	UserScale         float64 `json:"user_scale"`
	// UserShareOfGap, at least 0, is what is added to that weight, up to 1, times the logarithm of how many times as long the Internet
	// takes as the backbone: where the Internet makes a detour the provider meets the users before it.
	UserShareOfGap float64 `json:"user_share_of_gap,omitempty"`
	// UserMeetMs, at least 0, is up to what round trip over the hubs where transit is bought a user and a site meet by that way in place of the path
	// through the exchange towns, where that is longer: a provider meets users in their part of the world, though the towns have no way there. 0 is
	// never.
	UserMeetMs float64 `json:"user_meet_ms,omitempty"`
	// Users corrects that mean by what players measured, and the Internet before its surface by a part of it.
	Users UserSurface `json:"users"`
	// Homes corrects what comes of that by what homes measured besides, on the way to one site and to those near it.
	Homes UserSurface `json:"homes"`
	// LastMilesMs holds by name, for technologies where that is not what was measured to the first hop, what a median user's line takes
	// over whole ways, in ms: Homes was fitted to what it leaves. Each is from 0 to 10,000.
	LastMilesMs map[string]float64 `json:"last_miles_ms,omitempty"`
	// Spans say how far off the model is. Without any there are no intervals.
	Spans Spans `json:"spans"`
	// Without says what [Model.Cut] has taken away, in alphabetical order.
	Without []string `json:"without,omitempty"`
	// cut is what is left where some hubs or cables are cut, nil where none are.
	cut *rest
}

// minPathMs is the shortest round trip: two machines in one town.
const minPathMs = 0.2

//go:embed default.json.gz
var defaultJSON []byte // as [Model.Write] writes it, gzipped: a third of the size

// Default returns the model that comes with the library, fitted to the round trips between 171 server
// cities (WonderNetwork pings, July 2020), between 23 AWS regions (cloudping.co, July 2025), from homes to clouds (RIPE Atlas, February
// 2023) and from players of some 500 metros to nine cities (December 2022), with [WorldTransit].
var Default = sync.OnceValue(func() *Model {
	m, err := readDefault()
	if err != nil {
		panic(fmt.Sprintf("calibrate: embedded model: %v", err)) // that it reads is a test
	}
	return m
})

func readDefault() (*Model, error) {
	text, err := gzip.NewReader(bytes.NewReader(defaultJSON))
	if err != nil {
		return nil, err
	}
	return ReadModel(text)
}

// ReadModel reads a model from the JSON that [Model.Write] writes. The error says what is wrong.
func ReadModel(r io.Reader) (*Model, error) {
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	m := new(Model)
	if err := decoder.Decode(m); err != nil {
		return nil, fmt.Errorf("delay model: want the JSON that edgewise calibrate -o writes: %w", err)
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	if err := m.Trunks.prepare(); err != nil {
		return nil, fmt.Errorf("delay model: %w", invalid.In("Trunks", err))
	}
	m.Internet.prepare(&m.Trunks)
	m.Backbone.prepare(&m.Trunks)
	m.Users.prepare(&m.Trunks)
	m.Homes.prepare(&m.Trunks)
	if without := m.Without; len(without) > 0 {
		m.Without = nil
		return m.Cut(without...)
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

// Validate returns an error that names the field of the model that is out of range.
func (m *Model) Validate() error {
	err := invalid.First(
		invalid.In("Ground", m.Ground.Validate()),
		positive("LineMs", m.LineMs),
		positive("LineMsPerKm", m.LineMsPerKm),
		positive("UserScale", m.UserScale),
		positive("BackboneScale", m.BackboneScale),
		invalid.Range("UserBackboneShare", m.UserBackboneShare, 0, 1),
		invalid.Range("UserShareOfGap", m.UserShareOfGap, 0, 10),
		invalid.Range("UserMeetMs", m.UserMeetMs, 0, maxMs),
		invalid.In("Trunks", m.Trunks.validate()),
		invalid.In("Domestic", m.Domestic.validate()),
		invalid.In("InternetBlend", m.InternetBlend.validate()),
		invalid.Check(m.InternetBlend.Internet == 0, "InternetBlend.Internet", m.InternetBlend.Internet, "0"),
		invalid.In("BackboneBlend", m.BackboneBlend.validate()),
		invalid.In("Internet", m.Internet.validate()),
		invalid.In("Backbone", m.Backbone.validate()),
		invalid.In("Users", m.Users.validate()),
		invalid.In("Homes", m.Homes.validate()),
		m.validateLastMiles(),
		invalid.In("Spans", m.Spans.validate()),
	)
	if err != nil {
		return fmt.Errorf("delay model: %w", err)
	}
	return nil
}

// validateLastMiles returns an error if the last mile of a technology is out of range, or there is no such technology.
func (m *Model) validateLastMiles() error {
	for _, name := range slices.Sorted(maps.Keys(m.LastMilesMs)) {
		field := fmt.Sprintf("LastMilesMs[%q]", name)
		if t, err := topology.ParseTechnology(name); err != nil {
			return invalid.In(field, err)
		} else if t.String() != name {
			return invalid.New(field, name, "the name %s", t)
		}
		if err := invalid.Range(field, m.LastMilesMs[name], 0, maxMs); err != nil {
			return err
		}
	}
	return nil
}

// positive reports a number that is not above 0, or not finite.
func positive(field string, x float64) error {
	return invalid.Check(x > 0 && !math.IsInf(x, 1), field, x, "a finite number above 0")
}

// DelayModel returns the model for [topology.Fabric.Network]: the ground below both kinds of links and
// the model as correction.
func (m *Model) DelayModel() topology.DelayModel {
	return topology.DelayModel{Internet: m.Ground, Backbone: m.Ground, Correction: m}
}

// A location is a place prepared for the trunks and both surfaces.
type location struct {
	model      *Model
	at         Anchor
	user, site bool   // what stands there: the end of users' own lines, or a provider's site
	trunks     onramp // where its country buys transit
	plain      onramp // at the nearest hubs of the Internet
	provider   onramp // at the nearest hubs where providers go
	// What becomes of the choices of each where hubs or cables are cut.
	trunksCut, plainCut, providerCut [][]detour
	internet, backbone               foothold
	asUser                           userEnd
	asSite                           []float64 // what a site there has in common with those that players measured
	asHome                           userEnd
	asHomeSite                       []float64 // and with those that homes measured
}

// Locate prepares a place. An exchange counts as a place of users, if the other end is a site.
func (m *Model) Locate(n topology.Node) topology.Location {
	l := m.locate(Anchor{LatDeg: n.LatDeg, LonDeg: n.LonDeg, Country: n.Country})
	l.user, l.site = n.Kind == topology.Exchange, n.Kind.IsSite()
	return l
}

func (m *Model) locate(at Anchor) *location {
	trunks := m.Trunks.locate(at)
	l := &location{
		model: m, at: at, trunks: trunks, plain: m.Trunks.nearest(at.place(), false), provider: m.Trunks.nearest(at.place(), true),
		internet: m.Internet.locate(at, trunks.shares), backbone: m.Backbone.locate(at, trunks.shares),
		asUser: m.Users.asUser(at, trunks.shares), asSite: m.Users.asSite(at, trunks.shares),
		asHome: m.Homes.asUser(at, trunks.shares), asHomeSite: m.Homes.asSite(at, trunks.shares),
	}
	if m.cut != nil {
		l.trunksCut, l.plainCut, l.providerCut = m.cut.detours(at, &l.trunks), m.cut.detours(at, &l.plain), m.cut.detours(at, &l.provider)
	}
	return l
}

// RTT returns the round trip to a location of the same model, given that of the path between them. It is
// rounded to two microseconds, so that both ways take whole ones on every machine.
func (l *location) RTT(kind topology.LinkKind, to topology.Location, path time.Duration) time.Duration {
	o, ok := to.(*location)
	if !ok || o.model != l.model || kind == topology.Access {
		return path
	}
	c, pathMs := classOf(kind, l, o), path.Seconds()*1000
	ms, backboneShare := l.model.estimate(c, l, o, pathMs)
	ms *= l.model.longer(c, backboneShare, l, o, pathMs)
	if !(ms <= maxMs) { // a model of absurd weights must not overflow
		ms = maxMs
	}
	return 2 * time.Microsecond * time.Duration(math.Round(ms*1000/2))
}

// A class is what a model tells apart: whose cables a round trip rides on.
type class uint8

const (
	internetClass class = iota // between servers
	backboneClass              // between a provider's sites
	userClass                  // between a user's exchange and a provider's site
)

// classOf returns whose cables lie between two places over links of a kind.
func classOf(kind topology.LinkKind, a, b *location) class {
	switch {
	case kind == topology.Backbone:
		return backboneClass
	case a.user && b.site || a.site && b.user:
		return userClass
	}
	return internetClass
}

// rtt returns the round trip between two locations in ms, while nothing is cut.
func (m *Model) rtt(c class, a, b *location, pathMs float64) float64 {
	ms, _ := m.estimate(c, a, b, pathMs)
	return ms
}

// estimate returns the round trip between two locations in ms, while nothing is cut, and the backbone's share of a user's. They are put into an
// order first: a sum of floating-point products depends on it in its last bits.
func (m *Model) estimate(c class, a, b *location, pathMs float64) (ms, backboneShare float64) {
	user, site := a, b
	if a.site && b.user {
		user, site = b, a
	}
	if a.isAfter(b) {
		a, b = b, a
	}
	km := topology.DistanceKm(a.at.place(), b.at.place())
	floor := minPathMs + 2*km/topology.SpeedOfLightKmPerMs
	internet, backboneGuesses := m.guesses(c, a, b, km, pathMs)
	internetMs := math.Max(floor, m.Internet.correct(m.internetBase(a, b, km, internet), a.internet.logRatio(&b.internet)+m.Internet.residual(&a.internet, &b.internet)))
	if c == internetClass {
		return internetMs, 0
	}
	backboneGuesses.internet.ms = internetMs
	backbone := m.Backbone.correct(m.BackboneScale*m.BackboneBlend.of(backboneGuesses), a.backbone.logRatio(&b.backbone)+m.Backbone.residual(&a.backbone, &b.backbone))
	backbone = math.Max(floor, backbone)
	if c == backboneClass {
		return backbone, 1
	}
	gap := portable.Log(internetMs) - portable.Log(backbone)
	backboneShare = min(1, m.UserBackboneShare+float64(m.UserShareOfGap*max(0, gap)))
	mean := portable.Exp(portable.Log(internetMs) - float64(backboneShare*gap))
	byPlayers := math.Max(floor, m.Users.correct(m.UserScale*mean, &user.asUser, site.asSite))
	return math.Max(floor, m.Homes.correct(byPlayers, &user.asHome, site.asHomeSite)), backboneShare
}

// isAfter reports whether a location comes after another: it lies further north, or further east of as far north.
func (l *location) isAfter(o *location) bool {
	return cmp.Or(cmp.Compare(l.at.LatDeg, o.at.LatDeg), cmp.Compare(l.at.LonDeg, o.at.LonDeg)) > 0
}

// guesses returns what the blend of the Internet is made of, and that of the backbone of a class, but for the round trip over the Internet itself.
// Where transit is bought the way over it may stand for other guesses.
func (m *Model) guesses(c class, a, b *location, km, pathMs float64) (internet, backbone guesses) {
	g := guesses{
		line:     guess{m.LineMs + float64(m.LineMsPerKm*km), byLine},
		path:     guess{math.Max(pathMs, minPathMs), byPath},
		internet: guess{by: byInternet},
	}
	g.trunks = guess{m.overHubs(a, b, &a.plain, &b.plain, g.path.ms), byTrunks}
	g.transit = guess{g.trunks.ms, byTransit}
	isBought := a.trunks.bought || b.trunks.bought
	if isBought {
		g.transit.ms = m.overHubs(a, b, &a.trunks, &b.trunks, g.path.ms)
	}
	meets := a.trunks.meets(&b.trunks)
	if (meets || c == userClass && isBought && g.transit.ms <= m.UserMeetMs) && g.transit.ms < g.path.ms {
		// The way over the hub where both buy, or where the provider meets the user, is there, whatever the towns lack.
		g.path = g.transit
	}
	if meets && g.transit.ms <= g.trunks.ms {
		g.trunks = g.transit
	}
	internet, backbone = g, g
	if isBought && !a.at.compatriot(b.at) && g.transit.ms > g.path.ms {
		// The cables on the path through the exchange towns are not taken by those two. Networks of one country meet inside it.
		internet.path = g.transit
	}
	switch c {
	case backboneClass:
		backbone.trunks = guess{m.overHubs(a, b, &a.provider, &b.provider, g.path.ms), byProvider}
	case userClass: // the provider meets the user where the user's network goes
		backbone.trunks = g.transit
	}
	return internet, backbone
}

// overHubs returns the round trip over the hubs that two onramps lead to, which is short inside one country, in ms.
func (m *Model) overHubs(a, b *location, from, to *onramp, pathMs float64) float64 {
	ms := m.Trunks.rttMs(from, to)
	if a.at.compatriot(b.at) {
		ms = math.Min(ms, m.Domestic.MaxOverPath*pathMs)
	}
	return ms
}

// internetBase returns the round trip over the Internet before the surface corrects it, in ms.
func (m *Model) internetBase(a, b *location, km float64, g guesses) float64 {
	ms := m.InternetBlend.of(g)
	ms = m.Users.reach(ms, &a.asUser, &b.asUser)
	if a.at.compatriot(b.at) {
		ms *= portable.Exp(-m.Domestic.Shorter * portable.Exp(-km/m.Domestic.Km))
	}
	return ms
}

// remoteKm returns how far both ends are from a place that the surface of a class was fitted to. A user's is that of the Internet, a
// site's that of the backbone.
func (m *Model) remoteKm(c class, a, b *location) [2]float64 {
	switch c {
	case internetClass:
		return [2]float64{a.internet.remoteKm, b.internet.remoteKm}
	case backboneClass:
		return [2]float64{a.backbone.remoteKm, b.backbone.remoteKm}
	}
	return [2]float64{a.internet.remoteKm, b.backbone.remoteKm}
}
