package workload

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
)

// Visits says who is behind the requests: users who come, ask some times in a row and go. Then a user's connection to a site is
// state: it lives while it is used, dies idle, and its window is what it has grown to. Without visits [transport.Connection] has a
// share of requests that open a connection, whoever asks.
//
// A visit has a geometric number of requests, with exponential gaps, in a metro of any rate and at any hour. Visits of a [Poisson] or [Mixture] begin as a
// Poisson process whose rate is that of the day and of flash crowds, divided by the mean number of requests; so as many requests come on the mean as the demand
// says, and those of one visit come together (a Bartlett-Lewis process). They are no Poisson process then: their number in a long time has a variance of
// 2 Requests - 1 times its mean, and after the load has changed they follow it for as long as visits go on. Visits are under way as the run begins.
//
// The instants of other demands, recorded ones and those of other modules, are given, and stay what they are. A metro has as many visits at a time as its mean rate
// and their gap make (Little's law), one at least, and any of them asks next; by a coin it ends first, and another takes its place. So the number of requests of a
// visit is kept, but the gaps follow what is given: they are shorter where the load is higher than its mean, and no shorter than the times between two
// requests of the metro.
//
// Who asks does not depend on the placement; a visit stays with the site that it came to, unless that fails.
type Visits struct {
	// Requests is the mean number of requests of a visit, 1 or more. 0 means that there are no visits.
	Requests float64
	// Gap is the mean time between the requests of a visit, above 0.
	Gap time.Duration
	// Returning is the share of visits, in [0, 1], whose users have keys of an earlier one, so that their handshakes are resumed.
	// Within a visit all but the first are.
	Returning float64
	// IdleTimeout is how long a connection stays open unused; 0 means [transport.DefaultIdleTimeout].
	IdleTimeout time.Duration
	// TicketLifetime is how long the keys of a connection let others be resumed; each connection brings new ones. 0 means [MostTicketLifetime].
	TicketLifetime time.Duration
	// EarlyData says that requests go along with resumed handshakes (0-RTT).
	EarlyData bool
	// Versions are the shares of visits by version of HTTP, which sum to 1; all 0 means HTTP/2. With HTTP/1.1 a request that finds
	// all its user's connections busy opens one more, up to Connections, with the others all share one. HTTP/3 is QUIC, the others have the client's handshake.
	Versions Versions
	// VersionsBy holds the shares of users of a technology, where they differ; all 0 means those of Versions. Users without an access link on their way always have those of Versions.
	VersionsBy [topology.NumTechnologies]Versions
	// Connections is how many connections a user has open to a site over HTTP/1.1 at most, 64 at most; 0 means 6. Requests that come when over each of them an answer is on
	// its way wait for the first whose last byte is there, in their order. RFC 9112, 9.4, leaves the number to clients. Chromium has 6
	// (g_max_sockets_per_group, net/socket/client_socket_pool_manager.cc), and so has Firefox (network.http.max-persistent-connections-per-server).
	Connections int
	// Lookup is what a look-up of the site's name takes, which a visit makes when it connects and the last was longer than
	// LookupTTL ago; 0 leaves it away.
	Lookup time.Duration
	// LookupTTL is how long a name may be used; 0 means a minute (assumed: CDNs say 20 to 300 s).
	LookupTTL time.Duration
}

// MostTicketLifetime is the longest that keys of a connection may be used: 7 days (RFC 8446, section 4.6.1). Package crypto/tls of Go, and with it Caddy, has as long; nginx has
// 5 minutes by default (ssl_session_timeout).
const MostTicketLifetime = 7 * 24 * time.Hour

// Versions are shares of HTTP/1.1, HTTP/2 and HTTP/3.
type Versions [3]float64

// versionsKnown are the shares that have a name, with what they are of.
//
// Those of years alone are of memory after Cloudflare Radar's years in review, not looked up: assumed. That of 2025 is as Web Almanac 2025
// (chapter CDN) quotes it, 21 % over HTTP/3. They are of all requests, also of what is no browser: browsers alone ask less over HTTP/1.1.
//
// Web Almanac 2025 has what the HTTP Archive's crawl of popular sites got from CDNs: of pages (HTML) on mobiles 2 % came over HTTP/1.1, 69 % over
// HTTP/2 and 29 % over HTTP/3, of what pages load from others 45 % over HTTP/3. Desktops and mobiles hardly differ: of Cloudflare's pages 44 and 50 %
// came over HTTP/3, of what they load 69 and 70 %. The crawls of 2022 and 2024 did not tell, for they knew of no HTTP/3 when they came: 84 and 98 % of
// the pages from CDNs came over HTTP/2 or better.
var versionsKnown = []struct {
	name, of string
	shares   Versions
}{
	{"2022", "those of all requests of 2022, of memory after Cloudflare Radar", Versions{0.34, 0.46, 0.20}},
	{"2023", "those of all requests of 2023, of memory after Cloudflare Radar", Versions{0.33, 0.47, 0.20}},
	{"2024", "those of all requests of 2024, of memory after Cloudflare Radar", Versions{0.299, 0.496, 0.205}},
	{"2025", "those of all requests of 2025, of memory after Cloudflare Radar but for the 21 % of HTTP/3 (Web Almanac 2025)", Versions{0.29, 0.50, 0.21}},
	{"cdn-2025", "those of pages from CDNs to mobiles in a crawl of popular sites (Web Almanac 2025, chapter CDN), taken for visits", Versions{0.02, 0.69, 0.29}},
}

// VersionsCalled returns the shares of a name: "2022" to "2025" are of all requests of a year, "cdn-2025" those of pages from CDNs.
func VersionsCalled(name string) (Versions, error) {
	var names []string
	for _, k := range versionsKnown {
		if k.name == name {
			return k.shares, nil
		}
		names = append(names, k.name)
	}
	return Versions{}, fmt.Errorf("no shares of HTTP versions are called %q; want one of %s, or shares", name, strings.Join(names, ", "))
}

// Source says what the shares are where they are those of a name, and nothing where they are not.
func (v Versions) Source() string {
	for _, k := range versionsKnown {
		if k.shares == v {
			return k.of
		}
	}
	return ""
}

// orHTTP2 returns the shares, or HTTP/2 alone.
func (v Versions) orHTTP2() Versions {
	if v == (Versions{}) {
		return Versions{0, 1, 0}
	}
	return v
}

// WithoutAccess returns the shares of users who have no access link on their way.
func (v *Visits) WithoutAccess() Versions { return v.Versions.orHTTP2() }

// Of returns the shares of users of a technology.
func (v *Visits) Of(line topology.Technology) Versions {
	if by := v.VersionsBy[line]; by != (Versions{}) {
		return by
	}
	return v.WithoutAccess()
}

// versionNames are the versions of HTTP as files and users call them.
var versionNames = [...]string{"1.1", "2", "3"}

// VersionName returns the name of a version of HTTP by its number from 0: "1.1", "2" or "3".
func VersionName(version int) string { return versionNames[version] }

func (v Versions) validate(path string) error {
	if v == (Versions{}) {
		return nil
	}
	sum := 0.0
	for i, share := range v {
		if !(share >= 0 && share <= 1) {
			return invalid.New(path+"."+versionNames[i], share, "a share from 0 to 1")
		}
		sum += share
	}
	return invalid.Check(sum > 1-1e-6 && sum < 1+1e-6, path, fmt.Sprintf("shares that sum to %v", sum), "a sum of 1")
}

// DrawsVisits reports whether requests come as visits begin and go on, and not at instants of their own.
func (w *Workload) DrawsVisits() bool {
	if w.Visits.Requests == 0 {
		return false
	}
	switch w.Demand.(type) {
	case Poisson, Mixture:
		return true
	}
	return false
}

// length returns how long visits last on the mean that do not end with their first request: an exponential time, as a geometric number of
// exponential gaps is.
func (v *Visits) length() time.Duration {
	return time.Duration(min(v.Requests*float64(v.Gap), century))
}

// AtATime returns how many visits there are at a time where so many requests a second come.
func (v *Visits) AtATime(perSecond float64) float64 { return perSecond * v.Gap.Seconds() }

// maxVisits bounds the visits of a workload that are held at a time.
const maxVisits = 4e6

// Validate names the first field that is out of range.
func (v Visits) Validate() error {
	if v.Requests == 0 {
		return invalid.Check(v == Visits{}, "Requests", v.Requests, "1 or more, where anything else of visits is said")
	}
	errs := []error{
		invalid.Range("Requests", v.Requests, 1, 1e6),
		invalid.Check(v.Gap > 0 && v.Gap <= 24*time.Hour, "Gap", v.Gap, "above 0, to 24h"),
		invalid.Range("Returning", v.Returning, 0, 1),
		invalid.Check(v.IdleTimeout >= 0 && v.IdleTimeout <= 24*time.Hour, "IdleTimeout", v.IdleTimeout, "0 (1m) to 24h"),
		invalid.Check(v.TicketLifetime >= 0 && v.TicketLifetime <= MostTicketLifetime, "TicketLifetime", v.TicketLifetime, "0 (168h) to 168h"),
		v.Versions.validate("Versions"),
		invalid.Check(v.Connections >= 0 && v.Connections <= 64, "Connections", v.Connections, "0 (6) to 64"),
		invalid.Check(v.Lookup >= 0 && v.Lookup <= time.Minute, "Lookup", v.Lookup, "0 to 1m"),
		invalid.Check(v.LookupTTL >= 0 && v.LookupTTL <= 24*time.Hour, "LookupTTL", v.LookupTTL, "0 (1m) to 24h"),
	}
	errs = append(errs, invalid.Check(v.Connections == 0 || v.IsOverHTTP1(), "Connections", v.Connections, "0 where no visit is over HTTP/1.1: over other versions one connection is for all"))
	for line, by := range v.VersionsBy {
		errs = append(errs, by.validate(fmt.Sprintf("VersionsBy.%v", topology.Technology(line))))
	}
	return invalid.First(errs...)
}

// validateVisits refuses visits of who does not ask for anything, and more than can be held.
func (w *Workload) validateVisits() error {
	v := w.Visits
	if v.Requests == 0 {
		return invalid.In("Visits", v.Validate())
	}
	if _, isMatched := w.Service.(Matched); isMatched {
		return invalid.New("Visits", v, "the zero value: players keep their connection")
	}
	rated, ok := w.Demand.(Rated)
	if !ok {
		return invalid.New("Visits", typeOf(w.Demand), "a demand that knows its rate (workload.Rated)")
	}
	if n := v.AtATime(rated.PerSecond()) * w.mostTimesItsMean(); n > maxVisits {
		return invalid.New("Visits.Gap", v.Gap, "at most %v visits at a time, here %.3g", maxVisits, n)
	}
	return invalid.First(
		invalid.In("Visits", v.Validate()),
		invalid.Check(w.Client.NewShare == 0, "Client.NewShare", w.Client.NewShare, "0: visits say when connections are new"),
		invalid.Check(v.Returning == 0 || w.visitsHaveKeys(), "Visits.Returning", v.Returning, "0 where no visit is over TLS or QUIC: no handshake brings keys"),
		invalid.Check(v.TicketLifetime == 0 || w.visitsHaveKeys(), "Visits.TicketLifetime", v.TicketLifetime, "0 where no visit is over TLS or QUIC: no handshake brings keys"),
		invalid.Check(!v.EarlyData || w.visitsMayAskEarly(), "Visits.EarlyData", v.EarlyData, "false where no visit is over TLS 1.3 or QUIC: no other handshake takes a request along"),
		invalid.Check(!slices.Contains([]transport.Handshake{transport.TLS13Resumed, transport.QUICResumed, transport.TLS12Resumed, transport.TLS13Ticket, transport.QUICTicket}, w.Client.Handshake),
			"Client.Handshake", w.Client.Handshake, "a full handshake: visits say which are resumed"),
	)
}

// visitsHaveKeys reports whether any visit may have connections whose handshakes are resumed by keys of earlier ones.
func (w *Workload) visitsHaveKeys() bool {
	return w.Visits.mayBeOver(2) || w.Client.Handshake.Resumed(false) != w.Client.Handshake
}

// visitsMayAskEarly reports whether the requests of any visit may go along with a resumed handshake.
func (w *Workload) visitsMayAskEarly() bool {
	return w.Visits.mayBeOver(2) || w.Client.Handshake.Resumed(true).IsEarly()
}

// mostTimesItsMean bounds how many times its mean over a day the demand's rate is, where visits follow that: at the peak of the day, in all its flash crowds.
func (w *Workload) mostTimesItsMean() float64 {
	if !w.DrawsVisits() {
		return 1
	}
	times := 1.0
	for i := range w.Flashes {
		times += w.Flashes[i].Factor - 1
	}
	return times * dayOf(w.Day).peak()
}

// IdleTime returns how long a connection of a client stays open unused.
func (v *Visits) IdleTime() time.Duration {
	if v.IdleTimeout == 0 {
		return transport.DefaultIdleTimeout
	}
	return v.IdleTimeout
}

// TicketTime returns how long the keys of a connection let others be resumed.
func (v *Visits) TicketTime() time.Duration {
	if v.TicketLifetime == 0 {
		return MostTicketLifetime
	}
	return v.TicketLifetime
}

// IsOverHTTP1 reports whether any visit may be over HTTP/1.1.
func (v *Visits) IsOverHTTP1() bool { return v.mayBeOver(0) }

// mayBeOver reports whether any visit may be over a version of HTTP, by its number as in [VersionName].
func (v *Visits) mayBeOver(version int) bool {
	for line := range topology.NumTechnologies {
		if v.Of(topology.Technology(line))[version] > 0 {
			return true
		}
	}
	return v.WithoutAccess()[version] > 0
}

// MostConnections returns how many connections a user has open to a site over HTTP/1.1 at most.
func (v *Visits) MostConnections() int {
	if v.Connections == 0 {
		return 6
	}
	return v.Connections
}

// LookupTime returns how long a name may be used.
func (v *Visits) LookupTime() time.Duration {
	if v.LookupTTL == 0 {
		return time.Minute
	}
	return v.LookupTTL
}

// ClientOf returns how a user of a version of HTTP and a technology connects, with keys of an earlier connection or without.
func (h *Head) ClientOf(version int, resumed bool, line topology.Technology) transport.Connection {
	c := h.Client
	switch version {
	case 1:
		c = c.OverHTTP2()
	case 2:
		idle, rate, buffer, congestion := c.Idle, c.BitsPerSecond, c.BufferBytes, c.Congestion
		c.ReceiveBytes, c.SendBytes = 0, 0 // of TCP
		if c.Stack != (transport.Stack{}) {
			c = transport.Linux(transport.QUIC)
			c.HandshakeWork, c.ResumedWork, c.Congestion = h.Client.HandshakeWork, h.Client.ResumedWork, congestion
		}
		c.Handshake, c.Idle, c.BitsPerSecond, c.BufferBytes = transport.QUIC, idle, rate, buffer
	}
	if resumed {
		c.Handshake = c.Handshake.Resumed(h.Visits.EarlyData)
	}
	if rate := h.Rates[line]; rate > 0 {
		c.BitsPerSecond = rate
	}
	return c
}

// NewShare returns the share of requests that open a connection: those of the coin or, of visits, the first of each and those whose
// connection has died: 1/n + (1 - 1/n) exp(-timeout / gap) of visits with n requests. With HTTP/1.1 it is a lower bound.
func (h *Head) NewShare() float64 {
	v := &h.Visits
	if v.Requests == 0 {
		return h.Client.NewShare
	}
	first := 1 / v.Requests
	return first + float64((1-first)*portable.Exp(-v.IdleTime().Seconds()/v.Gap.Seconds()))
}
